#include "core/check/proof/pair_biases.h"

#include <algorithm>
#include <cmath>

#include "core/check/basics/thresholds.h"

namespace ropescope {

PairBiases::PairBiases(const Reduced& reduced, const Noise& noise) : reduced_(reduced), noise_(noise) {
  if (noise.bias == 0) return;
  cells_.resize(static_cast<std::size_t>(reduced.pairs));
  sums_.resize(cells_.size());
}

void PairBiases::end_token(std::size_t token, bool counts) {
  if (!counts) return;
  for (std::size_t i = 0; i < sums_.size(); ++i) {
    const Cell& cell = cells_[i];
    if (cell.weight == 0) continue;
    Sums& s = sums_[i];
    const std::size_t axis = i < noise_.axis.size() ? noise_.axis[i] : 0;
    const std::size_t place = axis * reduced_.tokens.size() + token;
    const double x = place < reduced_.places.size() ? reduced_.places[place] : 0, w = cell.weight;
    s.n += 1;
    s.w += w;
    s.x += w * x;
    s.xx += w * x * x;
    s.g += w * cell.gain;
    s.gg += w * cell.gain * cell.gain;
    s.f += w * cell.angle;
    s.ff += w * cell.angle * cell.angle;
    s.fx += w * cell.angle * x;
    s.turned = std::max(s.turned, cell.turned);
    s.allowed += cell.allowed;
    s.repeats += cell.in == s.last_in;
    s.scaled += cell.scaled;
    s.stays += cell.stays;
    if (s.n == 1) s.first_in = cell.in;
    s.last_in = cell.in;
  }
}

void PairBiases::add(const PairBiases& later) {
  for (std::size_t i = 0; i < sums_.size(); ++i) {
    Sums& s = sums_[i];
    const Sums& l = later.sums_[i];
    if (l.n == 0) continue;
    if (s.n == 0) s.first_in = l.first_in;
    s.repeats += l.repeats + (l.first_in == s.last_in ? 1 : 0);
    s.last_in = l.last_in;
    s.turned = std::max(s.turned, l.turned);
    s.n += l.n;
    s.w += l.w;
    s.x += l.x;
    s.xx += l.xx;
    s.g += l.g;
    s.gg += l.gg;
    s.f += l.f;
    s.ff += l.ff;
    s.fx += l.fx;
    s.allowed += l.allowed;
    s.scaled += l.scaled;
    s.stays += l.stays;
  }
}

double PairBiases::may_be_off(const Sums& s, double alike) const {
  const double units = 1 + alike * (thresholds::repeated_bias_units / thresholds::bias_units - 1);
  // Numbers on a coarse grid lie nearer to 0 than its points, where there are fewer of them further out: the mean is
  // off by about the square of the error; and by the error itself where a run repeats it, from one end
  // of it to the other.
  const double mean_square = s.allowed / s.n, share = noise_.mean_share;
  const double repeated = share > 0 ? alike * 2 * std::sqrt(mean_square) : 0;
  return units * noise_.bias + share * mean_square + repeated + thresholds::angle_bound * s.turned;
}

bool PairBiases::explained(const Sums& s) const {
  if (s.n < thresholds::bias_cells) return true;
  // A pair that turns far crosses many steps of the grid, which then rounds it in either direction.
  const double may = may_be_off(s, repeats(s) ? 1 : s.stays / s.n);
  // The variance of a few cells is itself by chance (Student's distribution).
  const double errors = thresholds::bias_errors * (1 + thresholds::few_cells / s.n);
  const auto off = [&](double mean, double variance) {
    const double least = std::max(may, errors * std::sqrt(std::max(0.0, variance)));
    return std::abs(mean) > least;
  };
  const double gain = s.g / s.w, angle = s.f / s.w, place = s.x / s.w;
  // Numbers that are cut off are short, each in its turn.
  const double less_cut = gain < 0 ? std::min(0.0, gain + thresholds::short_units * noise_.bias) : gain;
  if (off(less_cut, (s.gg / s.w - gain * gain) / s.n) || off(angle, (s.ff / s.w - angle * angle) / s.n)) return false;
  // The drift of the angle from the least position to the greatest.
  const double spread = s.xx / s.w - place * place, moment = s.fx / s.w - angle * place;
  if (spread <= 1e-9) return true;
  const double drift = moment / spread, left = s.ff / s.w - angle * angle - drift * moment;
  return !off(drift, left / spread / s.n);
}

double PairBiases::common_gain() const {
  double n = 0, sum = 0, squares = 0;
  for (const Sums& s : sums_)
    if (s.n > 0) n += 1, sum += s.g / s.w, squares += std::pow(s.g / s.w, 2);
  constexpr double few = 8; // pairs
  if (n < few) return 0;
  // Each pair is rounded in its own way, so that what they differ by tells how far the mean may be off.
  const double mean = sum / n, error = std::sqrt(std::max(0.0, squares / n - mean * mean) / (n - 1));
  return std::abs(mean) > thresholds::bias_errors * (1 + few / n) * error ? mean : 0;
}

bool PairBiases::explained() const {
  for (const Sums& s : sums_)
    if (!explained(s)) return false;
  const double gain = common_gain();
  if (gain == 0) return true;
  double most = 0, n = 0, alike = 0, scaled = 0, last_in = 0;
  for (const Sums& s : sums_) alike += s.n > 0 && s.last_in == last_in, last_in = s.last_in;
  // What sticks or is repeated does so in every pair in another way, unless pairs are alike too or every number
  // of the grid is multiplied by the same.
  const bool pairs_alike = 2 * alike > static_cast<double>(sums_.size());
  for (const Sums& s : sums_)
    if (s.n > 0)
      most += may_be_off(s, pairs_alike || (noise_.sticks && s.scaled > 0) ? 1 : 0), n += 1, scaled += s.scaled;
  most /= n;
  // An attention factor is rounded to the same number in every slow pair.
  const bool fine = noise_.mean_share == 0 && scaled == 0;
  // Where pairs differ, the few slow ones whose cosine is rounded up to 1 alone lengthen all the same way: by 0.03
  // units of the mean. Lower: those are accused. Higher: a gain of 1.001 passes in bfloat16 rows.
  constexpr double lengthened = 0.1;
  const double least = fine ? (pairs_alike ? thresholds::common_gain_units : lengthened) : 1;
  return gain < least * most && gain > -thresholds::common_short_units * most;
}

} // namespace ropescope
