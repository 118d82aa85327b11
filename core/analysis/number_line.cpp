#include "core/analysis/number_line.h"

#include <algorithm>

#include "core/analysis/precision.h"

namespace ropescope {

NumberLine number_line(NumberFormat format, std::int64_t m, std::int64_t around) {
  const std::int64_t place = represented(format, m);
  NumberLine line;
  line.first = m;
  while (line.first > 0 && m - line.first < around && represented(format, line.first - 1) == place) --line.first;
  // A place of its own tells nothing about neighbours: then m is in the middle.
  if (line.first == m || m - line.first >= around) line.first = std::max<std::int64_t>(0, m - around);
  for (std::int64_t t = 0; t < 2 * around; ++t) line.places.push_back(represented(format, line.first + t));
  return line;
}

std::int64_t distinct_places(NumberFormat format, std::int64_t count) {
  std::int64_t distinct = 0, before = -2;
  // Rounding keeps the order, so that equal places are neighbours.
  for (std::int64_t p = 0; p < count; ++p)
    if (const std::int64_t place = represented(format, p); place != before) ++distinct, before = place;
  return distinct;
}

std::int64_t first_lost_position(NumberFormat format) {
  std::int64_t p = 0;
  while (represented(format, p) == p) ++p;
  return p;
}

} // namespace ropescope
