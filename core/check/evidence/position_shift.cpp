#include "core/check/evidence/position_shift.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "core/check/basics/thresholds.h"
#include "core/check/evidence/shift_kernel.h"

namespace ropescope {

ShiftFinder::ShiftFinder(const PairTurns& turns) : turns_(turns) {
  for (std::size_t i = 0; i < turns.theta.size(); ++i) slow_first_.push_back(i);
  // Pairs that do not turn tell no shift, and come last.
  const auto speed = [&](std::size_t i) { return turns_.theta[i] != 0 ? std::abs(turns_.theta[i]) : HUGE_VAL; };
  std::stable_sort(slow_first_.begin(), slow_first_.end(),
                   [&](std::size_t a, std::size_t b) { return speed(a) < speed(b); });
  for (const std::size_t i : slow_first_) theta_.push_back(turns.theta[i]);
}

/// Of one token: what its pairs tell, slowest first.
struct ShiftFinder::Ratios {
  std::vector<double> angle, length, weight, share;
  double energy = 0, square = 0;
  double most = 0; ///< no shift matches better

  void take(const Reduced& reduced, std::size_t token, std::span<const double> position_of_axis,
            const ShiftFinder& finder) {
    const PairSums* sums = reduced.of(token);
    const Phasor* phasors = reduced.phasors.data() + token * finder.theta_.size();
    for (auto* numbers : {&angle, &length, &weight, &share}) numbers->resize(finder.theta_.size());
    energy = square = most = 0;
    for (std::size_t n = 0; n < finder.theta_.size(); ++n) {
      const std::size_t i = finder.slow_first_[n];
      const double theta = finder.theta_[n];
      angle[n] = phasors[i].angle - theta * position_of_axis[finder.turns_.axis[i]];
      length[n] = phasors[i].length;
      // A pair whose rows disagree (several heads turned apart) has a short sum, and little to say.
      weight[n] = theta * (sums[i].in > 0 ? std::min(1.0, phasors[i].length / sums[i].in) : 0);
      square += weight[n] * theta;
      share[n] = square > 0 ? weight[n] / square : 0;
      energy += sums[i].in;
      most += phasors[i].length;
    }
    most *= thresholds::matched / energy;
  }
};

namespace {

/// Shifts to begin at, in the order in which they are believed.
class Tries {
public:
  Tries(const shift_kernel::Pairs& pairs, double energy) : pairs_(pairs), energy_(energy) {}

  /// `sweep`: first pair by pair, slowest first, each taking the shift so far as known: slow pairs bring it within half
  /// a turn of the next faster ones, so that it may begin far away.
  /// `beside`: whenever the one before it is looked at, this one is too.
  void add(double shift, bool sweep, bool beside = false) {
    shifts_[count_] = shift;
    beside_[count_] = beside;
    sweeps_[count_++] = sweep ? 1 : 0;
    if (count_ == shift_kernel::at_once) look();
  }

  /// Takes the best of those that were added, up to the first that matches as well as any can.
  void look() {
    shift_kernel::refine(pairs_, count_, sweeps_, shifts_, matches_);
    for (std::size_t n = 0; n < count_; ++n) {
      if (!beside_[n]) over_ = enough();
      if (over_) continue;
      const double match = matches_[n] / energy_;
      // A tie stays with the first: 0 before all others.
      if (match > best.match + 1e-12) best = {shifts_[n], match};
    }
    count_ = 0;
  }

  bool enough() const { return !(best.match < most); }

  TokenShift best;
  double most = 0;

private:
  const shift_kernel::Pairs& pairs_;
  double energy_;
  std::size_t count_ = 0;
  bool over_ = false, beside_[shift_kernel::at_once] = {};
  // Lanes beyond those that were added hold what was there before.
  double shifts_[shift_kernel::at_once] = {}, sweeps_[shift_kernel::at_once] = {}, matches_[shift_kernel::at_once] = {};
};

} // namespace

TokenShift ShiftFinder::find(const Reduced& reduced, std::size_t token, std::span<const double> position_of_axis,
                             std::span<const double> starts) const {
  // Kept for the thread: this runs for every token of every candidate.
  thread_local Ratios ratios;
  ratios.take(reduced, token, position_of_axis, *this);
  // Zeros turn by any angle.
  if (ratios.energy == 0) return {};
  const shift_kernel::Pairs pairs{theta_.size(),       theta_.data(),        ratios.angle.data(), ratios.weight.data(),
                                  ratios.share.data(), ratios.length.data(), ratios.square};
  Tries tries(pairs, ratios.energy);
  double unmoved = 0; // how much of the output points where it should: the gain where it does, about 0 where not
  for (std::size_t n = 0; n < theta_.size(); ++n) unmoved += ratios.length[n] * std::cos(ratios.angle[n]);
  tries.best = {0, unmoved / ratios.energy};
  // The first try is made in any case, since it may be nearer than 0.
  tries.most = HUGE_VAL;
  tries.add(0, true);
  tries.look();
  tries.most = ratios.most;
  if (tries.enough()) return tries.best;
  tries.add(0, false);
  for (const double start : starts) {
    tries.add(start, false);
    tries.add(start, true, true);
  }
  tries.look();
  // Shifts further than the slowest pair tells apart.
  if (theta_.empty() || theta_.front() == 0 || starts.empty()) return tries.best;
  const double turn = 2 * std::numbers::pi / std::abs(theta_.front());
  const double furthest = 2 * std::abs(position_of_axis[0]);
  for (int n = 1; n <= thresholds::slowest_turns && n * turn < furthest + turn && !tries.enough(); ++n)
    for (const int sign : {-1, 1}) tries.add(sign * n * turn, true);
  tries.look();
  return tries.best;
}

} // namespace ropescope
