#include "core/check/proof/measured_angles.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "core/check/basics/thresholds.h"
#include "core/check/proof/score.h"

namespace ropescope {

std::optional<PrecisionFit> explain_by_budget(const KernelRun& run, const Prediction& expected, const Noise& noise,
                                              const Reduced& all) {
  if (!run.budget) return std::nullopt;
  PrecisionFit fit;
  const auto pairs = static_cast<std::size_t>(all.pairs);
  for (std::size_t t = 0; t < all.tokens.size(); ++t)
    for (std::size_t i = 0; i < pairs; ++i) {
      const PairSums& sum = all.of(t)[i];
      const std::complex<double> right = expected.multiplier(t, i);
      const double turned = noise.of_angle(i, expected.angle(t, i));
      const PairScore score = score_pair(sum, right, noise, noise.floor_of(all.at, all.tokens[t], i), turned);
      fit.table.push_back(right);
      const bool explained = score.error <= score.allowed;
      const double off = std::arg(std::complex<double>(sum.cross_re, sum.cross_im) * std::conj(right));
      if (std::abs(off) > *run.budget + thresholds::angle_bound * turned) {
        // What rounding explains has no angle: of a pair that is nearly 0 it would be any.
        if (explained) continue;
        return std::nullopt;
      }
      fit.table.back() *= std::polar(1.0, off);
      if (explained) continue;
      if (std::abs(off) <= fit.arithmetic.angle_off) continue;
      fit.arithmetic.angle_off = std::abs(off);
      fit.arithmetic.position = static_cast<std::int64_t>(expected.positions.at(expected.turns.axis[i], t));
    }
  const Score measured = score(
      all, noise, [&](std::size_t t, std::size_t i) { return fit.table[t * pairs + i]; },
      [&](std::size_t t, std::size_t i) { return expected.angle(t, i); });
  if (!measured.whole()) return std::nullopt;
  fit.arithmetic.recipe = cause::Precision::own_arithmetic;
  fit.residual = measured.residual;
  fit.reason = "angles are measured, and within the budget";
  // An angle that was measured is itself off by what the rows are rounded by.
  fit.slack = noise.rms;
  return fit;
}

namespace {

/// Numbers that all lie near multiples of 1/n, the least such n of `candidates`; 0: none. Chance leaves 0.29 of a step.
std::int64_t common_step(const std::vector<double>& numbers, const std::vector<std::int64_t>& candidates) {
  constexpr double near = 0.1;
  constexpr std::size_t fewest = 64;
  if (numbers.size() < fewest) return 0;
  for (const std::int64_t n : candidates) {
    const double most = near * near * static_cast<double>(numbers.size());
    double square = 0;
    std::int64_t seen = 0; // multiples other than 0
    for (const double x : numbers) {
      if (square >= most) break; // it only grows
      const double steps = x * static_cast<double>(n), whole = std::nearbyint(steps);
      square += (steps - whole) * (steps - whole);
      seen += whole != 0;
    }
    if (square < most && 4 * seen > static_cast<std::int64_t>(numbers.size())) return n;
  }
  return 0;
}

} // namespace

std::optional<PrecisionFit> explain_by_coarse_arithmetic(const Prediction& expected, const Noise& noise,
                                                         const Reduced& all) {
  constexpr double most = 0.1, least_share = 0.25;
  PrecisionFit fit;
  const auto pairs = static_cast<std::size_t>(all.pairs);
  std::vector<std::uint8_t> pair_off(pairs), token_off(all.tokens.size());
  std::vector<double> turns, entries;
  double length_off = 0;
  for (std::size_t t = 0; t < all.tokens.size(); ++t)
    for (std::size_t i = 0; i < pairs; ++i) {
      const PairSums& sum = all.of(t)[i];
      const std::complex<double> right = expected.multiplier(t, i);
      const double turned = noise.of_angle(i, expected.angle(t, i));
      const double floor = noise.floor_of(all.at, all.tokens[t], i);
      const PairScore pair = score_pair(sum, right, noise, floor, turned);
      fit.table.push_back(right);
      if (!(sum.in > 0)) continue;
      const std::complex<double> measured = std::complex<double>(sum.cross_re, sum.cross_im) / sum.in,
                                 ratio = measured / right;
      const double off = std::abs(std::arg(ratio)), longer = std::abs(std::abs(ratio) - 1);
      turns.push_back(std::arg(measured) / (2 * std::numbers::pi));
      entries.insert(entries.end(), {measured.real() / expected.gain, measured.imag() / expected.gain});
      if (pair.error <= pair.allowed && !pair.outlier) continue;
      if (off > most || longer > most) return std::nullopt;
      fit.table.back() = measured;
      pair_off[i] = token_off[t] = 1;
      length_off = std::max(length_off, longer);
      if (off <= fit.arithmetic.angle_off) continue;
      fit.arithmetic.angle_off = off;
      fit.arithmetic.position = static_cast<std::int64_t>(expected.positions.at(expected.turns.axis[i], t));
    }
  const auto many = [](const std::vector<std::uint8_t>& off) {
    return static_cast<double>(std::count(off.begin(), off.end(), 1)) >= least_share * static_cast<double>(off.size());
  };
  if (!many(pair_off) || !many(token_off)) return std::nullopt;
  const Score measured = score(
      all, noise, [&](std::size_t t, std::size_t i) { return fit.table[t * pairs + i]; },
      [&](std::size_t t, std::size_t i) { return expected.angle(t, i); });
  if (measured.explained < thresholds::all_but_a_few) return std::nullopt;
  std::vector<std::int64_t> of_turn, of_one;
  for (int bits = 5; bits <= 16; ++bits) {
    const std::int64_t n = std::int64_t{1} << bits;
    of_turn.push_back(n);
    of_one.insert(of_one.end(), {n - 1, n});
  }
  fit.arithmetic.recipe = cause::Precision::own_arithmetic;
  fit.arithmetic.explained = false;
  fit.arithmetic.steps = common_step(turns, of_turn);
  if (fit.arithmetic.steps == 0) fit.arithmetic.levels = common_step(entries, of_one);
  // What rounding of rows moves is no error of the kernel's.
  if (length_off > 2 * noise.bound) fit.arithmetic.length_off = length_off;
  fit.residual = measured.residual;
  fit.reason = "angles are measured";
  return fit;
}

} // namespace ropescope
