#include "app/bench/start.h"

#include <array>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>
#include <vector>

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fmt/format.h>

#include "app/bench/clock.h"
#include "app/gpu/driver_time.h"
#include "core/error.h"

namespace ropescope::bench {

namespace {

constexpr int runs = 7; // odd: the median is one of them
// The line by which a program that is measured reports; run_program() reads it back. Both have to say the same.
constexpr const char* stamp = "first frame at {:.3f} ms, OpenGL {:.3f} ms, {:.3f} MB\n";

/// What a program that was run to be measured did; times by wall_ms().
struct Outcome {
  std::string words; ///< on standard error
  double began_ms = 0, frame_ms = 0, driver_ms = 0, peak_mb = 0;
};

/// Everything up to the end, which comes when the last process that holds the other side has closed it.
std::string read_all(int descriptor) {
  std::string text;
  std::array<char, 4096> piece{};
  for (ssize_t got = 0; (got = read(descriptor, piece.data(), piece.size())) > 0;)
    text.append(piece.data(), static_cast<std::size_t>(got));
  return text;
}

/// Runs the program and waits until it ends. Throws Error where it does not start, fails, or reports no times.
Outcome run_program(const std::string& program, std::vector<std::string> arguments) {
  std::vector<char*> argv{const_cast<char*>("ropescope")};
  for (std::string& argument : arguments) argv.push_back(argument.data());
  argv.push_back(nullptr);
  // O_CLOEXEC: the child keeps only the copy that becomes its standard error, so that the pipe ends when the child
  // ends.
  std::array<int, 2> pipe_ends{};
  if (pipe2(pipe_ends.data(), O_CLOEXEC) != 0) throw Error("no pipe to a second process can be made");
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, pipe_ends[1], STDERR_FILENO);
  posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
  Outcome outcome{.words = {}, .began_ms = wall_ms()};
  pid_t child = 0;
  const int failed = posix_spawn(&child, program.c_str(), &actions, nullptr, argv.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  // Our own copy of the side that writes: while it is open, read_all() would wait for ever.
  close(pipe_ends[1]);
  if (failed == 0) outcome.words = read_all(pipe_ends[0]);
  close(pipe_ends[0]);
  int status = 0;
  if (failed != 0 || waitpid(child, &status, 0) != child)
    throw Error("the program cannot be started a second time to be measured");
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
    throw Error(fmt::format("the program that was started to be measured failed: {}", outcome.words));
  const std::size_t line = outcome.words.find("first frame at ");
  if (line == std::string::npos ||
      std::sscanf(outcome.words.c_str() + line, "first frame at %lf ms, OpenGL %lf ms, %lf MB", &outcome.frame_ms,
                  &outcome.driver_ms, &outcome.peak_mb) != 3)
    throw Error(fmt::format("the program that was started to be measured said: {}", outcome.words));
  return outcome;
}

struct FirstFrame {
  double ms = 0, driver_ms = 0;
};

FirstFrame first_frame(const std::string& program, const std::vector<std::string>& arguments) {
  std::vector<double> total, driver;
  for (int i = 0; i <= runs; ++i) {
    const Outcome outcome = run_program(program, arguments);
    if (i == 0) continue; // the first run reads the program's files from the disk; the others find them in memory
    // Both are times of one clock (wall_ms), though of two processes.
    total.push_back(outcome.frame_ms - outcome.began_ms);
    driver.push_back(outcome.driver_ms);
  }
  return {median(total), median(driver)};
}

/// 2442 times the 4096 tokens of Llama 2 are a scan of 10 M tokens. Nothing is written to none.png: --times ends
/// before.
double peak_memory_mb(const std::string& program) {
  return run_program(program, {"render", "--picture", "overview", "--model", "llama-2-7b", "--scheme", "yarn",
                               "--factor", "2442", "--out", "none.png", "--times"})
      .peak_mb;
}

/// The most memory that this process has had resident, MB (10⁶ bytes); 0 where the system does not tell. The child has
/// to ask this itself: what wait4 tells the parent of a child counts the parent's memory too.
double peak_resident_mb() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    double kib = 0;
    if (std::sscanf(line.c_str(), "VmHWM: %lf kB", &kib) == 1) return kib * 1024 / 1e6;
  }
  return 0;
}

/// Zeros where no window comes up: a display may be named in the environment and not be there.
FirstFrame first_frame_of_window(const std::string& program) {
  try {
    return first_frame(program, {"--times"});
  } catch (const Error&) {
    return {};
  }
}

bool has_display() { return std::getenv("DISPLAY") != nullptr || std::getenv("WAYLAND_DISPLAY") != nullptr; }

} // namespace

StartTimes measure_start(const std::string& program) {
  const FirstFrame still = first_frame(program, {"render", "--picture", "overview", "--out", "none.png", "--times"});
  const FirstFrame window = has_display() ? first_frame_of_window(program) : FirstFrame{};
  return {.first_frame_ms = still.ms,
          .of_which_driver_ms = still.driver_ms,
          .window_first_frame_ms = window.ms,
          .of_which_window_driver_ms = window.driver_ms,
          .peak_memory_mb = peak_memory_mb(program)};
}

void print_start_times() {
  fmt::print(stderr, fmt::runtime(stamp), wall_ms(), gpu::DriverTime::total_ms(), peak_resident_mb());
}

} // namespace ropescope::bench
