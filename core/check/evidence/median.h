#pragma once
#include <algorithm>
#include <cstddef>
#include <vector>

namespace ropescope {

/// The upper of the two in the middle where they are even in number; 0 of none. NaN must not be among them.
inline double median(std::vector<double> numbers) {
  if (numbers.empty()) return 0;
  const auto middle = numbers.begin() + static_cast<std::ptrdiff_t>(numbers.size() / 2);
  std::nth_element(numbers.begin(), middle, numbers.end());
  return *middle;
}

} // namespace ropescope
