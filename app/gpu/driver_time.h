#pragma once
#include <chrono>

namespace ropescope::gpu {

/// Measures the time that is spent within OpenGL, so that `bench` can say how much of a start is the driver's and how
/// much is ours. Time counts while at least one of these objects lives; nested ones count once. Each thread has a sum
/// of its own: the thread that draws makes them and asks for the sum.
class DriverTime {
public:
  DriverTime() : begin_(depth_++ == 0 ? Clock::now() : Clock::time_point{}) {}
  ~DriverTime() {
    if (--depth_ == 0) total_ += Clock::now() - begin_;
  }
  DriverTime(const DriverTime&) = delete;
  DriverTime& operator=(const DriverTime&) = delete;

  /// Whether one lives on this thread.
  static bool inside() { return depth_ > 0; }

  /// The sum of this thread since the process began, ms.
  static double total_ms() { return std::chrono::duration<double, std::milli>(total_).count(); }

private:
  using Clock = std::chrono::steady_clock;
  Clock::time_point begin_;
  inline static thread_local int depth_ = 0;
  inline static thread_local Clock::duration total_{};
};

} // namespace ropescope::gpu
