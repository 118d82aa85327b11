#pragma once
#include <algorithm>
#include <cstddef>
#include <execution>
#include <numeric>
#include <vector>

namespace ropescope {

/// Runs work(i) for i = 0 … count − 1 on every processor.
template <typename Work>
void for_each_in_parallel(std::size_t count, Work work) {
  std::vector<std::size_t> tasks(count);
  std::iota(tasks.begin(), tasks.end(), std::size_t{0});
  std::for_each(std::execution::par, tasks.begin(), tasks.end(), work);
}

} // namespace ropescope
