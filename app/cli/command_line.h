#pragma once
#include <functional>

namespace CLI {
class App;
}

namespace ropescope::cli {

/// Reads the command line and runs one command. Returns the exit status: 0 done, 1 a check found a disagreement,
/// 2 unusable arguments, input or machine, after one sentence on standard error.
int run(int argc, char** argv);

/// What a command does once its arguments are read; returns the exit status.
using Command = std::function<int()>;

// Each adds its subcommand (add_window: the options of the program itself) and sets `command` when it is chosen.
void add_window(CLI::App&, Command&);
void add_models(CLI::App&, Command&);
void add_freqs(CLI::App&, Command&);
void add_rotate(CLI::App&, Command&);
void add_scores(CLI::App&, Command&);
void add_render(CLI::App&, Command&);
void add_check(CLI::App&, Command&);
void add_bench(CLI::App&, Command&);

} // namespace ropescope::cli
