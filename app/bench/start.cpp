#include "app/bench/start.h"

#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include <fcntl.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fmt/format.h>

#include "app/bench/clock.h"
#include "app/gpu/driver_time.h"
#include "core/error.h"

namespace ropescope::bench {

namespace {

constexpr int runs = 7;
constexpr const char* stamp = "first frame at {:.3f} ms, OpenGL {:.3f} ms\n";

struct Outcome {
  std::string words; ///< on standard error
  double began_ms = 0, peak_mb = 0;
};

std::string read_all(int descriptor) {
  std::string text;
  std::array<char, 4096> piece{};
  for (ssize_t got = 0; (got = read(descriptor, piece.data(), piece.size())) > 0;)
    text.append(piece.data(), static_cast<std::size_t>(got));
  return text;
}

Outcome run_program(const std::string& program, std::vector<std::string> arguments) {
  std::vector<char*> argv{const_cast<char*>("ropescope")};
  for (std::string& argument : arguments) argv.push_back(argument.data());
  argv.push_back(nullptr);
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
  close(pipe_ends[1]);
  if (failed == 0) outcome.words = read_all(pipe_ends[0]);
  close(pipe_ends[0]);
  int status = 0;
  rusage used{};
  if (failed != 0 || wait4(child, &status, 0, &used) != child)
    throw Error("the program cannot be started a second time to be measured");
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
    throw Error(fmt::format("the program that was started to be measured failed: {}", outcome.words));
  outcome.peak_mb = static_cast<double>(used.ru_maxrss) * 1024 / 1e6;
  return outcome;
}

struct FirstFrame {
  double ms = 0, driver_ms = 0;
};

FirstFrame first_frame(const std::string& program, const std::vector<std::string>& arguments) {
  std::vector<double> total, driver;
  for (int i = 0; i <= runs; ++i) {
    const Outcome outcome = run_program(program, arguments);
    double at = 0, in_driver = 0;
    const std::size_t line = outcome.words.find("first frame at ");
    if (line == std::string::npos ||
        std::sscanf(outcome.words.c_str() + line, "first frame at %lf ms, OpenGL %lf ms", &at, &in_driver) != 2)
      throw Error(fmt::format("the program that was started to be measured said: {}", outcome.words));
    if (i == 0) continue; // it brings the program's files into memory
    total.push_back(at - outcome.began_ms);
    driver.push_back(in_driver);
  }
  return {median(total), median(driver)};
}

double peak_memory_mb(const std::string& program) {
  const std::string name =
      (std::filesystem::temp_directory_path() / fmt::format("ropescope-{}.png", getpid())).string();
  const Outcome outcome = run_program(program, {"render", "--picture", "overview", "--model", "llama-2-7b", "--scheme",
                                                "yarn", "--factor", "2442", "--out", name});
  std::error_code gone;
  std::filesystem::remove(name, gone);
  return outcome.peak_mb;
}

/// Nothing where no window comes up: not every display that is named is there.
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

void print_start_times() { fmt::print(stderr, fmt::runtime(stamp), wall_ms(), gpu::DriverTime::total_ms()); }

} // namespace ropescope::bench
