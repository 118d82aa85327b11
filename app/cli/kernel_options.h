#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "app/scene/scene.h"
#include "core/check/run_files.h"

namespace CLI {
class App;
}

namespace ropescope::cli {

/// The options that say which files a kernel read and wrote, and how to read them. `in` and `out`: the names of the
/// two options. `required`: the command cannot do without them.
void add_kernel_files(CLI::App&, KernelFiles&, const std::string& in, const std::string& out, bool required);

/// Shows the grid that the options give, where the scene has none of its own: a kernel's tokens and those of the
/// pictures are the same.
void show_grid(Scene&, const PositionSource&);

/// The sentence, and where it asks which of several `axes` counts the tokens, the option that answers it. `axes` is
/// empty for every other sentence, which is returned as it is.
std::string told_with_option(const std::string& sentence, const std::vector<std::int64_t>& axes);

} // namespace ropescope::cli
