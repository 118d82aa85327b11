#pragma once
#include <array>
#include <filesystem>
#include <optional>
#include <string>

#include "app/canvas/canvas.h"
#include "app/lecture/lectern.h"
#include "app/shell/film_job.h"

namespace ropescope::shell {

using namespace canvas;

/// A dialog that asks as what the lecture that is given is written, and where; while it is written, how far it is, and
/// whether it is to stop.
class TakeHomeDialog {
public:
  /// `folder`: where the file will lie.
  void open(const Lectern&, const std::filesystem::path& folder);
  void close() { open_ = false; }
  bool is_open() const { return open_; }

  bool key(int key); ///< false where it is left to the field

  /// What a person did in this frame.
  struct Answer {
    std::optional<TakeHomeWish> wish; ///< is to be written
    bool stops = false;               ///< what is being written
  };
  /// `progress`: of what is being written; empty where nothing is.
  Answer draw(const Canvas&, const Scene&, const std::string& progress);

private:
  void choose(std::size_t kind);
  void draw_kinds(const Canvas&);
  std::optional<TakeHomeWish> wanted(const Scene&);

  bool open_ = false, opening_ = false, writes_ = false;
  std::size_t kind_ = 0;
  std::string lecture_, name_; // as `render --lecture` takes it; of the file, without its ending
  std::filesystem::path folder_;
  std::array<char, 4096> path_{};
  std::string trouble_;
};

} // namespace ropescope::shell
