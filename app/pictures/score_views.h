#pragma once
#include "app/pictures/parts.h"
#include "app/pictures/score_ensembles.h"

// The score as lectures show it: curves in plots of their own, and other ways to know where a token is.

namespace ropescope::pictures {

/// Whether the scene's `position` is one that the score shows in a picture of its own.
bool shows_rival_score(const Scene&);

/// Computes what that one shows. `edges`: of the score's bins.
void update_rival_score(const Scene&, Derived&);

/// The rows that they read.
struct RivalOptions {
  const Property &x, &y, &heads, &reach, &gamma, &slopes, &heights;
};

/// T5's buckets, ALiBi's heads, xPos beside RoPE, or a sentence about what has no score of the distance alone.
/// `x`: the axis of distances.
void draw_rival_score(const Canvas&, Rect panel, const AxisSpec& x, const RivalOptions&, const Scene&, const Derived&,
                      Scene& next);

/// The score of q = k over all components, those that never turn among them: they keep it from falling.
void draw_still_score(const Canvas&, Rect panel, const AxisSpec& x, const RivalOptions&, const Scene&, const Derived&,
                      Scene& next);

/// At the foot: the length of the text, where somebody has set it and the scheme goes by it; the part of the head that
/// turns, where the panel, which has it too, is closed.
void take_score_foot(const Canvas&, Rect& room, const Scene&, Scene& next);

/// Each of the ensembles in a plot of its own, two beside each other.
void draw_split(const Canvas&, Rect panel, const AxisSpec& x, const Property& curves, const Scene&, const Derived&,
                Scene& next);

} // namespace ropescope::pictures
