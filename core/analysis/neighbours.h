#pragma once
#include <complex>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace ropescope {

/// How well one scheme tells a token from its neighbours.
struct Neighbours {
  std::int64_t first = 0;     ///< tokens: the distance of the first score
  std::vector<double> scores; ///< at first, first + 1, …; in double, 1 is the greatest possible
  double lost_at_one = 0;     ///< 1 − score(1) / score(0); NaN where score(0) is not positive
  /// The least distance (tokens, between two of them too) where a tenth of score(0) is lost; nothing where score(0) is
  /// not positive, or where it is not lost before the search ends.
  std::optional<double> tenth_lost;
  /// Requires a distance within those of `scores`.
  double score(std::int64_t distance) const { return scores[static_cast<std::size_t>(distance - first)]; }
  double curvature = 0; ///< second derivative of the score at 0, per token²: −Σ|z|θ² for q = k
};

/// `contributions`: contributions() of a head; `inv_freq`: rad per token, 0 for a pair that the distance does not turn;
/// `turns`: the same as Spectrum::turns; distances first … last. tenth_lost is within 1e-9 of itself.
Neighbours neighbours_of(std::span<const std::complex<double>> contributions, std::span<const double> inv_freq,
                         std::span<const std::uint64_t> turns, std::int64_t first, std::int64_t last);

} // namespace ropescope
