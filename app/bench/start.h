#pragma once
#include <string>

namespace ropescope::bench {

/// From the start of the process to the first finished frame of the Overview, 1600×1000; medians.
struct StartTimes {
  double first_frame_ms = 0;
  double of_which_driver_ms = 0; ///< within OpenGL: loading it, its context, compiling, drawing
  double window_first_frame_ms = 0, of_which_window_driver_ms = 0; ///< the same in a window; 0 without a display
  double peak_memory_mb = 0; ///< MB (10⁶ bytes) resident at most while the Overview shows scans of 10 M tokens
};

/// Runs a program, as a rule this one itself, several times, without a display and, where there is one, in a window.
/// Throws Error where it cannot be run.
StartTimes measure_start(const std::string& program = "/proc/self/exe");

/// What a program that was started to be measured says of itself once its first frame is finished.
void print_start_times();

} // namespace ropescope::bench
