#pragma once
#include <cmath>
#include <cstdint>
#include <numbers>

#include "core/check/basics/thresholds.h"
#include "core/check/choices/prediction.h"
#include "core/check/evidence/rounding_noise.h"

namespace ropescope {

/// How far an arithmetic turns pairs from where they should be.
struct AngleError {
  double most = 0;           ///< rad, at most half a turn
  std::int64_t position = 0; ///< at which it is
  bool explained = true;     ///< everywhere within what the rows' format, the model's own code or the budget explains

  void add(const KernelRun& run, const Noise& noise, const Prediction& expected, std::size_t token, std::size_t pair,
           double radians) {
    constexpr double turn = 2 * std::numbers::pi;
    const double off = std::abs(radians - turn * std::nearbyint(radians / turn));
    if (off > most)
      most = off, position = static_cast<std::int64_t>(expected.positions.at(expected.turns.axis[pair], token));
    const double own = thresholds::angle_bound * noise.of_angle(pair, expected.angle(token, pair));
    explained &= off <= std::max({noise.bound, own, thresholds::explained_angle, run.budget.value_or(0)});
  }
};

} // namespace ropescope
