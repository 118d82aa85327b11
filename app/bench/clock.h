#pragma once
#include <algorithm>
#include <chrono>
#include <ctime>
#include <vector>

namespace ropescope::bench {

/// Processor time that all threads of this process have used since it began, ms. It counts the threads in which a
/// software OpenGL draws, and no time in which another program had the processor.
inline double cpu_ms() {
  timespec now{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e3 + static_cast<double>(now.tv_nsec) / 1e6;
}

/// Time by a clock that never goes back, ms. On Linux it counts from the start of the machine and is the same in all
/// processes: app/bench/start.cpp subtracts one process's time from another's.
inline double wall_ms() {
  return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

/// The value in the middle; of an even number of values the upper of the two there. Requires at least one value.
inline double median(std::vector<double> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

} // namespace ropescope::bench
