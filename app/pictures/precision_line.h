#pragma once
#include "app/pictures/parts.h"
#include "core/rope/recipe.h"

namespace ropescope::pictures {

/// Computes the places of the tokens around m, 2 · `around` of them.
void update_number_line(const Scene&, Derived&, NumberFormat, std::int64_t around);

/// Tokens on a line and the places that a format has for them; `collapse`: each token falls to its place.
void draw_token_places(const Canvas&, Rect panel, NumberFormat, bool collapse, const Scene&, const Derived&,
                       Scene& next);

} // namespace ropescope::pictures
