#pragma once
#include <complex>
#include <cstdint>
#include <vector>

#include "core/check/evidence/frequency_fit.h"

namespace ropescope {

/// What is done with cos and sin.
enum class Operation : std::uint8_t { rotate, cos_sin_swapped, sin_missing };

/// Where the kernel took each token to be.
struct TurnedPositions {
  std::int64_t axes = 1;
  std::vector<double> ids;            ///< [axes][tokens], tokens as real numbers: a kernel may scale them
  std::vector<std::uint8_t> identity; ///< per token: 1 where it passes unchanged; empty: none

  std::size_t tokens() const { return ids.size() / static_cast<std::size_t>(axes); }
  double at(std::size_t axis, std::size_t token) const { return ids[axis * tokens() + token]; }
};

/// Those of the run (KernelRun::position).
TurnedPositions as_given(const KernelRun&);

/// What some kernel would write: out = multiplier · in for every pair of every token, all rows of a token alike, and
/// nothing else changes.
struct Prediction {
  PairTurns turns; ///< with direction
  double gain = 1;
  Operation operation = Operation::rotate;
  TurnedPositions positions; ///< of every token of the run

  /// rad
  double angle(std::size_t token, std::size_t pair) const {
    if (turns.learned.empty()) return positions.at(turns.axis[pair], token) * turns.theta[pair];
    double sum = 0;
    for (std::size_t axis = 0; axis < static_cast<std::size_t>(positions.axes); ++axis)
      sum += turns.learned[axis * turns.theta.size() + pair] * positions.at(axis, token);
    return sum;
  }
  std::complex<double> multiplier(std::size_t token, std::size_t pair) const;
};

} // namespace ropescope
