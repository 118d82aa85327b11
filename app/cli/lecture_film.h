#pragma once
#include <optional>

#include "app/cli/still.h"
#include "core/lecture/lecture.h"

namespace ropescope::cli {

/// A lecture as a film: each step arrives and rests, its press moves it, and it rests at its end.
struct LectureFilm {
  Still still;                ///< `out`: FILE.mp4 or FILE.gif
  std::optional<double> rest; ///< seconds at each press; nothing: as long as its words take to read
  double fps = 25;
};

/// Seconds of a step: before its press (0 where it has no motion), while it moves, and at its end.
struct StepTimes {
  double before = 0, motion = 0, after = 0;
  double all() const { return before + motion + after; }
};
StepTimes step_times(const lecture::Step&, std::optional<double> rest);

/// Writes the film, whole or not at all, and tells how far it is. Needs ffmpeg. Throws Error where a frame cannot be
/// drawn, or Ctrl+C was pressed.
void write_lecture_film(const LectureFilm&, const lecture::Lecture&, const Scene& like);

} // namespace ropescope::cli
