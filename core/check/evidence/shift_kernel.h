#pragma once
#include <cstddef>

// The inner loops of ShiftFinder, compiled for every instruction set of the machine's family and chosen at run time
// (Highway): several shifts are refined at once, one in each lane, so that none waits for another.

namespace ropescope::shift_kernel {

/// Of one token, in the order in which pairs tell a shift, the slowest first.
struct Pairs {
  std::size_t count = 0;
  const double* theta;  ///< rad/token
  const double* angle;  ///< rad; by which each was turned further than it should
  const double* weight; ///< how much that is to be believed, times theta
  const double* share;  ///< weight by the sum of weight·theta up to this pair; 0 where that is 0
  const double* length; ///< of the sums
  double square = 0;    ///< Σ weight·theta
};

/// Shifts that are tried in one call at most.
inline constexpr std::size_t at_once = 8;

/// Refines so many shifts (tokens). `sweeps`: 1 where a shift is first brought near pair by pair, else 0. `matches`:
/// Σ length·cos(angle − shift·theta). All arrays hold `at_once` numbers. Angles to 1e-15 of their turns; the last digit
/// depends on the instruction set.
void refine(const Pairs&, std::size_t count, const double* sweeps, double* shifts, double* matches);

} // namespace ropescope::shift_kernel
