#pragma once
#include <memory>
#include <string>

#include "app/scene/derived.h"
#include "app/scene/scene.h"

namespace ropescope::cli {

/// Pixels of a picture, or of a window, whose size nobody has asked for.
inline constexpr int usual_width = 1600, usual_height = 1000;

/// A picture drawn without a window.
struct Still {
  std::string picture = "overview", out;
  int width = usual_width, height = usual_height;
  gpu::EngineChoice engine = gpu::EngineChoice::automatic;
  bool times = false; ///< draw the first frame, say when it was finished, and write nothing
};

/// Draws it into a PNG file; the check of a kernel may have been made already. Throws Error where there is no OpenGL,
/// the kernel's files cannot be judged, or the picture cannot be written.
void draw_still(const Still&, const Scene&, std::shared_ptr<const CheckedKernel> = nullptr);

} // namespace ropescope::cli
