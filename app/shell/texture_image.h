#pragma once
#include <cstdint>

#include <imgui.h>

#include "app/canvas/geometry.h"

namespace ropescope::shell {

/// Draws a texture of OpenGL, whose first row is the lowest.
inline void draw_texture(ImDrawList& list, unsigned texture, canvas::Rect area) {
  list.AddImage(reinterpret_cast<ImTextureID>(static_cast<std::uintptr_t>(texture)), area.least, area.greatest, {0, 1},
                {1, 0});
}

} // namespace ropescope::shell
