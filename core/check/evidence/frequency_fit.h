#pragma once
#include <cstdint>
#include <numbers>
#include <vector>

#include "core/check/evidence/reduce.h"

namespace ropescope {

/// What turns each pair: rad/token, signed, and the axis of the positions that counts.
struct PairTurns {
  std::vector<double> theta;
  std::vector<std::uint8_t> axis;
  std::vector<double> learned = {}; ///< [axis][pair]: a pair turns by the sum over the axes (Axes::learned); empty: by
                                    ///< the frequency at its axis
};

/// A frequency read off the ratios of tokens to one another, from neighbours outward, so that no angle is ever
/// ambiguous; what is constant over tokens (an offset, a gain) has no part in it. A few places
/// where positions jump hardly change it, since most neighbours are still their usual distance apart.
struct FrequencyFit {
  double theta = 0; ///< rad/token, signed; NaN where nothing is to be seen
  double sigma = 0; ///< its standard error, rad/token
  /// rad/token: frequencies so far apart turn the nearest tokens alike.
  double alias = 2 * std::numbers::pi;

  /// Whether tokens lie too far apart to tell a model's frequencies from one another: one token alone, say. 2 rad/token
  /// is twice the fastest pair of any model, for either way of turning.
  bool ambiguous() const { return alias < 2; }
};

/// One per pair. `near`: which of the frequencies to take that look alike at these positions, those 2π over the
/// smallest distance apart. `unit`: of the rows' format (Noise::unit). `from_zero`: position 0, where nothing turns,
/// counts as one more token; more exact far out, wrong under an offset.
std::vector<FrequencyFit> fit_frequencies(const Reduced&, const KernelRun&, const PairTurns& near, double unit,
                                          bool from_zero = false);

} // namespace ropescope
