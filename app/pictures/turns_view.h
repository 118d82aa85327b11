#pragma once
#include "app/pictures/turns_parts.h"

// Turns as a lecture shows them: angles as shares of what training showed, and the count against the factor.

namespace ropescope::pictures {

/// Computes how many pairs meet unseen angles at the target, at each of some factors of the scheme in force.
void update_trace(const Scene&, Derived&);

/// A bar for each of some pairs: its angle at the target ÷ the furthest of training. `first`, `last`: pairs.
void draw_relative(const Canvas&, Rect room, std::size_t first, std::size_t last, const Scene&, const Derived&,
                   Scene& next);

/// The count against the factor, with the present factor as a point that a hand drags; `pulse`: a ring around it.
void draw_trace(const Canvas&, Rect room, bool pulse, const Scene&, const Derived&, Scene& next);

} // namespace ropescope::pictures
