#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "core/check/kernel_run.h"

namespace ropescope {

/// What turns each pair: rad/token, signed, and the axis of the positions that counts.
struct PairTurns {
  std::vector<double> theta;
  std::vector<std::uint8_t> axis;
};

/// What rounding explains, relative to the length of a pair: a share of its own, and one of the angle.
struct Noise {
  double unit = 0;           ///< half the spacing of numbers at 1, of the format that the output holds
  double rms = 0, bound = 0; ///< of rows: RMS over many numbers; greatest of one
  double floor = 0;          ///< of a token and pair, squared: the spacing of the least numbers
  std::vector<double> angle; ///< per pair: relative error of position × frequency in float32
  std::string reason;        ///< for people

  double of_angle(std::size_t pair, double radians) const;
};

/// Noise of rows in the formats that input and output hold, under the arithmetic of the model's own code: float32
/// frequencies as it computes them, ggml's as it multiplies them up, and the rounding of the product.
Noise row_noise(const KernelRun&, const Spectrum&);

/// A frequency read off the ratios of tokens to one another, from neighbours outward, so that no angle is ever
/// ambiguous; what is constant over tokens (an offset, a gain) has no part in it. Breaks count little where most
/// neighbours are whole.
struct FrequencyFit {
  double theta = 0; ///< rad/token; NaN where nothing is to be seen
  double sigma = 0; ///< its uncertainty
};

/// One per pair. `near`: what to take of the frequencies that look alike at these positions (2π/smallest distance).
/// `from_zero`: position 0, where nothing turns, counts as one more token; more exact far out, wrong under an offset.
std::vector<FrequencyFit> fit_frequencies(const Reduced&, const Positions&, const PairTurns& near, double unit,
                                          bool from_zero = false);

/// How many positions a token was turned further than it should.
struct TokenShift {
  double shift = 0; ///< tokens, a real number
  double match = 0; ///< Re Σ out·conj(turned in) / Σ |in|²: the gain, if everything turned so
};

/// Finds the shift that explains a token's ratios best, by the slowest pairs first, each refined by the next faster
/// one, and from each of `starts`.
class ShiftFinder {
public:
  explicit ShiftFinder(const PairTurns&);
  /// Of a token of the reduced run; where it has one axis of positions alone, shifts may be as far as `starts`.
  TokenShift find(const Reduced&, std::size_t token, std::span<const double> position_of_axis,
                  std::span<const double> starts) const;

private:
  struct Ratios; ///< of one token, turned back as far as it should have been turned

  double refined(const Ratios&, double shift) const;
  double swept(const Ratios&, double shift) const;
  double match(const Ratios&, double shift) const;

  const PairTurns& turns_;
  std::vector<std::size_t> slow_first_;
};

} // namespace ropescope
