#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/rope/config.h"
#include "core/rope/positions.h"
#include "core/rope/spectrum.h"

namespace ropescope {

/// One axis of a grid's positions: where the tokens are on it, and how far its pairs turn meanwhile.
struct AxisPlaces {
  std::string name;              ///< "t", "h" …; "position" of a model whose positions have one axis
  std::vector<double> positions; ///< of each token, in the order of the rows
  double least = 0, greatest = 0;
  double extent = 0;         ///< greatest − least: how far a pair turns at most within the grid, in positions
  double trained_extent = 0; ///< the same of the grid that was trained on; 0 where nobody said it
  double step = 0;           ///< least distance of two different positions; 0 where all are one

  // One for each pair that the axis turns and whose frequency is not 0, in the order of the head.
  std::vector<std::int64_t> pairs;
  std::vector<double> inv_freq;      ///< rad a position
  std::vector<double> turns;         ///< full turns within the grid: extent·inv_freq/2π
  std::vector<double> trained_turns; ///< the same within the trained grid

  /// The pair that comes round first although it never did in training: the least wavelength above trained_extent, and
  /// not above extent. From there on a clip can look as it began (RIFLEx, arXiv 2502.15894, §3).
  std::optional<std::size_t> first_new_turn; ///< a place in `pairs`
  /// The same, whatever the grid: the pair whose wavelength is the least above trained_extent. RIFLEx slows it.
  std::optional<std::size_t> next_new_turn;

  bool operator==(const AxisPlaces&) const = default;
};

/// Tokens and their axes. `now` and `trained` have as many axes as the config. A pair counts for the axis that turns
/// its first component.
std::vector<AxisPlaces> places_on_axes(const RopeConfig&, const Spectrum&, const Positions& now,
                                       const std::optional<Positions>& trained);

/// RIFLEx's wavelength for a clip of so many positions: one turn in `extent`/0.9, so that the pair never comes round
/// within it. Source: thu-ml/RIFLEx, riflex_utils.py: freqs[k − 1] = 0.9·2π/L_test.
double riflex_wavelength(double extent);

} // namespace ropescope
