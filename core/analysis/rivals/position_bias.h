#pragma once
#include <cstdint>
#include <span>
#include <string_view>

namespace ropescope {

/// Which head of a layer a bias is for; slopes and tables differ from head to head.
struct BiasHead {
  std::int64_t head = 0, heads = 1; ///< head counts from 0
};

/// One row for each scheme that tells positions apart by a number added to scores, before the softmax, in place of or
/// beside a rotation. Whatever lists them iterates position_biases().
struct PositionBias {
  std::string_view name;   ///< as people choose it
  std::string_view title;  ///< as people call it
  std::string_view idea;   ///< one line
  std::string_view source; ///< paper or code

  /// What is added to the score of a query `distance` ≥ 0 tokens behind its key, in the unit of logits.
  double (*bias)(std::int64_t distance, const BiasHead&);
};

std::span<const PositionBias* const> position_biases();

/// By name; null where there is none.
const PositionBias* find_position_bias(std::string_view name);

/// Adds the bias to the scores of distances first, first + 1, …
/// Requires 0 ≤ head < heads and first ≥ 0.
void add_bias(const PositionBias&, const BiasHead&, std::int64_t first, std::span<double> scores);

} // namespace ropescope

namespace ropescope::rivals {
#define ROPESCOPE_RIVAL(name) extern const PositionBias name;
#include "core/analysis/rivals/list.h"
#undef ROPESCOPE_RIVAL

/// Which of T5's 32 buckets a distance ≥ 0 (tokens) falls into: each distance below 16 has its own, later ones widen,
/// and from 113 tokens on all share the last.
std::int64_t t5_bucket(std::int64_t distance);
} // namespace ropescope::rivals
