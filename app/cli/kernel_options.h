#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "core/check/run_files.h"

namespace CLI {
class App;
}

namespace ropescope::cli {

/// The options that say which files a kernel read and wrote, under the names `in` and `out`, and how to read them.
void add_kernel_files(CLI::App&, KernelFiles&, const std::string& in, const std::string& out, bool required);

/// A sentence that asks which axis counts the tokens, with the option that says so; others as they are. `axes`: those
/// it asks of.
std::string told_with_option(const std::string& sentence, const std::vector<std::int64_t>& axes);

} // namespace ropescope::cli
