#include "core/check/evidence/frequency_fit.h"

#include <algorithm>
#include <cmath>
#include <complex>
#include <limits>

#include "core/check/basics/thresholds.h"
#include "core/parallel.h"

namespace ropescope {

using Complex = std::complex<double>;

namespace {

/// Two tokens, whose ratios tell by how much a pair turned between them.
struct Lag {
  std::size_t from, to; ///< tokens
  double distance;      ///< positions
};

/// Pairs of tokens, grouped by distance: the smallest there is, then by doubling ranges.
std::vector<std::vector<Lag>> lags_of(const Reduced& reduced, const KernelRun& run, std::int64_t axis, bool from_zero) {
  std::vector<std::pair<double, std::size_t>> sorted;
  // One more token at position 0, after the others; fit_frequencies gives it the ratio 1.
  if (from_zero) sorted.push_back({0, reduced.tokens.size()});
  for (std::size_t t = 0; t < reduced.tokens.size(); ++t) sorted.push_back({run.position(axis, reduced.tokens[t]), t});
  std::sort(sorted.begin(), sorted.end());
  const double span = sorted.empty() ? 0 : sorted.back().first - sorted.front().first;
  // Distances of fractions differ in their last digits: so near to one another they are one.
  constexpr double same = 1e-9;
  double smallest = std::numeric_limits<double>::infinity();
  for (std::size_t s = 1; s < sorted.size(); ++s)
    if (const double distance = sorted[s].first - sorted[s - 1].first; distance > same * span)
      smallest = std::min(smallest, distance);
  std::vector<std::vector<Lag>> octaves;
  if (std::isinf(smallest)) return octaves;
  // Octave by octave an angle is known well enough to be counted on over twice the distance. 128 pairs of tokens tell
  // an octave as well as all would.
  const std::size_t stride = std::max<std::size_t>(1, sorted.size() / 128);
  bool first = true;
  for (double least = smallest; least <= span * (1 + same); least *= 2, first = false) {
    const double greatest = first ? smallest * (1 + same) : 2 * least * (1 - same);
    std::vector<Lag> octave;
    for (std::size_t a = 0; a < sorted.size(); a += first ? 1 : stride) {
      const auto at_least = [&](double p) {
        return std::lower_bound(sorted.begin(), sorted.end(), std::pair{p, std::size_t{0}});
      };
      const auto begin = at_least(sorted[a].first + least * (1 - same)), end = at_least(sorted[a].first + greatest);
      if (begin == end) continue;
      // The nearest and the furthest of the octave.
      for (const auto& other : {*begin, *std::prev(end)})
        octave.push_back({sorted[a].second, other.second, other.first - sorted[a].first});
    }
    if (!octave.empty()) octaves.push_back(std::move(octave));
  }
  return octaves;
}

/// out/in of a token and pair, no longer than 1 where in is not small: each token counts alike.
Complex unit_ratio(const PairSums& sum) {
  const double scale = std::sqrt(sum.in * sum.out);
  return scale > 0 ? Complex(sum.cross_re, sum.cross_im) / scale : Complex(0, 0);
}

/// Least squares of angle over distance, octave after octave: what is known so far is turned back first, so that the
/// rest is small and no angle wraps; weights are the lengths of the ratios.
FrequencyFit fit_frequency(const std::vector<Complex>& ratio, const std::vector<std::vector<Lag>>& octaves, double near,
                           double unit) {
  FrequencyFit fit{near, std::numeric_limits<double>::infinity()};
  for (const std::vector<Lag>& octave : octaves) {
    Complex sum = 0;
    double weight = 0, moment = 0, square = 0, spread = 0;
    for (const Lag& lag : octave) {
      const Complex turned = ratio[lag.to] * std::conj(ratio[lag.from]) * std::polar(1.0, -fit.theta * lag.distance);
      const double w = std::abs(turned);
      // Rows of zeros, or a pair that lost its length.
      if (w == 0) continue;
      sum += turned;
      weight += w;
      const double angle = std::arg(turned);
      moment += w * lag.distance * angle;
      square += w * lag.distance * lag.distance;
      spread += w * angle * angle;
    }
    if (weight == 0) continue;
    // Angles that no longer agree: this distance tells nothing, and longer ones would tell less.
    if (std::abs(sum) < thresholds::coherent * weight) break;
    const bool first = std::isinf(fit.sigma);
    // Neighbours may be half a turn from what is near: their sum wraps as one, single angles do not.
    if (first) {
      fit.theta += std::arg(sum) / octave.front().distance;
      fit.alias /= octave.front().distance;
    } else {
      fit.theta += moment / square;
    }
    // What is left of the angles is their noise; no less than rounding, however well a few of them agree.
    // Of the first octave, whose angles are not small yet, by how much they agree.
    const double scatter = first ? 2 * std::max(0.0, 1 - std::abs(sum) / weight) : spread / weight;
    const double noise = std::max(std::sqrt(scatter), unit);
    fit.sigma = noise / std::sqrt(square);
    if (first) fit.sigma = noise / octave.front().distance / std::sqrt(weight);
  }
  if (std::isinf(fit.sigma)) fit.theta = std::numeric_limits<double>::quiet_NaN();
  return fit;
}

} // namespace

std::vector<FrequencyFit> fit_frequencies(const Reduced& reduced, const KernelRun& run, const PairTurns& near,
                                          double unit, bool from_zero) {
  std::vector<std::vector<std::vector<Lag>>> octaves;
  for (std::int64_t axis = 0; axis < run.positions.axes; ++axis)
    octaves.push_back(lags_of(reduced, run, axis, from_zero));
  std::vector<FrequencyFit> fits(static_cast<std::size_t>(reduced.pairs));
  in_parallel(fits.size(), 0, [&](std::size_t i) {
    std::vector<Complex> ratio(reduced.tokens.size() + 1, Complex(1));
    for (std::size_t t = 0; t < reduced.tokens.size(); ++t) ratio[t] = unit_ratio(reduced.of(t)[i]);
    fits[i] = fit_frequency(ratio, octaves[near.axis[i]], near.theta[i], unit);
  });
  return fits;
}

} // namespace ropescope
