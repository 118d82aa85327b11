#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "core/check/run_files.h"

namespace ropescope {

/// What the name of a file says of what it holds.
enum class FileRole : std::uint8_t { unknown, input, output, positions };
FileRole role_of(const std::string& path);

/// Takes dropped files into their places: by name where that tells, else the first is the input and the second the
/// output. Returns false where that was a guess.
bool take_files(KernelFiles&, const std::vector<std::string>& paths);

} // namespace ropescope
