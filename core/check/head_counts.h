#pragma once
#include <algorithm>
#include <cstdint>
#include <vector>

namespace ropescope {

/// Whether a model has so many heads, of queries, keys and values together at most: 2ᵏ times 1, 3, 5, 7, 9 or 13, as
/// published models have, up to 128. Lower: right kernels of models with more are accused.
constexpr bool believable_heads(std::int64_t count) {
  if (count <= 64) return true;
  std::int64_t odd = count;
  while (odd % 2 == 0) odd /= 2;
  return count <= 128 && (odd <= 9 || odd == 13);
}

/// Whether so many may be heads of a model that has `counts` of queries and of keys: a rank of several has a part of
/// them. Of a model that does not say: a power of two, up to 128.
inline bool may_be_heads(std::int64_t count, const std::vector<std::int64_t>& counts) {
  if (counts.empty()) return count <= 128 && (count & (count - 1)) == 0;
  return std::any_of(counts.begin(), counts.end(), [&](std::int64_t all) { return all % count == 0; });
}

} // namespace ropescope
