#pragma once
#include <vector>

#include "app/canvas/geometry.h"

namespace ropescope::canvas {

/// Where the mouse changes what is drawn, in the frame that is being drawn: every item that hit() makes, and what else
/// is read out under the mouse. Over anything else a mouse that moves needs no frame. The shell empties it when a frame
/// begins and keeps what it holds when the frame ends.
std::vector<Rect>& hot_areas();

} // namespace ropescope::canvas
