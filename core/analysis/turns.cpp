#include "core/analysis/turns.h"

#include <algorithm>
#include <numbers>

namespace ropescope {

Turns turns_of(std::span<const double> trained, double trained_length, std::span<const double> inv_freq,
               double target) {
  constexpr double turn = 2 * std::numbers::pi, rounding = 1e-9;
  Turns turns;
  for (std::size_t i = 0; i < inv_freq.size(); ++i) {
    const double before = trained[i] * trained_length / turn, after = inv_freq[i] * target / turn;
    // A pair that never turned in training and never does now has one angle, which it has seen.
    const bool incomplete = trained[i] > 0 && before < 1;
    const bool unseen = before < 1 && after > before * (1 + rounding);
    turns.trained.push_back(before);
    turns.target.push_back(after);
    turns.unseen.push_back(unseen ? 1 : 0);
    turns.incomplete += incomplete ? 1 : 0;
    turns.unseen_pairs += unseen ? 1 : 0;
    if (incomplete) turns.furthest = std::max(turns.furthest, after / before);
  }
  return turns;
}

} // namespace ropescope
