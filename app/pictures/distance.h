#pragma once
#include <algorithm>
#include <cmath>
#include <cstdint>

#include "app/scene/scene.h"

namespace ropescope::pictures {

/// The query at a distance (tokens) behind the key, or before it where negative; the key stays where it is unless the
/// query would be no position.
inline void take_distance(Scene& next, std::int64_t distance) {
  distance = std::clamp(distance, -furthest_position, furthest_position);
  next.n = std::clamp(next.n, std::max<std::int64_t>(0, -distance),
                      std::min(furthest_position, furthest_position - distance));
  next.m = next.n + distance;
}

/// The same where the key stays in any case: as far as there are positions.
inline void take_distance_of_key(Scene& next, std::int64_t distance) {
  next.m = next.n + std::clamp(distance, -next.n, furthest_position - next.n);
}

/// A distance that is moved along a logarithmic scale which has a 0: by `e_folds` times e. The sign stays.
inline std::int64_t scrubbed(double distance, double e_folds) {
  const double size = std::expm1(std::max(0.0, std::log1p(std::abs(distance)) + e_folds));
  return std::llround(std::min(size, static_cast<double>(furthest_position))) * (distance < 0 ? -1 : 1);
}

/// The same by some notches of a wheel: a tenth more for each, and a token at least.
inline std::int64_t stepped(std::int64_t distance, double notches) {
  const std::int64_t next = scrubbed(static_cast<double>(distance), notches * std::log(1.1));
  if (next != distance) return next;
  const std::int64_t by = notches > 0 ? 1 : -1;
  return distance < 0 ? std::min<std::int64_t>(0, distance - by) : std::max<std::int64_t>(0, distance + by);
}

} // namespace ropescope::pictures
