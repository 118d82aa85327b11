#pragma once
#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "app/scene/child_process.h"
#include "app/scene/picture_size.h"
#include "app/scene/scene.h"

namespace ropescope::shell {

/// What a film is to be, see `ropescope render --animate`.
struct FilmWish {
  std::string animate; ///< "key=FROM..TO"
  double seconds = 5;
  PictureSize size{1600, 1000};
  bool bare = false;
  std::string out; ///< FILE.mp4, FILE.gif, or a folder
};

/// What is to be written of a lecture, see `ropescope render --lecture`.
struct TakeHomeWish {
  std::string lecture; ///< its file, or the name of one of the program's own
  std::string theme;   ///< "dark", "light"
  bool notes = false;
  std::string out; ///< FILE.pdf, FILE.html, FILE.mp4, FILE.gif, or a folder
};

/// A film of the scene's picture, or a lecture's file, made by another process of this program, so that the window goes
/// on meanwhile and it is what `render` writes. It appears whole or not at all.
class FilmJob {
public:
  /// Starts it. `program`: this one. Throws Error where it cannot be started.
  FilmJob(const std::filesystem::path& program, const Scene&, const FilmWish&);
  FilmJob(const std::filesystem::path& program, const TakeHomeWish&);

  /// Stops it, where it still runs, and waits until nothing of it is left.
  ~FilmJob();
  FilmJob(const FilmJob&) = delete;
  FilmJob& operator=(const FilmJob&) = delete;

  /// What it does now: "frame 12 of 125", "step 3 of 13".
  std::string progress() const;

  /// Once it has ended: whether the file is there, and one sentence.
  struct End {
    bool written;
    std::string words;
  };
  std::optional<End> ended();

  void cancel(); ///< ended() says when it has stopped

private:
  std::string what_, out_;       // "film", "lecture", and its file
  std::filesystem::path folder_; // holds the scene as long as it runs
  std::unique_ptr<ChildProcess> child_;
};

} // namespace ropescope::shell
