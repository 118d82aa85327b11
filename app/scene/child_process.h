#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <sys/types.h>

namespace ropescope {

/// Another program beside this one, in a process group of its own, so that Ctrl+C in a terminal is for us alone. What
/// it says on standard output is lost; what it says on standard error is kept.
class ChildProcess {
public:
  /// Starts the program that the first argument names, found as a shell finds it. With `feeds` write() gives it its
  /// standard input, else it has none. Throws Error where it cannot be started.
  explicit ChildProcess(const std::vector<std::string>& arguments, bool feeds = false);

  /// Ends it, where it still runs.
  ~ChildProcess();
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;

  /// Gives it bytes, and waits until it has taken them. False where it takes no more, as when it has ended. Requires
  /// that SIGPIPE be ignored.
  bool write(std::string_view bytes);

  /// Closes its standard input and waits for its end. Returns its exit status, −1 where a signal ended it.
  int finish();

  /// The same if it has ended already.
  std::optional<int> ended();

  /// Asks it to stop, as Ctrl+C does.
  void interrupt() const;

  /// What it has said so far.
  std::string said() const;

private:
  void close_input();
  std::optional<int> take_status(int options);

  pid_t pid_ = -1;
  int input_ = -1, errors_ = -1; // errors_: a file in memory, which never makes it wait
  std::optional<int> status_;
};

/// Whether a program of that name is found on the PATH.
bool is_installed(std::string_view program);

} // namespace ropescope
