#pragma once
#include <optional>
#include <string>

#include "core/lecture/lecture.h"

namespace ropescope::cli {

/// A lecture that a command was asked for.
struct LectureFile {
  lecture::Lecture lecture;
  std::string name; ///< as sentences call it
  std::string path; ///< empty: it is one of the program's own
};

/// By its file, or by number or name one of the program's own. What is wrong with steps of it is said. Throws Error
/// where it cannot be read as a lecture.
LectureFile read_lecture_file(const std::string& file_or_name);

/// The step of that number or id; nothing where none was asked for. Throws Error where there is no such step.
std::optional<std::size_t> step_asked(const LectureFile&, const std::string& step);

} // namespace ropescope::cli
