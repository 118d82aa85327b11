#pragma once
#include <string>
#include <vector>

#include "core/lecture/lecture.h"

namespace ropescope::bench {

/// What the frames of one step of a lecture cost: ms that two processors need, of the processor time of all threads.
/// A frame's own thread waits for the rest, of which both do a half.
struct MotionTimes {
  std::string id;
  double arrival_ms = 0;            ///< the step's first frame
  double mean_ms = 0, worst_ms = 0; ///< of the frames of its motion, 30 a second; 0 where it has none
  double rest_ms = 0;               ///< a frame in which nothing changes
  int frames = 0;                   ///< of the motion
};

/// Gives a lecture as a window does, step by step. The same requirements as measure_frame().
std::vector<MotionTimes> measure_motions(const lecture::Lecture&, int width = 1280, int height = 720);

} // namespace ropescope::bench
