#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "core/rope/layout.h"

namespace ropescope {

/// Scores of queries and keys that have nothing to do with each other, at some distances.
struct Unrelated {
  std::vector<double> mean, deviation; ///< over the draws; in units of |q||k|
};

/// Draw n is word_vector("q0" …) against word_vector("k0" …), head_dim numbers of length 1 each. What does not turn
/// adds nothing here. The mean is 0 within the noise of the draws at every distance, the deviation about 1/√head_dim.
/// Requires draws ≥ 1 and pairs within the head. Time: draws × distances × pairs.
Unrelated unrelated_scores(const PairLayout&, std::int64_t head_dim, std::span<const std::uint64_t> turns,
                           std::int64_t draws, std::span<const std::int64_t> distances);

/// RoFormer's quantity (arXiv:2104.09864, §3.4.3), relative to distance 0: the mean length of the partial sums
/// Σ_{i≤j} e^{jΔθᵢ}, fastest pair first. It bounds how scores of any q and k fall on the average, and no single score.
std::vector<double> roformer_bound(std::span<const std::uint64_t> turns, std::span<const std::int64_t> distances);

} // namespace ropescope
