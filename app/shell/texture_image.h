#pragma once
#include <imgui.h>

#include "app/canvas/geometry.h"
#include "app/canvas/imgui_compat.h"

namespace ropescope::shell {

/// Draws a texture of OpenGL, whose first row is the lowest.
inline void draw_texture(ImDrawList& list, unsigned texture, canvas::Rect area) {
  list.AddImage(compat::texture_id(texture), area.least, area.greatest, {0, 1}, {1, 0});
}

} // namespace ropescope::shell
