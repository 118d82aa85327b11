// Films: every frame is there, properties move as they should, and nothing half-written stays.

#include <algorithm>
#include <chrono>
#include <cmath>
#include <filesystem>
#include <thread>
#include <vector>

#include <GLFW/glfw3.h>
#include <doctest/doctest.h>
#include <fmt/format.h>

#include "app/canvas/carried.h"
#include "app/canvas/imgui_compat.h"
#include "app/scene/actions.h"
#include "app/scene/presets.h"
#include "app/scene/scene_json.h"
#include "app/shell/film_job.h"
#include "core/io/file.h"
#include "tests/app/headless.h"
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
  const auto even = scenes(scratch, "--animate pair=10..30 --seconds 1 --fps 11");
  REQUIRE(even.size() == 11);
  for (std::size_t i = 0; i < even.size(); ++i) CHECK(even[i].pair == 10 + 2 * static_cast<std::int64_t>(i));
  const auto ratios =
      scenes(scratch, "--pose scheme=yarn --animate factor=2..32 --animate m=80..0 --seconds 0.5 --fps 10");
  REQUIRE(ratios.size() == 5);
  constexpr std::int64_t m[] = {80, 26, 8, 2, 0}; // 81, 27, 9, 3, 1, and one less
  for (std::size_t i = 0; i < ratios.size(); ++i) {
    CHECK(ratios[i].factor == doctest::Approx(std::pow(2.0, 1.0 + static_cast<double>(i))));
    CHECK(ratios[i].m == m[i]);
  }
  CHECK(ratios.front().factor == 2);
  CHECK(ratios.back().factor == 32);
}

TEST_CASE("an option that a film moves need not be there: its first value stands for it") {
  const test::Scratch scratch;
  const auto factors = scenes(scratch, "--model llama-2-7b --scheme yarn --animate factor=2..8 --seconds 0.3 --fps 10");
  REQUIRE(factors.size() == 3);
  for (std::size_t i = 0; i < factors.size(); ++i) {
    CHECK(factors[i].rope.scaling.rope_type == RopeType::yarn);
    CHECK(factors[i].factor == doctest::Approx(2 << i));
  }
  const auto bases = scenes(scratch, "--head-dim 64 --animate base=100..10000 --seconds 0.3 --fps 10");
  REQUIRE(bases.size() == 3);
  for (std::size_t i = 0; i < bases.size(); ++i) CHECK(bases[i].rope.base == doctest::Approx(std::pow(10, 2 + i)));
  // What nothing moves is still asked for.
  CHECK(test::run_program(scratch, "render --picture score --model llama-2-7b --scheme yarn --animate target=4k..8k "
                                   "--out film")
            .status == 2);
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

namespace {

/// Waits for the end of a film that is made beside.
template <typename Ended>
auto wait_for(Ended ended) {
  for (int i = 0; i < 6000; ++i) {
    if (auto end = ended()) return *end;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  throw std::runtime_error("no end within a minute");
}

shell::FilmWish wish(const test::Scratch& scratch, std::string animate, double seconds) {
  shell::FilmWish wish;
  wish.animate = std::move(animate), wish.seconds = seconds, wish.size = {400, 320};
  wish.out = (scratch.path / "film").string();
  return wish;
}

} // namespace

TEST_CASE("a film that a window makes beside itself is there, tells how far it is, can be stopped, and says why not") {
  const test::Scratch scratch;
  Scene scene = default_scene();
  scene.view = "rotations";
  {
    shell::FilmJob job(ROPESCOPE_TEST_PROGRAM, scene, wish(scratch, "m=1..5", 0.2));
    const auto end = wait_for([&] { return job.ended(); });
    CHECK(end.written);
    CHECK(end.words == "The film is in " + (scratch.path / "film").string());
    CHECK(job.progress() == "frame 5 of 5");
    CHECK(names_in(scratch.path / "film").size() == 5);
    fs::remove_all(scratch.path / "film");
  }
  {
    shell::FilmJob job(ROPESCOPE_TEST_PROGRAM, scene, wish(scratch, "m=1..5", 900));
    wait_for([&] { return job.progress().starts_with("frame ") ? std::optional(true) : std::nullopt; });
    job.cancel();
    const auto end = wait_for([&] { return job.ended(); });
    CHECK(!end.written);
    CHECK(end.words == "stopped; no film was written.");
    CHECK(names_in(scratch.path).empty());
  }
  {
    shell::FilmJob job(ROPESCOPE_TEST_PROGRAM, scene, wish(scratch, "m=1..5", 900)); // whose window is closed
    wait_for([&] { return job.progress().starts_with("frame ") ? std::optional(true) : std::nullopt; });
  }
  CHECK(names_in(scratch.path).empty());
  {
    shell::FilmJob job(ROPESCOPE_TEST_PROGRAM, scene, wish(scratch, "m=1..none", 1));
    const auto end = wait_for([&] { return job.ended(); });
    CHECK(!end.written);
    CHECK(end.words.starts_with("--animate m"));
  }
  CHECK_THROWS_AS(shell::FilmJob(scratch.path / "nowhere", scene, wish(scratch, "m=1..5", 1)), Error);
}

TEST_CASE("the dialog of a film makes it, the window goes on meanwhile, and the dialog stops it") {
  const test::Scratch scratch;
  const fs::path before = fs::current_path();
  fs::current_path(scratch.path);
  test::Headless window(1280, 720);
  shell::Shell& shell = window.shell;
  shell.use_program(ROPESCOPE_TEST_PROGRAM);
  const auto frames = [&](int count) {
    for (int i = 0; i < count; ++i) window.frame(false);
  };
  const auto click = [&](const char* control) {
    CAPTURE(control);
    const auto area = shell.control(control);
    REQUIRE(area);
    for (const bool pressed : {false, true, false}) {
      compat::mouse(area->centre(), pressed, 0);
      frames(2);
    }
  };
  frames(3);
  shell.perform(Request::film_dialog);
  frames(3);
  CHECK(shell.control("film.Moves"));
  CHECK(shell.takes_key(GLFW_KEY_ESCAPE, 0));
  frames(3);
  CHECK(!shell.control("film.write"));
  shell.perform(Request::film_dialog);
  frames(3);
  click("film.write");
  CAPTURE(shell.message());
  CHECK(shell.animated());
  CHECK(shell.message().starts_with("Film: "));
  shell.perform(Request::film_dialog);
  frames(3);
  click("film.stop");
  wait_for([&] {
    frames(1);
    return shell.animated() ? std::nullopt : std::optional(true);
  });
  CHECK(shell.message() == "stopped; no film was written.");
  CHECK(names_in(scratch.path).empty());
  fs::current_path(before);
}
