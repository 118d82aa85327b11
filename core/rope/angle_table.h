#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "core/rope/config.h"
#include "core/rope/engine.h"
#include "core/rope/positions.h"

namespace ropescope {

/// What a frequency is multiplied by at a token: its position, scaled and shifted as the config says (Axes::scale,
/// `shift`, `times_axis`).
double angle_position(const RopeConfig&, const Positions&, std::int64_t axis, std::int64_t token);

/// cos and sin of every [token][pair] where an angle is not a whole position times a fraction of a turn: positions with
/// fractions, scaled ones, sums over axes. `inv_freq`: rad per position, of the rotation's pairs. Gain and direction of
/// the rotation are in it. Angles are formed in long double; off by less than 2e-16·|angle| rad, of inv_freq's rounding.
/// Engines take it as Rotation::table.
std::vector<CosSin<double>> angle_table(const RopeConfig&, std::span<const double> inv_freq, const Rotation&);

} // namespace ropescope
