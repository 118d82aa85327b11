#pragma once
#include <cstddef>
#include <string>
#include <vector>

#include "core/check/basics/run.h"
#include "core/check/evidence/pair_components.h"
#include "core/check/evidence/row_format.h"

namespace ropescope {

/// What rounding explains, relative to the length of a pair: a share of its own, and one that grows with the angle.
struct Noise {
  double unit = 0;  ///< half the spacing of numbers at 1 of the format that the output holds; of float64
                    ///< what sums can tell (thresholds::float64_unit); of int8 that of bfloat16, which computes it; of
                    ///< int16 that of fixed point
  double rms = 0;   ///< error of a pair by its length: root of the mean square over many pairs
  double bound = 0; ///< the same, the greatest that one pair may have
  double floor = 0; ///< what a pair's error squared, summed over the rows of a token, may be however short the pair is:
                    ///< the least numbers of float16 and float8 are a fixed distance apart; 0 for other formats
  // The same where scales differ, summed over the rows of a token, over all rows of a component. Empty: nothing.
  std::vector<double> token_floor, component_floor;
  std::vector<double> angle;       ///< per pair: relative error of position × frequency in float32
  std::vector<double> least_angle; ///< per pair, rad: what an angle is off by however small it is, where positions are
                                   ///< scaled and shifted or angles are sums; empty: nothing
  std::vector<std::uint8_t> axis;  ///< per pair, of the positions
  double bias = 0; ///< what the mean of a pair's errors over all tokens may be (rad, or relative length); 0: not asked
  double mean_share = 0; ///< share of a pair's mean squared error that it may be further off, in coarse formats
  bool sticks = false;   ///< input and output lie on grids of 8 bits: a pair that turns by less than half a step of
                         ///< either stays where it is, for a whole run
  RowFormat rows;
  std::string reason; ///< for people

  /// What an angle (rad) of a pair is off by, rad.
  double of_angle(std::size_t pair, double radians) const;

  /// The floor of a pair of a token of the run. `at`: the components; null where no scales differ.
  double floor_of(const PairComponents* at, std::int64_t token, std::size_t pair) const {
    double sum = floor;
    if (!token_floor.empty()) sum += token_floor[static_cast<std::size_t>(token)];
    if (!component_floor.empty() && at)
      for (const std::int64_t component : {at->out_first[pair], at->out_second[pair]})
        sum += component_floor[static_cast<std::size_t>(component)];
    return sum;
  }

  /// The same of all components that no pair covers.
  double rest_floor(const PairComponents* at, std::int64_t token) const {
    const auto count = static_cast<double>(at ? at->rest.size() : 0);
    double sum = count * (floor + (token_floor.empty() ? 0 : token_floor[static_cast<std::size_t>(token)])) / 2;
    if (count > 0 && !component_floor.empty())
      for (const std::int64_t component : at->rest) sum += component_floor[static_cast<std::size_t>(component)];
    return sum;
  }
};

/// Noise of rows in the formats that input and output hold, under the arithmetic of the model's own code: float32
/// frequencies as it computes them, ggml's as it multiplies them up, and the rounding of the product.
Noise row_noise(const KernelRun&, const Spectrum&);

/// Half the spacing of a format's numbers at 1: the greatest relative error of rounding to it.
double unit_of(NumberFormat);

} // namespace ropescope
