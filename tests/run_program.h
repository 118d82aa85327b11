#pragma once
#include <array>
#include <cstdio>
#include <filesystem>
#include <string>

#include <doctest/doctest.h>
#include <sys/wait.h>

#include "core/io/file.h"
#include "tests/scratch.h"

namespace ropescope::test {

struct Outcome {
  int status = -1;
  std::string out, err;
};

/// Runs the program in a folder of its own, without a display; `environment`: NAME=VALUE for it alone.
inline Outcome run_program(const Scratch& scratch, const std::string& arguments, const std::string& environment = {}) {
  const std::string command = "cd '" + scratch.path.string() + "' && env -u DISPLAY -u WAYLAND_DISPLAY " + environment +
                              " '" ROPESCOPE_TEST_PROGRAM "' " + arguments + " 2>stderr.txt";
  Outcome outcome;
  FILE* pipe = popen(command.c_str(), "r");
  REQUIRE(pipe);
  std::array<char, 4096> piece;
  for (std::size_t n; (n = fread(piece.data(), 1, piece.size(), pipe)) > 0;) outcome.out.append(piece.data(), n);
  const int status = pclose(pipe);
  outcome.status = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  outcome.err = read_file(scratch.path / "stderr.txt", 1 << 20);
  std::filesystem::remove(scratch.path / "stderr.txt");
  return outcome;
}

} // namespace ropescope::test
