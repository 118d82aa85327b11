#include "app/cli/command_line.h"
namespace ropescope::cli { void add_window(CLI::App&, Command&){} void add_render(CLI::App&, Command&){} }
