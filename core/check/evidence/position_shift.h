#pragma once
#include <cstddef>
#include <span>
#include <vector>

#include "core/check/evidence/frequency_fit.h"

namespace ropescope {

/// How many positions a token was turned further than it should.
struct TokenShift {
  double shift = 0; ///< tokens, a real number
  double match = 0; ///< Re Σ out·conj(turned in) / Σ |in|², where `turned in` is the input at position + shift: the
                    ///< gain of the kernel if all pairs turned that far, less if some did not; 0: rows of zeros
};

/// Finds the shift that explains a token's ratios best, by the slowest pairs first, each refined by the next faster
/// one, and from each of several starts. Refers to the turns it was made with.
class ShiftFinder {
public:
  explicit ShiftFinder(const PairTurns&);

  /// Of a token of the reduced run, whose position on each axis is given. `starts`: shifts (tokens) to begin at
  /// beside 0; where there are any, the positions have one axis, and shifts of whole turns of the slowest pair are
  /// tried too.
  TokenShift find(const Reduced&, std::size_t token, std::span<const double> position_of_axis,
                  std::span<const double> starts) const;

private:
  struct Ratios; ///< of one token, turned back as far as it should have been turned

  const PairTurns& turns_;
  std::vector<std::size_t> slow_first_; ///< pairs
  std::vector<double> theta_;           ///< theirs, in that order
};

} // namespace ropescope
