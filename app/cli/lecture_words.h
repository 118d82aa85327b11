#pragma once
#include "app/cli/output.h"

namespace ropescope::cli {

/// What a person who writes a lecture can write: keys, pictures with their handles and options, functions, names. All
/// from the tables by which the program itself reads a lecture.
void print_lecture_words(Output&);

} // namespace ropescope::cli
