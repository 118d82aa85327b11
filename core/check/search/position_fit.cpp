#include "core/check/search/position_fit.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "core/check/basics/cancelled.h"
#include "core/check/basics/thresholds.h"
#include "core/check/evidence/median.h"
#include "core/check/proof/score.h"
#include "core/parallel.h"

namespace ropescope {

using Complex = std::complex<double>;

Reduced unswapped(Reduced reduced) {
  for (PairSums& sum : reduced.sums) std::swap(sum.cross_re, sum.cross_im);
  for (Phasor& phasor : reduced.phasors) phasor.angle = std::numbers::pi / 2 - phasor.angle;
  return reduced;
}

namespace {

/// How many times faster the kernel turns than a candidate: what most pairs say.
double speed(const PairTurns& turns, std::span<const FrequencyFit> measured) {
  std::vector<double> ratios;
  for (std::size_t i = 0; i < turns.theta.size() && i < measured.size(); ++i)
    if (turns.theta[i] != 0 && std::isfinite(measured[i].theta) &&
        measured[i].sigma < thresholds::votes_on_speed * std::abs(measured[i].theta) &&
        std::abs(turns.theta[i]) < thresholds::slow_enough)
      ratios.push_back(measured[i].theta / turns.theta[i]);
  return ratios.empty() ? 1 : median(ratios);
}

std::vector<TokenShift> find_shifts(const Reduced& reduced, const KernelRun& run, const PairTurns& turns, double speed,
                                    const std::stop_token& stop) {
  const ShiftFinder finder(turns);
  std::vector<TokenShift> shifts(reduced.tokens.size());
  // Tokens share nothing; 32 are long beside what starting a task costs.
  constexpr std::size_t tokens_of_a_task = 32;
  in_parallel((shifts.size() + tokens_of_a_task - 1) / tokens_of_a_task, 0, [&](std::size_t task) {
    if (stop.stop_requested()) return; // a long run takes seconds here; work in parallel does not throw
    std::vector<double> at(static_cast<std::size_t>(run.positions.axes));
    const std::size_t end = std::min(shifts.size(), (task + 1) * tokens_of_a_task);
    for (std::size_t t = task * tokens_of_a_task; t < end; ++t) {
      for (std::size_t a = 0; a < at.size(); ++a) at[a] = run.position(static_cast<std::int64_t>(a), reduced.tokens[t]);
      // As far as most frequencies say, and where common mistakes lie: unrotated, the other way, twice as far.
      const double starts[] = {(speed - 1) * at[0], -at[0], -2 * at[0], at[0]};
      shifts[t] = finder.find(reduced, t, at, std::span(starts, at.size() == 1 ? 4 : 0));
    }
  });
  throw_if_stopped(stop);
  return shifts;
}

} // namespace

FreeFit fit_positions(const Reduced& reduced, const KernelRun& run, const Candidate& candidate, const Noise& noise,
                      std::span<const FrequencyFit> measured, const std::stop_token& stop) {
  const PairTurns turns = candidate.turns();
  FreeFit fit;
  fit.shifts = find_shifts(reduced, run, turns, speed(turns, measured), stop);
  // The median: a few wrong tokens do not move it.
  std::vector<double> gains;
  for (const TokenShift& shift : fit.shifts) gains.push_back(shift.match);
  fit.gain = median(gains);
  const auto turned = [&](std::size_t t, std::size_t i) {
    return (run.position(turns.axis[i], reduced.tokens[t]) + fit.shifts[t].shift) * turns.theta[i];
  };
  const Score by_gain = score(
      reduced, noise, [&](std::size_t t, std::size_t i) { return std::polar(fit.gain, turned(t, i)); }, turned);
  const Score unchanged = score(
      reduced, noise, [](std::size_t, std::size_t) { return Complex(1); },
      [](std::size_t, std::size_t) { return 0.0; });
  double error = 0, energy = 0;
  std::size_t explained = 0;
  for (std::size_t t = 0; t < by_gain.rows.size(); ++t) {
    // A row that passes unchanged is explained too: heads left out, the end of a table.
    const bool passes = !by_gain.rows[t].explained() && unchanged.rows[t].explained();
    const RowScore& row = passes ? unchanged.rows[t] : by_gain.rows[t];
    if (!row.explained()) continue;
    ++explained;
    error += row.error;
    energy += row.energy;
  }
  fit.explained = static_cast<double>(explained) / static_cast<double>(by_gain.rows.size());
  // Every token within rounding, but a pair off over all of them: good, and never as good as a whole explanation.
  if (!by_gain.pairs_explained) fit.explained = std::min(fit.explained, thresholds::most_rows);
  fit.residual = energy > 0 ? std::sqrt(error / energy) : by_gain.residual;
  return fit;
}

double explained_by_any_angles(const Reduced& reduced, const Noise& noise) {
  std::vector<double> gains;
  for (std::size_t t = 0; t < reduced.tokens.size(); ++t) {
    double cross = 0, in = 0;
    for (std::size_t i = 0; i < static_cast<std::size_t>(reduced.pairs); ++i) {
      cross += reduced.phasors[t * static_cast<std::size_t>(reduced.pairs) + i].length;
      in += reduced.of(t)[i].in;
    }
    if (in > 0) gains.push_back(cross / in);
  }
  // Either most rows have a gain, or none has.
  const double gain = median(gains);
  const auto free = [&](double g) {
    return score(
               reduced, noise,
               [&](std::size_t t, std::size_t i) {
                 const PairSums& sum = reduced.of(t)[i];
                 const double length = reduced.phasors[t * static_cast<std::size_t>(reduced.pairs) + i].length;
                 return length > 0 ? Complex(sum.cross_re, sum.cross_im) * (g / length) : Complex(g);
               },
               [](std::size_t, std::size_t) { return 0.0; })
        .explained;
  };
  return std::max(free(gain), free(1));
}

} // namespace ropescope
