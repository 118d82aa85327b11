#include "app/cli/output.h"

#include <cerrno>
#include <cstdio>
#include <cstring>

#include <fcntl.h>
#include <unistd.h>

#include "core/error.h"

namespace ropescope::cli {

namespace {

[[noreturn]] void refuse_output() {
  throw Error(fmt::format("standard output cannot be written: {}", std::strerror(errno)));
}

} // namespace

void Output::write(std::string_view text) {
  if (std::fwrite(text.data(), 1, text.size(), stdout) != text.size()) refuse_output();
}

// fwrite only fills a buffer: a full disk or a reader that has gone may show only here.
void Output::finish() {
  if (std::fflush(stdout) != 0) refuse_output();
}

void keep_standard_streams() {
  // In rising order: `open` takes the lowest number that is free, which is therefore the one that was closed. Standard
  // output is opened for reading alone, so that writing to it fails as it would on a closed one.
  for (const int stream : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO})
    if (fcntl(stream, F_GETFD) < 0 && errno == EBADF)
      (void)open("/dev/null", stream == STDERR_FILENO ? O_WRONLY : O_RDONLY);
}

} // namespace ropescope::cli
