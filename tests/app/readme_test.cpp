// Every command line that the README shows is run as it stands, on files of the names that it shows.
#include <algorithm>
#include <filesystem>
#include <sstream>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "app/scene/child_process.h"
#include "core/io/file.h"
#include "core/io/tensor_file.h"
#include "tests/core/gguf_bytes.h"
#include "tests/run_program.h"

using namespace ropescope;

namespace {

namespace fs = std::filesystem;

/// The arguments of every line of the README that calls the program; its comment is left out.
std::vector<std::string> command_lines() {
  std::istringstream readme(read_file(ROPESCOPE_TEST_SOURCE "/README.md", 1 << 20));
  std::vector<std::string> all;
  for (std::string line; std::getline(readme, line);) {
    for (const std::string before : {"ropescope ", "- run: ropescope "})
      if (line.starts_with(before)) all.push_back(line.substr(before.size(), line.find(" #") - before.size()));
  }
  return all;
}

bool has(const std::string& line, const std::string& part) { return line.find(part) != std::string::npos; }

void write_rows(const fs::path& path, std::vector<std::int64_t> shape, const std::string& name = "out") {
  Array array;
  array.shape = std::move(shape);
  // No two rows are alike, or a kernel could have taken one for another.
  for (std::int64_t i = 0; i < array.size(); ++i) array.floats.push_back(static_cast<float>(i * i % 1013) / 500 - 1);
  if (path.extension() == ".safetensors") array.dtype = NumberFormat::bfloat16;
  write_array(path, array, name);
}

/// The files that a line of the README reads, in a home of their own.
void write_files(const test::Scratch& scratch, const std::string& line) {
  const std::string with_vision = read_file(ROPESCOPE_TEST_SOURCE "/assets/models/qwen2.5-vl-7b.json", 1 << 20),
                    plain = read_file(ROPESCOPE_TEST_SOURCE "/assets/models/llama-3.1-8b.json", 1 << 20);
  write_file(scratch.path / "config.json", has(line, "--part vision") ? with_vision : plain);
  fs::create_directories(scratch.path / "models/mine");
  write_file(scratch.path / "models/mine/config.json", plain);
  write_file(scratch.path / "model.gguf", test::model("llama").bytes());
  const bool image = has(line, "--grid"); // 14 · 14 patches and one token before them
  write_rows(scratch.path / "q.npy",
             image ? std::vector<std::int64_t>{1, 6, 197, 64} : std::vector<std::int64_t>{1, 2, 16, 128});
  write_rows(scratch.path / "q.safetensors", {1, 2, 16, 128}, "q");
  Array positions;
  positions.dtype.reset();
  positions.shape = {16};
  for (std::int64_t i = 0; i < 16; ++i) positions.integers.push_back(100 * i);
  write_array(scratch.path / "p.npy", positions);
  if (has(line, "out.npy"))
    CHECK(test::run_program(scratch, "rotate --model llama-3.1-8b --in q.npy --out out.npy").status == 0);
  if (has(line, "score.svg"))
    CHECK(test::run_program(scratch, "render --picture score --size 640x400 --out score.svg").status == 0);
}

/// The text with the first `from` in it written as `to`.
std::string replaced(const std::string& text, std::string_view from, std::string_view to) {
  const std::size_t at = text.find(from);
  std::string made = text.substr(0, at);
  made += to;
  made += text.substr(at + from.size());
  return made;
}

} // namespace

TEST_CASE("every command line of the README does what it says, on files of the names that it shows") {
  const std::vector<std::string> lines = command_lines();
  CHECK(lines.size() >= 20);
  for (std::string line : lines) {
    if (line.starts_with("bench")) continue; // it measures for a long time; bench_test.cpp runs it
    CAPTURE(line);
    const test::Scratch scratch;
    write_files(scratch, line);
    if (has(line, "--animate")) line += " --seconds 0.2 --size 640x400"; // a film of the usual length takes long
    if (has(line, ".mp4") && !is_installed("ffmpeg")) line = replaced(line, "film.mp4", "film/");
    if (has(line, "~/")) line = replaced(line, "~/", "./"); // the home of this test
    const test::Outcome outcome = test::run_program(scratch, line);
    CAPTURE(outcome.err);
    CHECK(outcome.status == 0);
    // What it writes is there, and not empty.
    std::istringstream words(line);
    for (std::string before, word; words >> word; before = word)
      if (before == "--out" && !line.starts_with("check")) {
        REQUIRE(fs::exists(scratch.path / word));
        CHECK((fs::is_directory(scratch.path / word) || fs::file_size(scratch.path / word) > 0));
      }
  }
}
