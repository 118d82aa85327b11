#pragma once
#include <string>

#include "app/scene/derived.h"
#include "app/scene/scene.h"

namespace ropescope::cli {

/// A picture drawn without a window.
struct Still {
  std::string picture = "overview", out;
  int width = 1600, height = 1000;
  EngineChoice engine = EngineChoice::automatic;
  bool times = false; ///< draw the first frame, say when it was finished, and write nothing
};

/// Draws it into a PNG file. Throws Error where there is no OpenGL or the file cannot be written.
void draw_still(const Still&, const Scene&);

} // namespace ropescope::cli
