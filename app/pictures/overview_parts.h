#pragma once
#include "app/pictures/parts.h"
#include "core/analysis/contributions.h"

// What the overview draws that is no picture of its own.

namespace ropescope::pictures {

/// Where draw_tokens() drew the query, and both tokens together.
struct TokenMarks {
  Rect query, both;
};

/// Two tokens on a line, and how far they are apart. A hand drags the query, the key, or both by the arrow between
/// them. Where it is lower than 60 pixels at scale 1, without a title. `ringed`: with room for rings around the tokens.
TokenMarks draw_tokens(const Canvas&, Rect panel, const Scene&, const Derived&, Scene& next, bool ringed = false);

/// The chain at the scene's distance. A type of its own: numbers are kept by their type.
struct OverviewChain {
  Chain chain;
};

/// Computes the chain of the scheme in force at the scene's distance.
void update_overview_chain(const Scene&, Derived&);

/// The contributions of all pairs laid head to tail, and the score, which is how far they reach; in a narrow panel the
/// number alone. A click shows the picture of the chain.
void draw_overview_chain(const Canvas&, Rect panel, const Scene&, const Derived&, Scene& next);

} // namespace ropescope::pictures
