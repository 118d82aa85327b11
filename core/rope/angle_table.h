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

/// cos and sin where an angle is not a whole position times a fraction of a turn: positions with fractions, scaled
/// ones, sums over axes. Gain and direction of the rotation are in it. Engines take it as Rotation::table and
/// Rotation::places.
struct PlacedTable {
  std::vector<CosSin<double>> entries; ///< [place][pair], or [token][pair] where there are no places
  std::vector<std::uint32_t> places;   ///< [axes][tokens]; a place belongs to one axis, and other axes' pairs are 0
};

/// One place for each position that occurs on an axis, or an entry for every [token][pair] where few tokens share one.
/// `inv_freq`: rad per position, of the rotation's pairs. Angles are off by less than 2e-16·|angle| rad, of inv_freq's
/// rounding, and 2e-19·|position| rad.
PlacedTable placed_table(const RopeConfig&, std::span<const double> inv_freq, const Rotation&);

/// The same with an entry for every [token][pair].
std::vector<CosSin<double>> angle_table(const RopeConfig&, std::span<const double> inv_freq, const Rotation&);

} // namespace ropescope
