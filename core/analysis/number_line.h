#pragma once
#include <cstdint>
#include <vector>

#include "core/rope/recipe.h"

namespace ropescope {

/// Positions around m, and what a number format makes of each.
struct NumberLine {
  std::int64_t first = 0;           ///< token; the others follow
  std::vector<std::int64_t> places; ///< of each token: the position that the format holds in its stead, −1: infinite
};

/// 2 · around tokens. They begin with the first token that shares m's place, so that whole groups are seen, where that
/// lies within `around` tokens before m; else with m − around, or 0.
NumberLine number_line(NumberFormat, std::int64_t m, std::int64_t around);

/// How many different positions a format makes of 0 … count − 1; infinite ones are one.
std::int64_t distinct_places(NumberFormat, std::int64_t count);

/// The first position that a format cannot hold.
std::int64_t first_lost_position(NumberFormat);

} // namespace ropescope
