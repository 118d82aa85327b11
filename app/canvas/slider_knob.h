#pragma once
#include "app/canvas/widgets.h"

namespace ropescope::canvas {

/// Where the knob of a slider is drawn that slider() drew.
ImVec2 knob_of(const Canvas&, ImVec2 at, float width, const Slider&, double value);

} // namespace ropescope::canvas
