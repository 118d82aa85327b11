#pragma once
#include <array>
#include <filesystem>
#include <optional>
#include <string>

#include "app/canvas/canvas.h"
#include "app/scene/property.h"
#include "app/scene/scene.h"
#include "app/shell/film_job.h"

namespace ropescope::shell {

using namespace canvas;

/// A dialog that asks which property moves in a film, from where to where, and which file it becomes; while a film is
/// made, how far it is, and whether it is to stop.
class FilmDialog {
public:
  /// `size`: of the picture as it stands, pixels. `folder`: where the film will lie.
  void open(const Scene&, PictureSize size, const std::filesystem::path& folder);
  void close() { open_ = false; }
  bool is_open() const { return open_; }

  bool key(int key); ///< false where it is left to a field

  /// What a person did in this frame.
  struct Answer {
    std::optional<FilmWish> wish; ///< is to be made
    bool stops = false;           ///< what is being made
  };
  /// `progress`: of the film that is being made; empty where there is none.
  Answer draw(const Canvas&, const Scene&, const std::string& progress);

private:
  void choose(const Property&, const Scene&);
  void draw_fields(const Canvas&, const Scene&);
  std::optional<FilmWish> wanted();

  bool open_ = false, opening_ = false, makes_ = false;
  const Property* row_ = nullptr;
  PictureSize size_;
  std::filesystem::path folder_;
  std::array<char, 64> from_{}, to_{}, seconds_{};
  std::array<char, 4096> path_{};
  std::string trouble_;
};

} // namespace ropescope::shell
