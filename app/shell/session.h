#pragma once
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "app/scene/recent.h"
#include "app/scene/scene.h"
#include "app/shell/export_dialog.h"

namespace ropescope::shell {

/// Where a window lies, in the screen's units.
struct WindowPlace {
  int x = 0, y = 0, width = 0, height = 0; ///< a width of 0: nowhere yet
  bool maximised = false;

  bool operator==(const WindowPlace&) const = default;
};

/// The place on screens as they are now: as it was where its upper edge can be taken hold of, else in the middle of the
/// first screen; never larger than the screen that it lies on. Without a screen it stays.
WindowPlace placed_on(std::span<const WindowPlace> screens, WindowPlace);

/// What a window keeps for the next start.
struct Session {
  std::optional<Scene> scene;
  std::string scene_file; ///< that Ctrl+S writes; empty: none
  Recent recent;
  std::filesystem::path scene_folder, export_folder;
  ExportChoice choice; ///< of exports
  float zoom = 1;      ///< as Shell::zoom()
  WindowPlace window;

  bool operator==(const Session&) const = default;
};

/// $XDG_STATE_HOME/ropescope, else ~/.local/state/ropescope; nothing where there is no home.
std::optional<std::filesystem::path> session_folder();

/// What was kept there, and in `said` what could not be taken of it: a file of the scene that is gone, a value that is
/// none. A file that is no session is kept beside it under another name. Never throws Error, and never stops a start.
Session read_session(const std::filesystem::path& folder, std::vector<std::string>& said);

/// Whole or not at all. Throws Error.
void write_session(const std::filesystem::path& folder, const Session&);

} // namespace ropescope::shell
