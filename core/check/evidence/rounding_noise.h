#pragma once
#include <cstddef>
#include <string>
#include <vector>

#include "core/check/basics/run.h"

namespace ropescope {

/// What rounding explains, relative to the length of a pair: a share of its own, and one that grows with the angle.
struct Noise {
  double unit = 0;  ///< half the spacing of numbers at 1 of the format that the output holds; of float64
                    ///< what sums can tell (thresholds::float64_unit)
  double rms = 0;   ///< error of a pair by its length: root of the mean square over many pairs
  double bound = 0; ///< the same, the greatest that one pair may have
  double floor = 0; ///< what a pair's error squared, summed over the rows of a token, may be however short the pair is:
                    ///< the least numbers of float16 are a fixed distance apart; 0 for other formats
  std::vector<double> angle; ///< per pair: relative error of position × frequency in float32
  std::string reason;        ///< for people

  /// What an angle (rad) of a pair is off by, rad.
  double of_angle(std::size_t pair, double radians) const;
};

/// Noise of rows in the formats that input and output hold, under the arithmetic of the model's own code: float32
/// frequencies as it computes them, ggml's as it multiplies them up, and the rounding of the product.
Noise row_noise(const KernelRun&, const Spectrum&);

/// Half the spacing of a format's numbers at 1: the greatest relative error of rounding to it.
double unit_of(NumberFormat);

} // namespace ropescope
