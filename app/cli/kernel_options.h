#pragma once
#include <string>

#include "app/scene/kernel_files.h"

namespace CLI {
class App;
}

namespace ropescope::cli {

/// The options that say which files a kernel read and wrote, under the names `in` and `out`, and how to read them.
void add_kernel_files(CLI::App&, KernelFiles&, const std::string& in, const std::string& out, bool required);

} // namespace ropescope::cli
