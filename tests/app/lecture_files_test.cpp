// What a lecturer takes home: a deck, a page, a folder, a film; each whole or not at all, and twice the same.

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <thread>
#include <vector>

#include <GLFW/glfw3.h>
#include <doctest/doctest.h>
#include <fmt/format.h>

#include "app/canvas/carried.h"
#include "app/cli/film_frames.h"
#include "app/cli/lecture_film.h"
#include "app/cli/lecture_page.h"
#include "app/lecture/lecture_scene.h"
#include "app/scene/child_process.h"
#include "app/scene/scene_json.h"
#include "core/io/file.h"
#include "tests/app/window_hand.h"
#include "tests/run_program.h"

using namespace ropescope;

namespace {

namespace fs = std::filesystem;

const char* const three_steps = R"({
  "lecture": 1, "title": "Three & more", "start": {"model": "llama-2-7b", "m": 10, "n": 0},
  "steps": [
    {"id": "one", "title": "The first one", "text": ["θ_{i} is a < b", "*the answer ${m}^{2}*"], "show": "pair",
     "pose": {"m": 0}, "then": {"m": 100, "ms": 400}, "ask": "Why e^{imθ}?", "answer": "Because of b^{2i/d}.",
     "notes": ["Say |q_{i}| slowly.", "A brace {alone} stays."]},
    {"id": "two", "title": "The second", "text": ["plain"], "show": "words"},
    {"id": "three", "title": "The third of them", "text": ["a @q{query}"], "show": ["score", "pair"],
     "then": {"scheme": "yarn", "ms": 200}}
  ]
})";

/// A folder with that lecture in it.
struct AtHome {
  AtHome() { write_file(scratch.path / "mine.json", three_steps); }

  test::Outcome render(const std::string& arguments, const std::string& environment = {}) const {
    return test::run_program(scratch, "render --lecture mine.json --size 640x360 " + arguments, environment);
  }
  std::string file(const std::string& name) const { return read_file(scratch.path / name, 1 << 26); }
  std::vector<std::string> names(const std::string& folder = ".") const {
    std::vector<std::string> all;
    for (const auto& entry : fs::directory_iterator(scratch.path / folder))
      all.push_back(entry.path().filename().string());
    std::sort(all.begin(), all.end());
    return all;
  }
  /// A program named ffmpeg, the first of the PATH; $OUT is the file that it is to write.
  void fake_ffmpeg(const std::string& script) const {
    fs::create_directory(scratch.path / "bin");
    write_file(scratch.path / "bin/ffmpeg", "#!/bin/sh\nfor OUT; do :; done\n" + script + "\n");
    fs::permissions(scratch.path / "bin/ffmpeg", fs::perms::owner_all);
  }

  test::Scratch scratch;
};

constexpr const char* with_fake = "PATH=\"$PWD/bin:$PATH\"";

std::size_t count(const std::string& text, std::string_view part) {
  std::size_t found = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++found;
  return found;
}

} // namespace

TEST_CASE("a lecture's deck, handout, page and folder have the same bytes every time") {
  const AtHome home;
  for (const char* out : {"a.pdf", "a.html", "a.pdf --notes --theme light", "a.svg --step two", "a.png --step 1"}) {
    CAPTURE(out);
    REQUIRE(home.render(fmt::format("--out {}", out)).status == 0);
    const std::string name = std::string(out).substr(0, std::string(out).find(' ')), first = home.file(name);
    REQUIRE(home.render(fmt::format("--out {}", out)).status == 0);
    CHECK(first.size() > 1000);
    CHECK(first == home.file(name));
  }
  REQUIRE(home.render("--out steps").status == 0);
  const auto names = home.names("steps");
  CHECK(names == std::vector<std::string>{"01-one.png", "01-one.svg", "02-two.png", "02-two.svg", "03-three.png",
                                          "03-three.svg"});
  REQUIRE(home.render("--out again/").status == 0);
  for (const std::string& name : names) CHECK(home.file("steps/" + name) == home.file("again/" + name));
  // Each is a scene that opens alone.
  const auto json = canvas::read_carried_scene(home.file("steps/01-one.png"), "png");
  REQUIRE(json);
  CHECK(scene_from_json(*json, "png").m == 100);
}

TEST_CASE("the text of a deck has every title in order, and a handout also what is said, without marks") {
  if (!is_installed("pdftotext")) return;
  const AtHome home;
  REQUIRE(home.render("--out deck.pdf --notes").status == 0);
  const std::string command =
      fmt::format("cd '{}' && pdftotext -layout deck.pdf text && pdfinfo deck.pdf >info", home.scratch.path.string());
  REQUIRE(std::system(command.c_str()) == 0);
  CHECK(home.file("info").find("Pages:           3") != std::string::npos);
  const std::string text = home.file("text");
  std::size_t at = 0;
  for (const char* words : {"The first one", "the answer", "Why e", "slowly.", "A brace {alone} stays.", "The second",
                            "The third of them"}) {
    CAPTURE(words);
    at = text.find(words, at);
    CHECK(at != std::string::npos);
  }
  CHECK(count(text, "_{") + count(text, "^{") == 0);
}

TEST_CASE("a lecture's page has its sentences as text, indices and powers, questions before answers, and no link") {
  const AtHome home;
  REQUIRE(home.render("--out page.html --theme light").status == 0);
  const std::string page = home.file("page.html");
  for (const char* words :
       {"<title>Three &amp; more</title>", "<h2>The first one</h2>", "θ<sub>i</sub> is a &lt; b", "<sup>2</sup></b>",
        "<details><summary>Why e<sup>imθ</sup>?</summary><p>Because of b<sup>2i/d</sup>.</p></details>",
        "<p>Say |q<sub>i</sub>| slowly.</p>", "<p>A brace {alone} stays.</p>", "\">query</span>"}) {
    CAPTURE(words);
    CHECK(page.find(words) != std::string::npos);
  }
  CHECK(page.find("the answer 0") < page.find("the answer 100")); // each press has its own numbers
  CHECK(count(page, "<section ") == 3);
  CHECK(count(page, "<img ") == 5); // two presses, one, two
  for (const char* link : {"http:", "https:", "src=\"/", "href", "@import", "url("}) CHECK(count(page, link) == 0);
}

TEST_CASE("a film of a lecture rests before each press, moves, and rests at the end, each frame whole") {
  const AtHome home;
  home.fake_ffmpeg("cat > \"$OUT\"");
  const test::Outcome made = home.render("--seconds 0.5 --fps 10 --out film.mp4", with_fake);
  CHECK(made.status == 0);
  CHECK(made.err.find("step 3 of 3") != std::string::npos);
  const std::string film = home.file("film.mp4");
  constexpr std::size_t frame = std::size_t{640} * 360 * 3;
  REQUIRE(film.size() % frame == 0);
  const auto same = [&](std::size_t a, std::size_t b) {
    return film.compare(a * frame, frame, film, b * frame, frame) == 0;
  };
  // Five before, three of 400 ms between, five at the end; five; five, one of 200 ms between, five.
  REQUIRE(film.size() / frame == 5 + 3 + 5 + 5 + 5 + 1 + 5);
  for (std::size_t i = 1; i < film.size() / frame; ++i) {
    CAPTURE(i);
    const bool changes = (i >= 5 && i <= 8) || i == 13 || i == 18 || i == 23;
    // The last step's scheme switches at once; its answer has no words that would appear.
    if (i != 24) CHECK(same(i - 1, i) == !changes);
  }
}

TEST_CASE("a step of a film rests as long as its words take to read, or as it is asked") {
  const lecture::Lecture lecture = lecture::read_lecture(three_steps);
  const cli::StepTimes one = cli::step_times(lecture.steps[0], {}), two = cli::step_times(lecture.steps[1], {});
  CHECK(one.before > 2.5);
  CHECK(one.before < 5);
  CHECK(one.motion == doctest::Approx(0.4));
  CHECK(one.after >= 2.5);
  CHECK(two.before == 0);
  CHECK(two.motion == 0);
  CHECK(two.after >= 2.5);
  CHECK(cli::step_times(lecture.steps[0], 7).all() == doctest::Approx(14.4));
}

TEST_CASE("a lecture that is stopped while it is written leaves nothing behind") {
  const AtHome home;
  home.fake_ffmpeg("cat > \"$OUT\"");
  const std::vector<std::string> before{"bin", "mine.json", "words"};
  for (const char* out : {"a.mp4 --seconds 60", "steps/", "a.pdf", "a.html"}) {
    CAPTURE(out);
    // Ctrl+C once it has begun; large, so that it has not ended by then.
    const std::string command = fmt::format(
        "cd '{}'; export PATH=\"$PWD/bin:$PATH\"; (exec '" ROPESCOPE_TEST_PROGRAM
        "' render --lecture 2 --size 3840x2160 --out {} 2>words) & one=$!; "
        "for i in $(seq 600); do grep -q 'step 1' words && break; sleep 0.1; done; kill -INT $one; wait $one",
        home.scratch.path.string(), out);
    CHECK(std::system(command.c_str()) != 0);
    CHECK(home.file("words").find("ropescope: stopped; no") != std::string::npos);
    CHECK(home.names() == before);
  }
}

TEST_CASE("of a lecture what cannot be written is refused by a sentence, before anything is drawn") {
  const AtHome home;
  home.fake_ffmpeg("cat > \"$OUT\"");
  for (const char* asked :
       {"--out a.doc", "--out a.mp4 --step 1", "--out a.mp4 --notes", "--out a.pdf --seconds 3", "--out steps --fps 3",
        "--out a.gif --fps 0", "--out a.mp4 --seconds 1e9", "--out a.mp4 --animate m=1..9", "--out nowhere/a.mp4"}) {
    CAPTURE(asked);
    const test::Outcome outcome = home.render(asked, with_fake);
    CHECK(outcome.status == 2);
    CHECK(outcome.err.starts_with("ropescope: "));
    CHECK(count(outcome.err, "\n") == 1);
    CHECK(home.names() == std::vector<std::string>{"bin", "mine.json"});
  }
  const test::Outcome without = home.render("--out a.mp4", "PATH=/nowhere");
  CHECK(without.status == 2);
  CHECK(without.err.find("ffmpeg is not installed (Debian: ffmpeg); --out FOLDER/ writes") != std::string::npos);
}

TEST_CASE("in a lecture the key of exports asks what is taken home, and the window goes on while it is written") {
  const AtHome home;
  const fs::path before = fs::current_path();
  fs::current_path(home.scratch.path);
  test::WindowHand hand;
  shell::Shell& shell = hand.window.shell;
  shell.use_program(ROPESCOPE_TEST_PROGRAM);
  const auto settle = [&] {
    for (int i = 0; i < 6000 && shell.animated(); ++i) {
      hand.frames(1);
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
  };
  shell.begin_lecture(lecture::read_lecture(three_steps), (home.scratch.path / "mine.json").string());
  hand.frames();
  hand.key(GLFW_KEY_E, GLFW_MOD_CONTROL);
  hand.frames();
  CHECK(shell.control("take home HTML page"));
  CHECK(shell.takes_letters()); // Page Down is the dialog's now
  hand.click(hand.control("take home HTML page").centre());
  hand.click(hand.control("take home write").centre());
  settle();
  CHECK(shell.notice() == "The lecture is in " + (home.scratch.path / "mine.html").string());
  CHECK(home.file("mine.html").find("<h2>The third of them</h2>") != std::string::npos);
  hand.frames();
  CHECK(!shell.control("take home write"));
  // One of the program's own has no file: it is written by its name.
  std::string name;
  shell.begin_lecture(lecture::read_lecture(lecture_text("3", name), scene_rules()), "");
  hand.frames();
  hand.key(GLFW_KEY_E, GLFW_MOD_CONTROL);
  hand.frames();
  hand.click(hand.control("take home Pictures").centre());
  hand.click(hand.control("take home write").centre());
  hand.click(hand.control("take home stop").centre());
  settle();
  CHECK(shell.notice() == "stopped; nothing was written.");
  CHECK(home.names() == std::vector<std::string>{"mine.html", "mine.json"});
  CHECK(shell.takes_key(GLFW_KEY_ESCAPE, 0));
  hand.frames(3);
  CHECK(!shell.control("take home write"));
  CHECK(shell.in_lecture());
  fs::current_path(before);
}
