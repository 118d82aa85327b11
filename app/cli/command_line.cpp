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

/// The command that the arguments ask for; nothing is computed yet. Throws Error, or one of CLI11's exceptions where an
/// option is declared wrongly.
Command chosen_command(int argc, char** argv) {
  CLI::App app{"Ropescope: rotary position embeddings, computed and seen", "ropescope"};
  app.set_version_flag("--version", "ropescope " ROPESCOPE_VERSION);
  app.require_subcommand(0, 1);
  Command command;
// Every command adds its options; the callback of the one that was chosen then sets `command`. add_window() sets it
// at once: that is what the program does without a subcommand.
#define ROPESCOPE_ADD(name) add_##name(app, command);
  ROPESCOPE_COMMANDS(ROPESCOPE_ADD)
#undef ROPESCOPE_ADD
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    // CLI11 also throws for --help and --version, with the code of success.
    if (error.get_exit_code() != static_cast<int>(CLI::ExitCodes::Success))
      throw Error(fmt::format("{} (ropescope --help lists what there is)", error.what()));
    std::ostringstream text; // through Output like all answers, so that a full disk is noticed
    app.exit(error, text, text);
    return [words = text.str()](Output& out) {
      out.write(words);
      return 0;
    };
  }
  return command;
}

/// Prints the exception that is being handled as one sentence, and returns exit status 2. A std::system_error is never
/// about standard output, for which Output throws Error; it is something else that the system refused, such as a
/// thread.
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
    keep_standard_streams(); // before any file is opened
    const Command command = chosen_command(argc, argv);
    Output out;
    const int status = command(out);
    // What was assumed is said last: only now is it known that the answer has been taken.
    out.finish();
    print_said();
    return status;
  } catch (...) {
    return refuse_caught();
  }
}

} // namespace ropescope::cli
