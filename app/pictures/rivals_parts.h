#pragma once
#include <array>
#include <optional>
#include <vector>

#include "app/pictures/extension_parts.h"
#include "app/pictures/lecture_parts.h"
#include "core/analysis/fading.h"
#include "core/analysis/rivals_curves.h"

// What the two faces of the rivals picture share: curves side by side, and cards with a verdict each.

namespace ropescope::pictures {

/// What each way of telling places makes of equal content over the distances of the axis.
struct Rivals {
  double least = 1, greatest = 1;  ///< tokens of the axis, whole
  std::vector<std::int64_t> edges; ///< of the curves' stretches
  DistanceCurve rope, yarn, xpos;  ///< mean cos Δθ and its extended and fading kin; `yarn` empty where it cannot be
  std::vector<double> learned;     ///< likeness of rows, one for each stretch; NaN past the table
  std::vector<double> trained_freq, yarn_freq;
  std::vector<std::uint64_t> trained_turns; ///< Spectrum::turns of trained_freq
  double trained = 0, target = 0;
  std::int64_t rope_unseen = 0, yarn_unseen = 0; ///< pairs at unseen angles at the axis's end
};

/// The rows of the picture's options.
namespace rivals_rows {
const Property& upto();
const Property& delta();
const Property& hide_verdict();
} // namespace rivals_rows

/// The distance that is looked at: the chosen one; without one what is given.
double chosen_delta(const Scene&, double otherwise);

/// A strip of text with a clause and where it is cited, and five cards.
void draw_rival_cards(const Canvas&, Rect room, const Scene&, const Rivals&, Scene& next);

} // namespace ropescope::pictures
