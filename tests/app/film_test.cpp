// Films: every frame is there, properties move as they should, and nothing half-written stays.

#include <cmath>
#include <filesystem>
#include <vector>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "app/canvas/carried.h"
#include "app/scene/scene_json.h"
#include "core/io/file.h"
#include "tests/run_program.h"

using namespace ropescope;

namespace {

namespace fs = std::filesystem;

/// A folder with a program named ffmpeg in it, as the first of the PATH.
class FakeFfmpeg {
public:
  /// `script`: what it does; $OUT is the file that it is to write.
  FakeFfmpeg(const test::Scratch& scratch, const std::string& script) : scratch_(scratch) {
    fs::create_directory(scratch.path / "bin");
    write_file(scratch.path / "bin/ffmpeg", "#!/bin/sh\nfor OUT; do :; done\n" + script + "\n");
    fs::permissions(scratch.path / "bin/ffmpeg", fs::perms::owner_all);
  }
  test::Outcome film(const std::string& arguments) const {
    return test::run_program(scratch_, "render --picture rotations --size 400x320 " + arguments,
                             "PATH=\"$PWD/bin:$PATH\"");
  }

private:
  const test::Scratch& scratch_;
};

std::vector<std::string> names_in(const fs::path& folder) {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(folder)) names.push_back(entry.path().filename().string());
  std::sort(names.begin(), names.end());
  return names;
}

/// The scene of each frame of a film in a folder.
std::vector<Scene> scenes(const test::Scratch& scratch, const std::string& asked) {
  REQUIRE(test::run_program(scratch, fmt::format("render --picture rotations --size 400x320 {} --out film", asked))
              .status == 0);
  std::vector<Scene> all;
  for (const std::string& name : names_in(scratch.path / "film")) {
    const auto json = canvas::read_carried_scene(read_file(scratch.path / "film" / name, 1 << 26), name);
    REQUIRE(json);
    all.push_back(scene_from_json(*json, name));
  }
  fs::remove_all(scratch.path / "film");
  return all;
}

} // namespace

TEST_CASE("a film's frames go from the first value to the last, logarithmic properties by equal ratios") {
  const test::Scratch scratch;
  const auto whole = scenes(scratch, "--animate m=100..200 --seconds 1 --fps 11");
  REQUIRE(whole.size() == 11);
  for (std::size_t i = 0; i < whole.size(); ++i) CHECK(whole[i].m == 100 + 10 * static_cast<std::int64_t>(i));
  const auto ratios = scenes(scratch, "--scheme yarn --animate factor=2..32 --animate m=9..1 --seconds 0.5 --fps 10");
  REQUIRE(ratios.size() == 5);
  for (std::size_t i = 0; i < ratios.size(); ++i) {
    CHECK(ratios[i].factor == doctest::Approx(std::pow(2.0, 1.0 + static_cast<double>(i))));
    CHECK(ratios[i].m == 9 - 2 * static_cast<std::int64_t>(i));
  }
  CHECK(ratios.front().factor == 2);
  CHECK(ratios.back().factor == 32);
}

TEST_CASE("a frame of a film is what render draws of its scene") {
  const test::Scratch scratch;
  REQUIRE(test::run_program(
              scratch, "render --picture score --size 500x400 --animate factor=1..16 --seconds 1 --fps 3 --out film")
              .status == 0);
  REQUIRE(names_in(scratch.path / "film") ==
          std::vector<std::string>{"score_00000.png", "score_00001.png", "score_00002.png"});
  for (const char* name : {"score_00000.png", "score_00002.png"}) {
    REQUIRE(test::run_program(scratch, fmt::format("render --scene film/{} --out again.png", name)).status == 0);
    CHECK(read_file(scratch.path / "film" / name, 1 << 26) == read_file(scratch.path / "again.png", 1 << 26));
  }
}

TEST_CASE("ffmpeg gets every pixel of every frame, and its file becomes the film") {
  const test::Scratch scratch;
  const FakeFfmpeg fake(scratch, "cat > \"$OUT\"");
  for (const char* name : {"a.mp4", "a.gif"}) {
    const test::Outcome made = fake.film(fmt::format("--animate m=1..9 --seconds 0.5 --fps 10 --out {}", name));
    CHECK(made.status == 0);
    CHECK(made.err.find("frame 5 of 5") != std::string::npos);
    CHECK(fs::file_size(scratch.path / name) == 5u * 400 * 320 * 3);
  }
}

TEST_CASE("where ffmpeg fails, ends early or writes nothing, a sentence says so and there is no film") {
  const test::Scratch scratch;
  for (const char* script : {"echo 'no such codec' >&2; exit 1", "head -c 1000 > /dev/null; echo enough >&2; exit 0",
                             "cat > /dev/null", "cat > \"$OUT\"; exit 3"}) {
    CAPTURE(script);
    fs::remove_all(scratch.path / "bin");
    const test::Outcome made = FakeFfmpeg(scratch, script).film("--animate m=1..9 --seconds 1 --out a.mp4");
    CHECK(made.status == 2);
    CHECK(made.err.find("ropescope: a.mp4: ffmpeg wrote no film: ") != std::string::npos);
    CHECK(names_in(scratch.path) == std::vector<std::string>{"bin"});
  }
}

TEST_CASE("where ffmpeg is not installed, a sentence says what to do") {
  const test::Scratch scratch;
  const test::Outcome made =
      test::run_program(scratch, "render --picture score --animate m=1..9 --out a.mp4", "PATH=/nowhere");
  CHECK(made.status == 2);
  CHECK(made.err.find("ffmpeg is not installed") != std::string::npos);
  CHECK(names_in(scratch.path).empty());
}

TEST_CASE("a film that is stopped leaves nothing behind, as a file and as a folder") {
  const test::Scratch scratch;
  const FakeFfmpeg fake(scratch, "cat > \"$OUT\"");
  for (const char* out : {"a.mp4", "film/"}) {
    CAPTURE(out);
    const std::string command =
        fmt::format("cd '{}' && PATH=\"$PWD/bin:$PATH\" timeout -s INT 1 '" ROPESCOPE_TEST_PROGRAM
                    "' render --picture rotations --animate m=0..999 --seconds 900 --out {} 2>words",
                    scratch.path.string(), out);
    CHECK(std::system(command.c_str()) != 0);
    CHECK(read_file(scratch.path / "words", 1 << 20).find("ropescope: stopped; no film was written.") !=
          std::string::npos);
    CHECK(names_in(scratch.path) == std::vector<std::string>{"bin", "words"});
  }
}

TEST_CASE("a film that cannot be is refused before anything is drawn") {
  const test::Scratch scratch;
  const FakeFfmpeg fake(scratch, "cat > \"$OUT\"");
  for (const char* asked : {"--animate m=1..9 --out a.png", "--animate m=1..9 --out a.csv", "--out a.mp4",
                            "--out a.gif", "--animate m --out a.mp4", "--animate m=1 --out a.mp4",
                            "--animate m=..9 --out a.mp4", "--animate m=1..none --out a.mp4",
                            "--animate nothing=1..2 --out a.mp4", "--animate theme=dark..light --out a.mp4",
                            "--animate m=1..99999999999 --out a.mp4", "--animate m=1..9 --seconds 0 --out a.mp4",
                            "--animate m=1..9 --seconds -1 --out a.mp4", "--animate m=1..9 --fps 1e9 --out a.mp4",
                            "--animate m=1..9 --out nowhere/a.mp4", "--seconds 3 --out a.png", "--fps 3 --out a.png"}) {
    CAPTURE(asked);
    const test::Outcome outcome = fake.film(asked);
    CHECK(outcome.status == 2);
    CHECK(outcome.err.starts_with("ropescope: "));
    CHECK(std::count(outcome.err.begin(), outcome.err.end(), '\n') == 1);
    CHECK(names_in(scratch.path) == std::vector<std::string>{"bin"});
  }
}
