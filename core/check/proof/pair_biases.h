#pragma once
#include <cmath>
#include <complex>
#include <cstddef>
#include <vector>

#include "core/check/evidence/reduce.h"
#include "core/check/evidence/rounding_noise.h"

namespace ropescope {

/// The mean of each pair's errors over all tokens: its gain, its angle, and how the angle drifts with the position.
/// Rounding has either sign, so that what is wrong by less than one rounding shows in the mean. Rows of 16 bits and
/// fewer are asked alone: finer ones show such errors row by row.
class PairBiases {
public:
  /// Both must outlive it.
  PairBiases(const Reduced&, const Noise&);

  /// A pair of a token, predicted as z·in. `floor`, `turned`: what its error squared and its angle may be off by.
  void add(std::size_t token, std::size_t pair, std::complex<double> z, double floor, double turned) {
    if (noise_.bias == 0) return;
    const PairSums& sum = reduced_.of(token)[pair];
    Cell& cell = cells_[pair];
    const double length = std::norm(z) * sum.in;
    cell = {};
    if (!(length > 0)) return;
    const double allowed = noise_.rms * noise_.rms + floor / length;
    cell = {1 / allowed,
            (z.real() * sum.cross_re + z.imag() * sum.cross_im) / length - 1,
            (z.real() * sum.cross_im - z.imag() * sum.cross_re) / length,
            turned,
            allowed,
            sum.in,
            std::abs(std::norm(z) - 1) > 0.02,
            noise_.sticks && std::norm(z - 1.0) < 9 * allowed};
  }
  /// After the pairs of a token. `counts`: whether it is one of those that rounding explains.
  void end_token(std::size_t token, bool counts);
  /// Adds the tokens of another part of the run, which follow those that were added here.
  void add(const PairBiases& later);

  bool explained() const; ///< every pair, and all of them together
  bool repeats(std::size_t pair) const { return pair < sums_.size() && repeats(sums_[pair]); } ///< the same rows mostly

private:
  struct Cell {
    double weight = 0, gain = 0, angle = 0, turned = 0, allowed = 0, in = 0;
    bool scaled = false; ///< its length is to change, by more than tables are rounded
    bool stays = false;  ///< turns by so little that numbers on a grid stay on their points
  };
  /// Of one pair: sums of weights, and of what they weigh. x: the place from 0 to 1, g the gain, f the angle.
  struct Sums {
    double n = 0, w = 0, x = 0, xx = 0, g = 0, gg = 0, f = 0, ff = 0, fx = 0;
    double turned = 0, allowed = 0, first_in = 0, last_in = 0, repeats = 0, scaled = 0, stays = 0;
  };
  static bool repeats(const Sums& s) { return 2 * s.repeats > s.n; }
  double may_be_off(const Sums&, double alike) const; ///< `alike`: share of the tokens that are rounded as others are
  double common_gain() const; ///< of all pairs, relative, less 1; 0 where there are too few to tell
  bool explained(const Sums&) const;

  const Reduced& reduced_;
  const Noise& noise_;
  std::vector<Cell> cells_; ///< of the token at hand
  std::vector<Sums> sums_;
};

} // namespace ropescope
