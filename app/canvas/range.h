#pragma once
#include <optional>

namespace ropescope::canvas {

/// A stretch of values along an axis, least first.
struct Range {
  double least = 0, greatest = 1;
  bool operator==(const Range&) const = default;
};

/// What a person has chosen to see of each axis of a plot; nothing: all there is.
struct PlotView {
  std::optional<Range> x = {}, y = {};
  bool operator==(const PlotView&) const = default;
};

} // namespace ropescope::canvas
