#pragma once

namespace ropescope::canvas {

/// The gesture that is under way on a plot.
class Gesture {};

} // namespace ropescope::canvas
