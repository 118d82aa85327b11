#pragma once
#include <span>

#include "core/array.h"

namespace ropescope {

/// Calls work with a span of the array's numbers, of doubles or of floats, so that loops over them are compiled for
/// each. Requires an array that holds no integers.
template <typename Work>
auto with_numbers(const Array& array, Work work) {
  if (array.dtype == NumberFormat::float64) return work(std::span<const double>(array.doubles));
  return work(std::span<const float>(array.floats));
}

} // namespace ropescope
