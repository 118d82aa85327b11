#pragma once
#include <optional>
#include <string>

#include "app/cli/lecture_file.h"
#include "app/cli/still.h"

namespace ropescope::cli {

/// What is drawn of a lecture.
struct LectureWish {
  LectureFile file;
  std::string step;                ///< number or id; empty: all of them
  bool notes = false;              ///< below each page of a PDF
  std::optional<double> rest, fps; ///< of a film, see LectureFilm
};

/// Writes steps as they end: FILE.png or FILE.svg of one step, a folder with a PNG and an SVG of each, FILE.pdf with a
/// page for each, FILE.html with all; FILE.mp4 or FILE.gif is a film of them. Whole or not at all, and but for films
/// the same bytes every time. Throws Error, also once Ctrl+C was pressed.
void write_lecture(const LectureWish&, const Still&, const Scene& like);

} // namespace ropescope::cli
