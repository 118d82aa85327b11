// The lines of a plot.
#include "app/canvas/plot.h"

namespace ropescope::canvas {

void Plot::line(std::span<const double> xs, std::span<const double> ys, ImU32 colour, float width,
                const Dash& dash) const {
  auto points = c_.list_of<ImVec2>(xs.size());
  for (std::size_t i = 0; i < xs.size(); ++i) points.push_back(at(xs[i], ys[i]));
  line(points, colour, width, dash);
}

void Plot::line(std::span<const ImVec2> pixels, ImU32 colour, float width, const Dash& dash) const {
  c_.paint.polyline(pixels, colour, width, dash);
}

} // namespace ropescope::canvas
