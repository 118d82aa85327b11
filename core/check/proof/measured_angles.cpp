#include "core/check/proof/measured_angles.h"

#include <cmath>

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

} // namespace ropescope
