#include "app/cli/lecture_film.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "app/cli/film_frames.h"
#include "app/cli/say.h"
#include "app/cli/stage_drawing.h"

namespace ropescope::cli {

namespace {

// Slow readers of a second language, who look at a picture too.
constexpr double letters_a_second = 15, look = 1.5, least_rest = 2.5;

double reading_time(std::size_t letters) {
  return std::max(least_rest, look + static_cast<double>(letters) / letters_a_second);
}

/// How many frames a time has, one at least.
int count_of(double seconds, double fps) { return std::max(1, static_cast<int>(std::lround(seconds * fps))); }

} // namespace

StepTimes step_times(const lecture::Step& step, std::optional<double> rest) {
  std::size_t first = lecture::character_count(step.title), answer = 0;
  for (const std::vector<lecture::Run>& line : step.text)
    for (const lecture::Run& run : line)
      (run.bold ? answer : first) += run.computed ? 6 : lecture::character_count(run.words); // 6: as "0.5533"
  if (!step.has_motion()) return {.after = rest.value_or(reading_time(first + answer))};
  return {rest.value_or(reading_time(first)), step.milliseconds / 1000, rest.value_or(reading_time(answer))};
}

void write_lecture_film(const LectureFilm& film, const lecture::Lecture& lecture, const Scene& like) {
  double seconds = 0;
  for (const lecture::Step& step : lecture.steps) seconds += step_times(step, film.rest).all();
  (void)frames_of(seconds, film.fps); // throws where there would be too many
  const double last = step_times(lecture.steps.back(), film.rest).after;
  const Interruption interruption;
  const ProgressLine line;
  FilmFile file(film.still.out, film.still.sheet(), film.fps, "--out FOLDER/ writes a picture of each step", last);
  StageDrawing drawing(lecture, film.still, like, false);
  const auto add = [&](int count) {
    const std::vector<std::uint8_t> pixels = drawing.pixels();
    for (int i = 0; i < count; ++i) {
      Interruption::require_none("no film");
      file.add(pixels);
    }
  };
  for (std::size_t i = 0; i < lecture.steps.size(); ++i) {
    show_progress(fmt::format("step {} of {}", i + 1, lecture.steps.size()));
    const StepTimes times = step_times(lecture.steps[i], film.rest);
    if (times.before > 0) {
      drawing.draw(i, false);
      add(count_of(times.before, film.fps));
    }
    for (int k = 1; k / film.fps < times.motion; ++k) {
      drawing.draw_moving(i, k / film.fps);
      add(1);
    }
    drawing.draw(i);
    add(count_of(times.after, film.fps));
  }
  file.finish();
}

} // namespace ropescope::cli
