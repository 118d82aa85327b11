#include "core/check/proof/coarse_angles.h"

#include <algorithm>
#include <cmath>
#include <set>

#include "core/check/basics/thresholds.h"
#include "core/check/evidence/angle_ranges.h"
#include "core/check/evidence/reduce.h"

namespace ropescope {

namespace {

/// Pairs of tokens whose entries tell an angle this small: how many, and how many are turned by one.
struct Told {
  std::size_t pairs = 0, turned = 0;

  /// A table's steps leave three of four pairs off that tell half its greatest error, wrong entries few. Fewer than 3
  /// pairs are by chance; what is then allowed is below the rows' own rounding all the same.
  bool of_table() const { return pairs < 3 || 4 * turned >= pairs; }
};

} // namespace

std::vector<std::int64_t> odd_beyond_angles(const KernelRun& run, const PairComponents& at, const Prediction& expected,
                                            const Multipliers& multipliers, const EntryBounds& bounds,
                                            const OddTokens& odd, double allowed) {
  const auto pairs = static_cast<std::size_t>(at.pairs());
  std::set<std::int64_t> of(odd.tokens.begin(), odd.tokens.end());
  for (const std::int64_t token : sample_tokens(run.shape.tokens, thresholds::sampled_tokens)) of.insert(token);
  const std::vector<std::int64_t> tokens(of.begin(), of.end());
  const std::vector<AngleRange> ranges = angle_ranges(run, at, multipliers, bounds, tokens, odd.from);
  std::vector<std::int64_t> beyond;
  double most = 0;
  for (std::size_t t = 0; t < tokens.size(); ++t) {
    if (!std::binary_search(odd.tokens.begin(), odd.tokens.end(), tokens[t])) continue;
    const auto first = ranges.begin() + static_cast<std::ptrdiff_t>(t * pairs), last = first + at.pairs();
    const auto is_beyond = [&](const AngleRange& r) { return r.empty() || std::abs(r.nearest()) > allowed; };
    if (std::any_of(first, last, is_beyond))
      beyond.push_back(tokens[t]);
    else
      std::for_each(first, last, [&](const AngleRange& r) { most = std::max(most, std::abs(r.nearest())); });
  }
  Told told;
  for (std::size_t t = 0; t < tokens.size(); ++t)
    for (std::size_t i = 0; i < pairs; ++i) {
      const AngleRange& range = ranges[t * pairs + i];
      // A pair that is to turn by less may be off by less.
      const double angle = std::abs(expected.angle(static_cast<std::size_t>(tokens[t]), i));
      if (range.empty() || range.width() > most / 2 || angle < 2 * most) continue;
      ++told.pairs;
      told.turned += range.nearest() != 0;
    }
  return told.of_table() ? beyond : odd.tokens;
}

} // namespace ropescope
