#pragma once

namespace ropescope::cli {

/// Reads the command line and runs one command. Returns the exit status: 0 done, 1 a check found a disagreement,
/// 2 unusable arguments, input or machine, after one sentence on standard error. Throws nothing.
int run(int argc, char** argv) noexcept;

} // namespace ropescope::cli
