#pragma once
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "app/scene/recent.h"
#include "app/scene/scene.h"
#include "app/shell/desktop_dialog.h"
#include "app/shell/export_dialog.h"
#include "app/shell/file_dialog.h"
#include "app/shell/film_dialog.h"
#include "app/shell/take_home_dialog.h"

namespace ropescope::shell {

/// What the shell knows of files from frame to frame.
struct ShellFiles {
  FileDialog dialog;
  DesktopDialog desktop;
  std::optional<std::filesystem::path> desktop_program; ///< takes the dialog's place; nothing: it does not
  ExportDialog export_dialog;
  FilmDialog film_dialog;
  TakeHomeDialog take_home;
  std::optional<FilmJob> film;                      ///< that is being made, or a lecture that is being written
  std::filesystem::path program = "/proc/self/exe"; ///< this one, which makes films beside the window
  Recent recent;
  std::filesystem::path scene_folder, export_folder; ///< where the last one was written; empty: nowhere yet
  std::string scene_file;                            ///< that is saved again without a question; empty: there is none
  std::optional<Scene> saved;                        ///< the scene as that file has it
  std::vector<std::string> opening;                  ///< files that are being read
};

} // namespace ropescope::shell
