#include "app/scene/child_process.h"

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <filesystem>

#include <fcntl.h>
#include <fmt/format.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/error.h"
#include "core/text.h"

extern char** environ;

namespace ropescope {

namespace {

/// How a program is started: which files it has, in which group it is.
class Start {
public:
  Start() {
    posix_spawn_file_actions_init(&files);
    posix_spawnattr_init(&attributes);
    // A signal that we ignore would be ignored by it too.
    sigset_t defaults;
    sigemptyset(&defaults);
    for (const int signal : {SIGPIPE, SIGINT, SIGTERM}) sigaddset(&defaults, signal);
    posix_spawnattr_setsigdefault(&attributes, &defaults);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
  }
  ~Start() {
    posix_spawn_file_actions_destroy(&files);
    posix_spawnattr_destroy(&attributes);
  }
  posix_spawn_file_actions_t files;
  posix_spawnattr_t attributes;
};

} // namespace

ChildProcess::ChildProcess(const std::vector<std::string>& arguments, bool feeds) {
  const auto refuse = [&](int error) {
    close_input();
    if (errors_ >= 0) close(errors_);
    throw Error(fmt::format("{} cannot be started: {}", printable(arguments.front()), std::strerror(error)));
  };
  int pipe_ends[2] = {-1, -1};
  errors_ = memfd_create("ropescope", MFD_CLOEXEC);
  if (errors_ < 0 || (feeds && pipe2(pipe_ends, O_CLOEXEC) != 0)) refuse(errno);
  input_ = pipe_ends[1];
  Start start;
  if (feeds)
    posix_spawn_file_actions_adddup2(&start.files, pipe_ends[0], STDIN_FILENO);
  else
    posix_spawn_file_actions_addopen(&start.files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_addopen(&start.files, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
  posix_spawn_file_actions_adddup2(&start.files, errors_, STDERR_FILENO);
  std::vector<char*> words;
  for (const std::string& argument : arguments) words.push_back(const_cast<char*>(argument.c_str()));
  words.push_back(nullptr);
  const int error = posix_spawnp(&pid_, words.front(), &start.files, &start.attributes, words.data(), environ);
  if (feeds) close(pipe_ends[0]);
  if (error != 0) refuse(error);
}

ChildProcess::~ChildProcess() {
  close_input();
  if (!take_status(WNOHANG)) {
    kill(pid_, SIGKILL);
    take_status(0);
  }
  close(errors_);
}

bool ChildProcess::write(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t taken = ::write(input_, bytes.data(), bytes.size());
    if (taken < 0 && errno == EINTR) continue;
    if (taken < 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(taken));
  }
  return true;
}

int ChildProcess::finish() {
  close_input();
  return *take_status(0);
}

std::optional<int> ChildProcess::ended() { return take_status(WNOHANG); }

void ChildProcess::interrupt() const {
  if (!status_) kill(pid_, SIGINT);
}

std::string ChildProcess::said() const {
  std::string words(64 << 10, '\0'); // more than anyone reads
  const ssize_t size = pread(errors_, words.data(), words.size(), 0);
  words.resize(size > 0 ? static_cast<std::size_t>(size) : 0);
  return words;
}

void ChildProcess::close_input() {
  if (input_ >= 0) close(input_);
  input_ = -1;
}

std::optional<int> ChildProcess::take_status(int options) {
  if (status_) return status_;
  int status = 0;
  pid_t found = 0;
  do found = waitpid(pid_, &status, options);
  while (found < 0 && errno == EINTR);
  if (found != 0) status_ = found > 0 && WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  return status_;
}

bool is_installed(std::string_view program) {
  const char* const path = std::getenv("PATH");
  for (std::string_view left = path ? path : ""; !left.empty();) {
    const std::string_view folder = left.substr(0, left.find(':'));
    if (!folder.empty() && access((std::filesystem::path(folder) / program).c_str(), X_OK) == 0) return true;
    left.remove_prefix(std::min(folder.size() + 1, left.size()));
  }
  return false;
}

} // namespace ropescope
