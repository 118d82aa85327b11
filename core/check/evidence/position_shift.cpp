#include "core/check/evidence/position_shift.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "core/check/basics/thresholds.h"

namespace ropescope {

ShiftFinder::ShiftFinder(const PairTurns& turns) : turns_(turns) {
  for (std::size_t i = 0; i < turns.theta.size(); ++i)
    if (turns.theta[i] != 0) slow_first_.push_back(i);
  std::sort(slow_first_.begin(), slow_first_.end(),
            [&](std::size_t a, std::size_t b) { return std::abs(turns_.theta[a]) < std::abs(turns_.theta[b]); });
}

/// Of one token: by which angle each pair was turned further than it should, how long out is, and how much that angle
/// is to be believed.
struct ShiftFinder::Ratios {
  std::vector<double> angle, length, weight;
  double energy = 0;
};

namespace {

/// Into −π … π.
double wrapped(double angle) {
  constexpr double turn = 2 * std::numbers::pi;
  return angle - turn * std::nearbyint(angle / turn);
}

} // namespace

/// Weighted least squares over all pairs at once, thrice: each pass wraps angles anew, and from a start within half a
/// turn of the fastest pairs it converges to rounding.
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

/// The same pair by pair, slowest first, each taking the shift so far as known: slow pairs bring it within half a turn
/// of the next faster ones, as a vernier does, so that it may begin far away.
double ShiftFinder::swept(const Ratios& ratios, double shift) const {
  double square = 0;
  for (const std::size_t i : slow_first_) {
    const double theta = turns_.theta[i], weight = ratios.weight[i] * theta;
    square += weight * theta;
    if (square > 0) shift += weight * wrapped(ratios.angle[i] - shift * theta) / square;
  }
  return shift;
}

/// How much of the output points where the shift says: the gain where it is right, about 0 where it is not.
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
  // Kept for the thread: this runs for every token of every candidate.
  thread_local Ratios ratios;
  ratios.angle.resize(pairs);
  ratios.length.resize(pairs);
  ratios.weight.resize(pairs);
  ratios.energy = 0;
  double most = 0; // no shift matches better
  for (std::size_t i = 0; i < pairs; ++i) {
    ratios.angle[i] = phasors[i].angle - turns_.theta[i] * position_of_axis[turns_.axis[i]];
    ratios.length[i] = phasors[i].length;
    // A pair whose rows disagree (several heads turned apart) has a short sum, and little to say.
    ratios.weight[i] = sums[i].in > 0 ? std::min(1.0, phasors[i].length / sums[i].in) : 0;
    ratios.energy += sums[i].in;
    most += phasors[i].length;
  }
  // Zeros turn by any angle.
  if (ratios.energy == 0) return {};
  most *= thresholds::matched / ratios.energy;

  TokenShift best{0, match(ratios, 0)};
  const auto consider = [&](double shift) {
    const double m = match(ratios, shift);
    // A tie stays with the first: 0 before all others.
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
  for (int n = 1; n <= thresholds::slowest_turns && n * turn < furthest + turn; ++n)
    for (const int sign : {-1, 1})
      if (best.match < most) consider(refined(ratios, swept(ratios, sign * n * turn)));
  return best;
}

} // namespace ropescope
