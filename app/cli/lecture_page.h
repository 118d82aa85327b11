#pragma once
#include <functional>
#include <string>
#include <vector>

#include "app/canvas/theme.h"
#include "app/scene/picture_size.h"
#include "core/lecture/lecture.h"

namespace ropescope::cli {

/// What a press of a step shows: its stage as an SVG document, and the lines of its sentence as HTML.
struct ShownPress {
  std::string svg;
  std::vector<std::string> lines;
};

/// A step; `pose` has no SVG where it has no motion.
struct ShownStep {
  ShownPress pose, end;
};

/// A line of a sentence as HTML: the answer in <b>, indices and powers in <sub> and <sup>, roles in their colours.
/// `number` gives the words of a computed one.
std::string html_line(const std::vector<lecture::Run>&, const canvas::Theme&,
                      const std::function<std::string(const lecture::Run&)>& number);

/// A lecture as one HTML page that needs nothing else: each step's pictures as they are pressed, its sentence as text,
/// its question before its answer, and what is said. The keys are those of a lecture in the window. `sheet`: of the
/// SVGs. The same bytes every time.
std::string lecture_page(const lecture::Lecture&, const std::vector<ShownStep>&, const canvas::Theme&, const Sheet&);

} // namespace ropescope::cli
