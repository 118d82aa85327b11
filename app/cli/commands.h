#pragma once
#include <functional>

#include "app/cli/output.h"

namespace CLI {
class App;
}

namespace ropescope::cli {

/// What a command does once its arguments are read. Returns the exit status, or throws.
using Command = std::function<int(Output&)>;

// Every command, in the order of --help: one line each, and the file NAME.cpp that defines
//   void add_NAME(CLI::App&, Command&);
// which adds the subcommand and sets the Command when it is chosen. The window is what the program does without a
// subcommand; its options are the program's own.
#define ROPESCOPE_COMMANDS(COMMAND)                                                                                    \
  COMMAND(window)                                                                                                      \
  COMMAND(models)                                                                                                      \
  COMMAND(freqs)                                                                                                       \
  COMMAND(rotate)                                                                                                      \
  COMMAND(scores)                                                                                                      \
  COMMAND(bound)                                                                                                       \
  COMMAND(render)                                                                                                      \
  COMMAND(check)                                                                                                       \
  COMMAND(lecture)                                                                                                     \
  COMMAND(bench)

#define ROPESCOPE_DECLARE(name) void add_##name(CLI::App&, Command&);
ROPESCOPE_COMMANDS(ROPESCOPE_DECLARE)
#undef ROPESCOPE_DECLARE

} // namespace ropescope::cli
