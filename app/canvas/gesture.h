#pragma once
#include <cstdint>

#include <imgui.h>

#include "app/canvas/range.h"

namespace ropescope::canvas {

/// The one gesture that is under way on a plot: a drag, a box, notches of the wheel at one place, or a line that is
/// dragged by its grip. It is of the hand
/// and not of the scene: the shell owns it, every plot of the frame is given it, and it ends with the mouse button.
struct Gesture {
  enum class Kind : std::uint8_t { none, press, pan, box, wheel, grip };
  Kind kind = Kind::none;
  ImGuiID plot = 0;          ///< which plot it is on
  bool x = false, y = false; ///< which axes it moves
  ImVec2 from{};             ///< where the button went down, or where the wheel turns; pixels
  PlotView before;           ///< of the plot, when it began
  PlotView after;            ///< as the gesture has left it; another view means that somebody else changed it
  bool clicked = false, fitted = false; ///< in this frame: a click was taken; a double click, whose first click was one
  double notches = 0;                   ///< of the wheel, so far: back at 0 the view is `before`, exactly
  ImGuiID part = 0;                     ///< of a grip: which one
  float offset = 0;                     ///< of a grip: from it to the mouse, pixels
  double start = 0, turned = 0;         ///< of a hand on a dial: the position where it began, and rad since
  bool fit_all = false;                 ///< in this frame every plot shows all there is
};

} // namespace ropescope::canvas
