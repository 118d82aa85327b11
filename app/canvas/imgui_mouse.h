#pragma once
#include "app/canvas/imgui_compat.h"

namespace ropescope::compat {

/// Puts the mouse elsewhere than the window's back end says, for the frame that begins: after its NewFrame(), before
/// ImGui::NewFrame(). Nothing else of the input changes.
inline void place_mouse(ImVec2 at, bool left, bool right, float wheel) {
  ImGuiIO& io = ImGui::GetIO();
#if IMGUI_VERSION_NUM < 18700
  io.MousePos = at;
  io.MouseDown[0] = left;
  io.MouseDown[1] = right;
  io.MouseWheel = wheel;
#else
  io.AddMousePosEvent(at.x, at.y);
  io.AddMouseButtonEvent(0, left);
  io.AddMouseButtonEvent(1, right);
  if (wheel != 0) io.AddMouseWheelEvent(0, wheel);
#endif
}

} // namespace ropescope::compat
