#include "core/open/stream.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <system_error>

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <unistd.h>

#include "core/error.h"

namespace ropescope {

namespace fs = std::filesystem;

namespace {

/// A shell gives `<(…)` as one of these names.
bool names_descriptor(const fs::path& path) {
  const std::string& name = path.native();
  return name == "-" || name == "/dev/stdin" || name.starts_with("/dev/fd/") || name.starts_with("/proc/self/fd/");
}

/// Closed at the end, unless it is the process's own standard input.
struct Descriptor {
  int number;
  bool own;
  Descriptor(int given, bool opened) : number(given), own(opened) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (own && number >= 0) close(number);
  }
};

} // namespace

fs::path behind_descriptor(const fs::path& given) {
  if (!names_descriptor(given)) return given;
  // /dev/stdin is a link to /proc/self/fd/0, and that to what was opened: the name of a file, or "pipe:[123]", which is
  // no path.
  std::error_code error;
  const fs::path real = fs::canonical(given == "-" ? fs::path("/dev/stdin") : given, error);
  if (error) return given;
  const fs::file_status status = fs::status(real, error);
  return fs::is_regular_file(status) || fs::is_directory(status) ? real : given;
}

bool is_stream(const fs::path& path) {
  std::error_code error;
  return names_descriptor(path) || fs::is_fifo(fs::status(path, error));
}

std::string stream_name(const fs::path& path) {
  return path == "-" || path == "/dev/stdin" ? "standard input" : path.string();
}

std::string read_stream(const fs::path& path, std::size_t greatest) {
  const std::string name = stream_name(path);
  const auto unreadable = [&](const char* why) { throw Error(fmt::format("{}: cannot be read: {}", name, why)); };
  // To open a pipe in a folder waits for somebody who writes to it, unless it is asked not to.
  const bool waits = names_descriptor(path);
  const int flags = O_RDONLY | O_CLOEXEC | (waits ? 0 : O_NONBLOCK);
  const bool standard_input = path == "-";
  const Descriptor descriptor(standard_input ? STDIN_FILENO : open(path.c_str(), flags), !standard_input);
  if (descriptor.number < 0) unreadable(std::strerror(errno));
  constexpr int patience = 2000; // ms: for a program that begins to write; a person sees that something is awaited
  constexpr std::size_t piece = std::size_t{1} << 16;
  std::string bytes;
  for (;;) {
    pollfd wait{descriptor.number, POLLIN, 0};
    if (!waits && poll(&wait, 1, patience) == 0)
      throw Error(fmt::format(
          "{}: is a pipe to which nobody writes, expected a config.json: write to it, or give a file", name));
    const std::size_t before = bytes.size();
    bytes.resize(std::min(before + piece, greatest + 1));
    const ssize_t more = read(descriptor.number, bytes.data() + before, bytes.size() - before);
    bytes.resize(before + static_cast<std::size_t>(std::max<ssize_t>(more, 0)));
    if (more == 0 || bytes.size() > greatest) return bytes;
    if (more < 0 && errno != EINTR && errno != EAGAIN) unreadable(std::strerror(errno));
  }
}

} // namespace ropescope
