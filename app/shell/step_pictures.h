#pragma once
#include <map>
#include <memory>
#include <utility>

#include "app/gpu/engines.h"
#include "app/gpu/texture_picture.h"
#include "app/lecture/lectern.h"
#include "app/scene/scene.h"

namespace ropescope::shell {

using namespace canvas;

class Shell;

/// Small pictures of a lecture's steps, drawn beside the window a little at a time: for the overview, and for what the
/// next press shows.
class StepPictures {
public:
  /// Draws in the OpenGL context that is current, always the same. `like`: theme and engine. Requires that `engines`
  /// outlives it.
  StepPictures(const lecture::Lecture&, const Scene& like, gpu::Engines&);
  ~StepPictures();
  StepPictures(const StepPictures&) = delete;
  StepPictures& operator=(const StepPictures&) = delete;

  /// Of the step as it is written, before or after its motion. The texture is 0 where there is none yet; one in the
  /// theme before stays until there is another.
  unsigned texture(std::size_t step, bool end) const;
  bool is_due(std::size_t step, bool end, ThemeName) const;

  /// Draws one frame of a picture, which is there after some of them: none takes longer than a frame of the stage.
  /// What is bound in OpenGL and in Dear ImGui stays bound.
  void work(std::size_t step, bool end, const Scene& like);

private:
  struct Kept {
    std::unique_ptr<gpu::TexturePicture> picture; ///< null: it could not be drawn
    ThemeName theme;
  };
  using Key = std::pair<std::size_t, bool>;

  std::unique_ptr<Shell> shell_;
  gpu::TexturePicture large_;
  std::map<Key, Kept> kept_;
  Key drawing_{};
  ThemeName drawing_theme_{};
  int frames_ = 0; // of the picture that is being drawn
};

} // namespace ropescope::shell
