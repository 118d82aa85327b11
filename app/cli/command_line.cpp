#include "app/cli/command_line.h"

#include <cstdio>
#include <exception>
#include <system_error>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "app/cli/model_options.h"
#include "core/error.h"

namespace ropescope::cli {

namespace {

/// One sentence on standard error, whatever the exception's text looks like.
int refuse(std::string sentence) {
  while (!sentence.empty() && (sentence.back() == '\n' || sentence.back() == '.')) sentence.pop_back();
  fmt::print(stderr, "ropescope: {}.\n", sentence);
  return 2;
}

} // namespace

int run(int argc, char** argv) {
  CLI::App app{"Ropescope: rotary position embeddings, computed and seen", "ropescope"};
  app.set_version_flag("--version", "ropescope 0.1.0");
  app.require_subcommand(0, 1);
  Command command;
  add_window(app, command);
  add_models(app, command);
  add_freqs(app, command);
  add_rotate(app, command);
  add_scores(app, command);
  add_render(app, command);
  add_check(app, command);
  add_bench(app, command);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == static_cast<int>(CLI::ExitCodes::Success)) return app.exit(error); // --help, --version
    return refuse(fmt::format("{} (ropescope --help lists what there is)", error.what()));
  }
  try {
    const int status = command();
    if (std::fflush(stdout) != 0 || std::ferror(stdout)) return refuse("standard output cannot be written");
    print_said();
    return status;
  } catch (const std::system_error& error) {
    return refuse(fmt::format("standard output cannot be written: {}", error.code().message()));
  } catch (const Error& error) {
    return refuse(error.what());
  } catch (const std::bad_alloc&) {
    return refuse("not enough memory for this input");
  } catch (const std::exception& error) {
    return refuse(fmt::format("unexpected: {}", error.what()));
  }
}

} // namespace ropescope::cli
