#include "core/analysis/neighbours.h"

#include <cmath>
#include <limits>

#include "core/analysis/contributions.h"

namespace ropescope {

namespace {

/// The score at a distance between tokens.
double score_between(std::span<const std::complex<double>> contributions, std::span<const double> inv_freq,
                     double distance) {
  double sum = 0;
  for (std::size_t i = 0; i < contributions.size(); ++i)
    sum += contributions[i].real() * std::cos(distance * inv_freq[i]) -
           contributions[i].imag() * std::sin(distance * inv_freq[i]);
  return sum;
}

std::optional<double> tenth_lost(std::span<const std::complex<double>> contributions,
                                 std::span<const double> inv_freq) {
  double steepest = 0; // no score falls faster than this, per token
  for (std::size_t i = 0; i < contributions.size(); ++i) steepest += std::abs(contributions[i]) * inv_freq[i];
  const double whole = score_between(contributions, inv_freq, 0);
  if (!(whole > 0) || !(steepest > 0)) return std::nullopt;
  // Each step is as long as the score needs at least to fall by what is left, so that none leaps over a place where it
  // is lost. They get shorter towards it, and end where nothing is left within rounding.
  constexpr int most_steps = 4000;
  double distance = 0;
  for (int step = 0; step < most_steps; ++step) {
    const double left = score_between(contributions, inv_freq, distance) - 0.9 * whole;
    const double by = left / steepest;
    if (by <= 1e-12 * (1 + distance)) return distance;
    distance += by;
  }
  return std::nullopt;
}

} // namespace

Neighbours neighbours_of(std::span<const std::complex<double>> contributions, std::span<const double> inv_freq,
                         std::span<const std::uint64_t> turns, std::int64_t first, std::int64_t last) {
  Neighbours n;
  n.first = first;
  std::vector<std::int64_t> distances;
  for (std::int64_t d = first; d <= last; ++d) distances.push_back(d);
  n.scores = scores_at(contributions, turns, distances);
  const std::int64_t near[] = {0, 1};
  const std::vector<double> scores = scores_at(contributions, turns, near);
  n.lost_at_one = scores[0] > 0 ? 1 - scores[1] / scores[0] : std::numeric_limits<double>::quiet_NaN();
  n.tenth_lost = tenth_lost(contributions, inv_freq);
  for (std::size_t i = 0; i < contributions.size(); ++i)
    n.curvature -= contributions[i].real() * inv_freq[i] * inv_freq[i];
  return n;
}

} // namespace ropescope
