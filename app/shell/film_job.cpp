#include "app/shell/film_job.h"

#include <cstdlib>

#include <fmt/format.h>

#include "app/scene/scene_json.h"
#include "core/error.h"
#include "core/io/file.h"

namespace ropescope::shell {

namespace fs = std::filesystem;

namespace {

/// The last line of a text, without what a line of progress ends with.
std::string last_line(std::string words) {
  while (!words.empty() && words.back() == '\n') words.pop_back();
  words.erase(0, words.rfind('\n') + 1);
  constexpr std::string_view goes_on = " …";
  if (words.ends_with(goes_on)) words.resize(words.size() - goes_on.size());
  return words;
}

} // namespace

FilmJob::FilmJob(const fs::path& program, const Scene& scene, const FilmWish& wish) : what_("film"), out_(wish.out) {
  std::string folder = (fs::temp_directory_path() / "ropescope-XXXXXX").string();
  if (!mkdtemp(folder.data())) throw Error("no folder for temporary files can be made, so no film");
  folder_ = folder;
  try {
    write_file(folder_ / "scene.json", scene_json(scene));
    child_ = std::make_unique<ChildProcess>(
        std::vector<std::string>{program.string(), "render", "--scene", (folder_ / "scene.json").string(), "--picture",
                                 scene.view, "--animate", wish.animate, "--seconds", fmt::format("{}", wish.seconds),
                                 "--size", size_words(wish.size), wish.bare ? "--bare" : "--marks", "--out", wish.out});
  } catch (...) {
    std::error_code error;
    fs::remove_all(folder_, error);
    throw;
  }
}

FilmJob::FilmJob(const fs::path& program, const TakeHomeWish& wish) : what_("lecture"), out_(wish.out) {
  std::vector<std::string> arguments{program.string(), "render",   "--lecture", wish.lecture,
                                     "--theme",        wish.theme, "--out",     wish.out};
  if (wish.notes) arguments.emplace_back("--notes");
  child_ = std::make_unique<ChildProcess>(arguments);
}

FilmJob::~FilmJob() {
  // It removes what it has written so far, for which it needs a moment.
  child_->interrupt();
  (void)child_->finish();
  std::error_code error;
  if (!folder_.empty()) fs::remove_all(folder_, error);
}

std::string FilmJob::progress() const { return last_line(child_->said()); }

std::optional<FilmJob::End> FilmJob::ended() {
  const std::optional<int> status = child_->ended();
  if (!status) return std::nullopt;
  if (*status == 0) return End{true, fmt::format("The {} is in {}", what_, out_)};
  std::string words = last_line(child_->said());
  constexpr std::string_view program = "ropescope: ";
  if (words.starts_with(program)) words.erase(0, program.size());
  // A signal ends it without a word while it has not yet begun to listen to Ctrl+C.
  if (words.empty() && *status < 0) return End{false, "stopped; nothing was written."};
  return End{false, words.empty() ? fmt::format("the {} could not be written", what_) : words};
}

void FilmJob::cancel() { child_->interrupt(); }

} // namespace ropescope::shell
