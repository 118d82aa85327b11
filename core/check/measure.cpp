#include "core/check/measure.h"

#include <algorithm>
#include <cmath>
#include <complex>
#include <limits>
#include <numbers>
#include <numeric>

#include <fmt/format.h>

#include "core/rope/recipe.h"

namespace ropescope {

using Complex = std::complex<double>;

namespace {

double unit_of(NumberFormat format) {
  switch (format) {
  case NumberFormat::bfloat16: return 0x1p-8;
  case NumberFormat::float16: return 0x1p-11;
  case NumberFormat::float64: return 1e-8; // sums of squares hold no more
  default: return 0x1p-24;
  }
}

const char* name_of(NumberFormat format) {
  switch (format) {
  case NumberFormat::bfloat16: return "bfloat16";
  case NumberFormat::float16: return "float16";
  case NumberFormat::float64: return "float64";
  default: return "float32";
  }
}

} // namespace

double Noise::of_angle(std::size_t pair, double radians) const { return std::abs(radians) * angle[pair]; }

Noise row_noise(const KernelRun& run, const Spectrum& spectrum) {
  const NumberFormat in = format_held(run.in), out = format_held(run.out);
  Noise noise;
  noise.unit = unit_of(out);
  // Tables, products and their sum rounded one by one come to 0.75 units RMS and 4 at most; a cast of the input
  // to the output's format is one rounding more.
  noise.rms = 1.5 * noise.unit;
  noise.bound = (unit_of(in) < noise.unit ? 5 : 4) * noise.unit;
  // Numbers of float16 below 2^-14 lie as far apart as at 2^-14.
  const auto rows = static_cast<double>(run.shape.outer * run.shape.inner);
  if (out == NumberFormat::float16) noise.floor = 2 * rows * std::pow(1.5 * 0x1p-24, 2);
  const std::vector<float> own = model_inv_freq(run.rope, run.length());
  const double scale = std::pow(run.rope.base, -2.0 / static_cast<double>(run.rope.layout.rotary_dim));
  const double ggml = std::abs(static_cast<double>(static_cast<float>(scale)) / scale - 1) + 0x1p-25;
  for (std::size_t i = 0; i < spectrum.inv_freq.size(); ++i) {
    const double theta = spectrum.inv_freq[i];
    const double table = theta == 0 || run.rope.axes.rule == AxisRule::centred_grid
                             ? 0
                             : std::abs(static_cast<double>(own[i]) / theta - 1);
    noise.angle.push_back(0x1p-23 + std::min(table, 1e-5) + static_cast<double>(i) * ggml);
  }
  noise.reason = fmt::format(
      "{} rows: {:.1e} of a pair's length where table, products and sum are rounded; float32 angles: "
      "position × frequency × {:.1e} to {:.1e} (a table's rounding, or ggml's recurrence)",
      name_of(out), noise.rms, noise.angle.front(), *std::max_element(noise.angle.begin(), noise.angle.end()));
  return noise;
}

namespace {

struct Lag {
  std::size_t from, to; ///< tokens
  double distance;      ///< positions
};

/// Pairs of tokens, grouped by distance: the smallest there is, then by doubling ranges.
std::vector<std::vector<Lag>> lags_of(const Reduced& reduced, const Positions& positions, std::int64_t axis,
                                      bool from_zero) {
  std::vector<std::pair<std::int64_t, std::size_t>> sorted;
  if (from_zero) sorted.push_back({0, reduced.tokens.size()});
  for (std::size_t t = 0; t < reduced.tokens.size(); ++t) sorted.push_back({positions.at(axis, reduced.tokens[t]), t});
  std::sort(sorted.begin(), sorted.end());
  std::int64_t smallest = std::numeric_limits<std::int64_t>::max();
  for (std::size_t s = 1; s < sorted.size(); ++s)
    if (sorted[s].first != sorted[s - 1].first) smallest = std::min(smallest, sorted[s].first - sorted[s - 1].first);
  std::vector<std::vector<Lag>> octaves;
  if (smallest == std::numeric_limits<std::int64_t>::max()) return octaves;
  const std::int64_t span = sorted.back().first - sorted.front().first;
  const std::size_t stride = std::max<std::size_t>(1, sorted.size() / 128);
  for (std::int64_t least = smallest; least <= span; least *= 2) {
    const std::int64_t greatest = least == smallest ? smallest : 2 * least - 1;
    std::vector<Lag> octave;
    for (std::size_t a = 0; a < sorted.size(); a += least == smallest ? 1 : stride) {
      const auto at_least = [&](std::int64_t p) {
        return std::lower_bound(sorted.begin(), sorted.end(), std::pair{p, std::size_t{0}});
      };
      const auto begin = at_least(sorted[a].first + least), end = at_least(sorted[a].first + greatest + 1);
      if (begin == end) continue;
      for (const auto& other : {*begin, *std::prev(end)})
        octave.push_back({sorted[a].second, other.second, static_cast<double>(other.first - sorted[a].first)});
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

FrequencyFit fit_frequency(const std::vector<Complex>& ratio, const std::vector<std::vector<Lag>>& octaves, double near,
                           double unit) {
  FrequencyFit fit{near, std::numeric_limits<double>::infinity()};
  for (const std::vector<Lag>& octave : octaves) {
    Complex sum = 0;
    double weight = 0, moment = 0, square = 0, spread = 0;
    for (const Lag& lag : octave) {
      const Complex turned = ratio[lag.to] * std::conj(ratio[lag.from]) * std::polar(1.0, -fit.theta * lag.distance);
      const double w = std::abs(turned);
      if (w == 0) continue;
      sum += turned;
      weight += w;
      const double angle = std::arg(turned);
      moment += w * lag.distance * angle;
      square += w * lag.distance * lag.distance;
      spread += w * angle * angle;
    }
    if (weight == 0) continue;
    if (std::abs(sum) < 0.6 * weight) break;
    const bool first = std::isinf(fit.sigma);
    // Neighbours may be half a turn from what is near: their sum wraps as one, single angles do not.
    if (first)
      fit.theta += std::arg(sum) / octave.front().distance;
    else
      fit.theta += moment / square;
    const double noise = std::max(std::sqrt(spread / weight), unit);
    fit.sigma = noise / std::sqrt(square);
    if (first) fit.sigma = noise / octave.front().distance / std::sqrt(weight);
  }
  if (std::isinf(fit.sigma)) fit.theta = std::numeric_limits<double>::quiet_NaN();
  return fit;
}

} // namespace

std::vector<FrequencyFit> fit_frequencies(const Reduced& reduced, const Positions& positions, const PairTurns& near,
                                          double unit, bool from_zero) {
  std::vector<std::vector<std::vector<Lag>>> octaves;
  for (std::int64_t axis = 0; axis < positions.axes; ++axis)
    octaves.push_back(lags_of(reduced, positions, axis, from_zero));
  std::vector<FrequencyFit> fits;
  std::vector<Complex> ratio(reduced.tokens.size() + 1, Complex(1));
  for (std::size_t i = 0; i < static_cast<std::size_t>(reduced.pairs); ++i) {
    for (std::size_t t = 0; t < reduced.tokens.size(); ++t) ratio[t] = unit_ratio(reduced.of(t)[i]);
    fits.push_back(fit_frequency(ratio, octaves[near.axis[i]], near.theta[i], unit));
  }
  return fits;
}

ShiftFinder::ShiftFinder(const PairTurns& turns) : turns_(turns) {
  for (std::size_t i = 0; i < turns.theta.size(); ++i)
    if (turns.theta[i] != 0) slow_first_.push_back(i);
  std::sort(slow_first_.begin(), slow_first_.end(),
            [&](std::size_t a, std::size_t b) { return std::abs(turns_.theta[a]) < std::abs(turns_.theta[b]); });
}

struct ShiftFinder::Ratios {
  std::vector<double> angle, length, weight;
  double energy = 0;
};

namespace {

double wrapped(double angle) {
  constexpr double turn = 2 * std::numbers::pi;
  return angle - turn * std::nearbyint(angle / turn);
}

} // namespace

double ShiftFinder::refined(const Ratios& ratios, double shift) const {
  for (int pass = 0; pass < 3; ++pass) {
    double moment = 0, square = 0;
    for (const std::size_t i : slow_first_) {
      const double theta = turns_.theta[i], weight = ratios.weight[i] * theta;
      moment += weight * wrapped(ratios.angle[i] - shift * theta);
      square += weight * theta;
    }
    if (square > 0) shift += moment / square;
  }
  return shift;
}

double ShiftFinder::swept(const Ratios& ratios, double shift) const {
  double square = 0;
  for (const std::size_t i : slow_first_) {
    const double theta = turns_.theta[i], weight = ratios.weight[i] * theta;
    square += weight * theta;
    if (square > 0) shift += weight * wrapped(ratios.angle[i] - shift * theta) / square;
  }
  return shift;
}

double ShiftFinder::match(const Ratios& ratios, double shift) const {
  double sum = 0;
  for (std::size_t i = 0; i < ratios.angle.size(); ++i)
    sum += ratios.length[i] * std::cos(ratios.angle[i] - shift * turns_.theta[i]);
  return sum / ratios.energy;
}

TokenShift ShiftFinder::find(const Reduced& reduced, std::size_t token, std::span<const double> position_of_axis,
                             std::span<const double> starts) const {
  const std::size_t pairs = turns_.theta.size();
  const PairSums* sums = reduced.of(token);
  const Phasor* phasors = reduced.phasors.data() + token * pairs;
  thread_local Ratios ratios;
  ratios.angle.resize(pairs);
  ratios.length.resize(pairs);
  ratios.weight.resize(pairs);
  ratios.energy = 0;
  double most = 0; // no shift matches better
  for (std::size_t i = 0; i < pairs; ++i) {
    ratios.angle[i] = phasors[i].angle - turns_.theta[i] * position_of_axis[turns_.axis[i]];
    ratios.length[i] = phasors[i].length;
    ratios.weight[i] = sums[i].in > 0 ? std::min(1.0, phasors[i].length / sums[i].in) : 0;
    ratios.energy += sums[i].in;
    most += phasors[i].length;
  }
  if (ratios.energy == 0) return {};
  most *= (1 - 2e-4) / ratios.energy;

  TokenShift best{0, match(ratios, 0)};
  const auto consider = [&](double shift) {
    const double m = match(ratios, shift);
    if (m > best.match + 1e-12) best = {shift, m};
  };
  consider(refined(ratios, swept(ratios, 0)));
  if (best.match < most) consider(refined(ratios, 0));
  for (const double start : starts)
    if (best.match < most) {
      consider(refined(ratios, start));
      consider(refined(ratios, swept(ratios, start)));
    }
  // Shifts further than the slowest pair tells apart.
  if (slow_first_.empty() || starts.empty()) return best;
  const double turn = 2 * std::numbers::pi / std::abs(turns_.theta[slow_first_.front()]);
  const double furthest = 2 * std::abs(position_of_axis[0]);
  constexpr int most_turns = 32;
  for (int n = 1; n <= most_turns && n * turn < furthest + turn; ++n)
    for (const int sign : {-1, 1})
      if (best.match < most) consider(refined(ratios, swept(ratios, sign * n * turn)));
  return best;
}

} // namespace ropescope
