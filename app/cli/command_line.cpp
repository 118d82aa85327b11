#include "app/cli/command_line.h"

#include <exception>
#include <new>
#include <sstream>
#include <string>
#include <system_error>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "app/cli/commands.h"
#include "app/cli/output.h"
#include "app/cli/say.h"
#include "core/error.h"

namespace ropescope::cli {

namespace {

/// The command that the arguments ask for. Throws Error or one of CLI11's.
Command chosen_command(int argc, char** argv) {
  CLI::App app{"Ropescope: rotary position embeddings, computed and seen", "ropescope"};
  app.set_version_flag("--version", "ropescope " ROPESCOPE_VERSION);
  app.require_subcommand(0, 1);
  Command command;
#define ROPESCOPE_ADD(name) add_##name(app, command);
  ROPESCOPE_COMMANDS(ROPESCOPE_ADD)
#undef ROPESCOPE_ADD
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() != static_cast<int>(CLI::ExitCodes::Success))
      throw Error(fmt::format("{} (ropescope --help lists what there is)", error.what()));
    std::ostringstream text; // --help or --version
    app.exit(error, text, text);
    return [words = text.str()](Output& out) {
      out.write(words);
      return 0;
    };
  }
  return command;
}

/// A sentence of the exception being handled. Standard output has an Error of its own: what the system refuses besides
/// is something else, such as a thread.
int refuse_caught() noexcept {
  try {
    throw;
  } catch (const Error& error) {
    return refuse(error.what());
  } catch (const std::bad_alloc&) {
    return refuse("not enough memory for this input");
  } catch (const std::system_error& error) {
    return refuse(error.what(), "this machine refused something that the program needs: ");
  } catch (const std::exception& error) {
    return refuse(error.what(), "unexpected: ");
  } catch (...) {
    return refuse("unexpected: an exception without words");
  }
}

} // namespace

int run(int argc, char** argv) noexcept {
  try {
    keep_standard_streams();
    const Command command = chosen_command(argc, argv);
    Output out;
    const int status = command(out);
    out.finish();
    print_said();
    return status;
  } catch (...) {
    return refuse_caught();
  }
}

} // namespace ropescope::cli
