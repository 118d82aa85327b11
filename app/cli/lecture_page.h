#pragma once
#include <string>
#include <vector>

#include "core/lecture/lecture.h"

namespace ropescope::cli {

/// A step as SVG documents; `pose` is empty where it has no motion.
struct StepPictures {
  std::string pose, end;
};

/// A lecture as one HTML page that needs nothing else: each step's pictures as they are pressed, its question before
/// its answer, and what is said. The keys are those of a lecture in the window. The same bytes every time.
std::string lecture_page(const lecture::Lecture&, const std::vector<StepPictures>&);

} // namespace ropescope::cli
