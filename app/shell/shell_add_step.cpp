#include <filesystem>

#include <fmt/format.h>

#include "app/lecture/add_step.h"
#include "app/shell/shell.h"
#include "core/error.h"
#include "core/io/file.h"

// What is seen becomes a step of a lecture's file.

namespace ropescope::shell {

namespace {

constexpr std::size_t most_text = 4u << 20; // bytes, as of a scene

} // namespace

/// Into the file of the lecture that is given, or was given last. The program's own are no files: then where a person
/// says.
void Shell::add_step() {
  const std::string file = lectern_ && !lectern_->file.empty() ? lectern_->file : last_lecture_;
  if (!file.empty()) return write_step(file);
  ask_for_file({FileWish::Purpose::add_step,
                "Add this view to a lecture",
                {".json"},
                files_.scene_folder.empty() ? usual_folder() : files_.scene_folder,
                "lecture.json"});
}

void Shell::write_step(const std::string& path) {
  try {
    NewStep step{scene_, {}, {}};
    if (lectern_)
      for (const lecture::Column& column : lectern_->player.step().show)
        for (const lecture::ShownPicture& picture : column.rows) step.pictures.push_back(picture.name);
    std::error_code error;
    const bool is_new = !std::filesystem::exists(path, error);
    write_file(path,
               is_new ? new_lecture(step)
                      : with_step(read_file(path, most_text), step, std::filesystem::path(path).filename().string()));
    last_lecture_ = path; // one that is given reads its file again by itself
    files_.recent.add(path);
    message_ = {fmt::format("{} {}; its words wait for you in the file",
                            is_new ? "The first step is in" : "One more step is in", path),
                false, false};
  } catch (const Error& error) {
    message_ = {error.what(), true, false};
  }
}

} // namespace ropescope::shell
