#pragma once
#include "app/pictures/parts.h"
#include "core/analysis/neighbours.h"

namespace ropescope::pictures {

/// Of each of Derived's series, in their order.
struct NeighbourNumbers {
  std::vector<Neighbours> of;
};

/// The panel at the lower right: what each scheme costs in tokens and in sharpness, and a sentence. `alphas`: 0 of a
/// series that is hidden.
void draw_cost(const Canvas&, Rect panel, const Derived&, std::span<const float> alphas);

} // namespace ropescope::pictures
