#pragma once
#include <string>

#include "app/cli/lecture_file.h"
#include "app/cli/still.h"

namespace ropescope::cli {

/// What is drawn of a lecture.
struct LectureWish {
  LectureFile file;
  std::string step;   ///< number or id; empty: all of them
  bool notes = false; ///< below each page of a PDF
};

/// Writes steps as they end: FILE.png or FILE.svg of one step, a folder with a PNG for each, FILE.pdf with a page for
/// each, FILE.html with all. The same bytes every time. Throws Error.
void write_lecture(const LectureWish&, const Still&, const Scene& like);

} // namespace ropescope::cli
