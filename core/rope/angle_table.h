#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "core/rope/config.h"
#include "core/rope/engine.h"
#include "core/rope/positions.h"

namespace ropescope {

/// What a frequency is multiplied by at a token: its position, scaled and shifted as the config says (Axes::scale,
/// `shift`, `times_axis`).
double angle_position(const RopeConfig&, const Positions&, std::int64_t axis, std::int64_t token);

/// Positions with fractions as whole multiples of a unit for each axis: frames at 16 of 24 a second are multiples of
/// 0.5. With frequencies of a unit they turn as whole positions do, without a table.
struct UnitPositions {
  Positions positions;              ///< whole
  std::vector<std::uint64_t> turns; ///< per pair, of one unit of its axis
};

/// Nothing where an axis has no such unit. `inv_freq`, `pair_axis`: of the pairs. Positions are met exactly.
std::optional<UnitPositions> in_units(const Positions&, std::span<const double> inv_freq,
                                      std::span<const std::uint8_t> pair_axis);

/// cos and sin of every [token][pair] where an angle is not a whole position times a fraction of a turn: positions with
/// fractions, scaled ones, sums over axes. `inv_freq`: rad per position, of the rotation's pairs. Gain and direction of
/// the rotation are in it. Angles are formed in long double; off by less than 2e-16·|angle| rad, of inv_freq's
/// rounding. Engines take it as Rotation::table.
std::vector<CosSin<double>> angle_table(const RopeConfig&, std::span<const double> inv_freq, const Rotation&);

} // namespace ropescope
