#include "core/analysis/first_negative.h"

#include <algorithm>

namespace ropescope {

FirstNegative first_negative(const ScoreCurve& curve, std::span<const std::uint64_t> turns,
                             std::span<const ScoreScan::Weight> weights) {
  // Scores of a bin are within 2e-6 of the exact ones (Engine): one that is so close to 0 is looked at as well.
  constexpr float uncertain = 2e-6f;
  constexpr std::int64_t at_once = 4096;
  for (std::size_t b = 0; b < curve.bins.size(); ++b) {
    if (curve.bins[b].least >= uncertain) continue;
    for (std::int64_t first = curve.edges[b]; first < curve.edges[b + 1]; first += at_once) {
      const std::int64_t count = std::min(at_once, curve.edges[b + 1] - first);
      const std::vector<double> scores = exact_scores({.turns = turns, .weights = weights, .first = first}, count);
      const auto negative = std::find_if(scores.begin(), scores.end(), [](double score) { return score < 0; });
      if (negative != scores.end()) return {first + (negative - scores.begin())};
    }
  }
  return {};
}

} // namespace ropescope
