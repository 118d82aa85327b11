#pragma once
#include <chrono>

namespace ropescope::gpu {

/// While one lives, time counts as OpenGL's: what a start takes is told apart into the driver's and our own.
/// On the thread that draws.
class DriverTime {
public:
  DriverTime() : begin_(depth_++ == 0 ? Clock::now() : Clock::time_point{}) {}
  ~DriverTime() {
    if (--depth_ == 0) total_ += Clock::now() - begin_;
  }
  DriverTime(const DriverTime&) = delete;
  DriverTime& operator=(const DriverTime&) = delete;

  /// Since the process began.
  static double total_ms() { return std::chrono::duration<double, std::milli>(total_).count(); }

private:
  using Clock = std::chrono::steady_clock;
  Clock::time_point begin_;
  inline static thread_local int depth_ = 0;
  inline static thread_local Clock::duration total_{};
};

} // namespace ropescope::gpu
