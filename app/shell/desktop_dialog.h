#pragma once
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "app/scene/latest.h"
#include "app/shell/file_dialog.h"

namespace ropescope::shell {

/// The desktop's own file dialog: zenity or kdialog, a program of its own, which is waited for beside the frame.
class DesktopDialog {
public:
  /// Which of them lies on PATH; under KDE kdialog goes first. Nothing where neither does, or where the environment's
  /// ROPESCOPE_DIALOG is "own".
  static std::optional<std::filesystem::path> program();

  /// Its arguments, the program's name the first.
  static std::vector<std::string> arguments(const std::filesystem::path& program, const FileWish&);

  void open(std::filesystem::path program, FileWish);
  bool is_open() const { return worker_.working(); }
  void close() { worker_.abandon(); }

  /// What became of it, once.
  struct Answer {
    FileWish wish;
    std::optional<Chosen> chosen; ///< nothing: the person wanted none
    bool failed = false;          ///< it did not come up: the program's own dialog takes its place
  };
  std::optional<Answer> take();

private:
  struct Wish {
    std::filesystem::path program;
    FileWish wish;
  };
  using Worker = Latest<Wish, Answer>;
  static void ask(const Wish&, Worker::Run&);

  Worker worker_{[](Wish& wish, Worker::Run& run) { ask(wish, run); }};
};

} // namespace ropescope::shell
