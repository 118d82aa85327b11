#pragma once
#include <cstdint>
#include <optional>
#include <span>

#include "core/analysis/score_curve.h"

namespace ropescope {

/// The least distance (tokens) whose score is negative, of those that a curve holds; nothing where none is.
struct FirstNegative {
  std::optional<std::int64_t> distance;
};

/// Of a finished curve, and turns and weights of the pairs that it was made with. A bin tells that one of its distances
/// is negative; which is asked in double.
FirstNegative first_negative(const ScoreCurve&, std::span<const std::uint64_t> turns,
                             std::span<const ScoreScan::Weight> weights);

} // namespace ropescope
