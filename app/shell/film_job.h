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

/// A film of the scene's picture, made by another process of this program, so that the window goes on meanwhile and
/// the film is what `render` writes. It appears whole or not at all.
class FilmJob {
public:
  /// Starts it. `program`: this one. Throws Error where it cannot be started.
  FilmJob(const std::filesystem::path& program, const Scene&, FilmWish);

  /// Stops it, where it still runs, and waits until nothing of it is left.
  ~FilmJob();
  FilmJob(const FilmJob&) = delete;
  FilmJob& operator=(const FilmJob&) = delete;

  /// What it does now: "frame 12 of 125".
  std::string progress() const;

  /// Once it has ended: whether the film is there, and one sentence.
  struct End {
    bool written;
    std::string words;
  };
  std::optional<End> ended();

  void cancel(); ///< ended() says when it has stopped

  const FilmWish& wish() const { return wish_; }

private:
  FilmWish wish_;
  std::filesystem::path folder_; // holds the scene as long as it runs
  std::unique_ptr<ChildProcess> child_;
};

} // namespace ropescope::shell
