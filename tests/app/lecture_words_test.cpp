// What a person who writes or gives a lecture is told, and what a file has of what a hand can take.
#include <algorithm>
#include <chrono>
#include <cmath>
#include <thread>

#include <GLFW/glfw3.h>
#include <doctest/doctest.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "app/canvas/imgui_compat.h"
#include "app/lecture/handles.h"
#include "app/lecture/lecture_scene.h"
#include "app/lecture/stage.h"
#include "app/scene/picture.h"
#include "app/scene/scene_json.h"
#include "app/shell/presenter_view.h"
#include "core/error.h"
#include "core/io/file.h"
#include "core/lecture/expression.h"
#include "core/lecture/keys.h"
#include "tests/app/headless.h"
#include "tests/app/stage_marks.h"
#include "tests/run_program.h"

using namespace ropescope;

namespace {

constexpr std::string_view two_steps = R"({"lecture": 1, "title": "Two", "steps": [
  {"id": "a", "title": "One", "text": ["x", "*y*"], "show": "phasors", "pose": {"m": 10, "n": 0},
   "then": {"m": 30, "ms": 200}, "grab": {"end": "drag it"}, "ask": "Why?"},
  {"id": "b", "title": "Two", "text": ["z"], "show": "pair", "pose": {"pair_view": {"table": true, "key": false}}}]})";

lecture::Lecture read(std::string_view text) { return lecture::read_lecture(text, scene_rules()); }

/// A window in which a lecture is given by its keys, and what it shows.
struct Given {
  test::Headless window{1280, 720, first_scene()};
  test::StageMarksPainter painter;
  double now = 100;

  explicit Given(std::string_view text, const std::string& file = {}) {
    window.shell.set_lecture_clock([this] { return now; });
    window.shell.begin_lecture(read(text), file);
    frames(3);
  }
  const test::StageMarks& frame(bool live = true) {
    painter.forget();
    window.shell.frame(window.width(), window.height(), 0.05f, live, &painter);
    return painter.seen;
  }
  void key(int key) {
    window.shell.perform(window.shell.key(key, 0));
    now += 1;
    frames(3);
  }
  /// As on a screen; a picture that goes elsewhere has nothing over it.
  void frames(int count) {
    for (int i = 0; i < count; ++i) window.frame(true, 0.05f);
  }
  /// Until the file was looked at, some seconds at most.
  void wait_for(bool (*done)(const Lectern&)) {
    for (int i = 0; i < 300 && !done(*window.shell.lectern()); ++i) {
      frames(1);
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
  }
};

} // namespace

TEST_CASE("what a lecture may have is explained whole: every key, picture, handle, option, function and name") {
  const test::Scratch scratch;
  const test::Outcome outcome = test::run_program(scratch, "lecture --explain");
  REQUIRE(outcome.status == 0);
  std::string missing;
  const auto needs = [&](const std::string& words) {
    if (outcome.out.find(words) == std::string::npos) missing += words + '\n';
  };
  for (const auto keys : {lecture::file_keys(), lecture::step_keys()})
    for (const lecture::Key& key : keys) needs(fmt::format("  {:<10} {}", key.name, key.says));
  for (const std::string& name : scene_rules().pictures) {
    needs(fmt::format("\n  {} ", name));
    for (const std::string& handle : handles_of(name)) needs(handle);
  }
  for (const Picture* picture : all_pictures())
    for (const Property& option : picture->options) needs(fmt::format("    {} ", option.key));
  for (const auto group : lecture::function_groups())
    for (const lecture::Function& function : group) needs(fmt::format("\n  {}(", function.name));
  for (const std::string_view name : lecture::scene_names()) needs(fmt::format(" {},", name));
  CHECK_MESSAGE(missing.empty(), missing);
}

TEST_CASE("each function of expressions says what it gives, and names as many arguments as it takes") {
  for (const auto group : lecture::function_groups())
    for (const lecture::Function& function : group) {
      CAPTURE(function.name);
      CHECK_FALSE(function.says.empty());
      std::size_t named = function.takes.empty() ? 0 : 1;
      for (std::size_t at = 0; (at = function.takes.find(", ", at)) != std::string_view::npos; ++at) ++named;
      CHECK(named == function.most);
    }
}

TEST_CASE("lecture without a file says what it needs, in one sentence") {
  const test::Scratch scratch;
  const test::Outcome outcome = test::run_program(scratch, "lecture");
  CHECK(outcome.status == 2);
  CHECK(outcome.err.find("lecture needs FILE") != std::string::npos);
  CHECK(outcome.out.empty());
}

TEST_CASE("a number in a pose may be written as the window's fields take it, and what is none is refused as there") {
  CHECK(scene_from_json(R"({"m": "4k"})", "scene").m == 4096);
  CHECK(scene_from_json(R"({"base": "500k"})", "scene").rope.base == 500'000);
  CHECK_THROWS_WITH_AS(scene_from_json(R"({"m": "far"})", "mine.json"),
                       doctest::Contains("mine.json: m: \"far\": expected"), Error);
  const lecture::Lecture lecture = read(R"({"lecture": 1, "title": "T", "steps": [
    {"id": "a", "title": "A", "text": ["x"], "show": "pair", "pose": {"m": "4k"}, "claims": ["m == 4096"]}]})");
  CHECK_FALSE(lecture.has_errors());
  CHECK(scene_of_step(lecture.steps.front().pose).m == 4096);
}

TEST_CASE("rings stand on the stage that a hand can reach, and in no file") {
  Given given(two_steps);
  const auto dots = [&](bool live) { return given.frame(live).marks.size(); };
  for (int i = 0; i < 5; ++i) given.frame();
  const std::size_t live = dots(true), written = dots(false);
  CHECK(live >= written + 20); // a ring is twenty strokes
}

TEST_CASE("a slider in the foot of a step stays when the step is pressed") {
  test::Headless window(1920, 1080, first_scene());
  std::string gone;
  for (const EmbeddedLecture& each : embedded_lectures()) {
    window.shell.begin_lecture(read(each.text), "");
    const std::size_t count = window.shell.lectern()->player.lecture().steps.size();
    const auto sliders = [&](std::size_t step, bool end) {
      window.shell.lectern()->player.show_written(step, end);
      for (int frame = 0; frame < 4; ++frame) window.frame(true);
      std::vector<std::string> keys;
      for (const canvas::Control& control : window.shell.controls())
        if (control.area.least.y > 980 && find_property(control.key)) keys.emplace_back(control.key);
      std::sort(keys.begin(), keys.end());
      return keys;
    };
    for (std::size_t i = 0; i < count; ++i) {
      const auto before = sliders(i, false), after = sliders(i, true);
      if (before != after)
        gone += fmt::format("{}: {} | {}\n", window.shell.lectern()->player.step().id, fmt::join(before, " "),
                            fmt::join(after, " "));
    }
  }
  CHECK_MESSAGE(gone.empty(), gone);
}

TEST_CASE("no ring of a step lies on words") {
  std::string covered;
  for (const EmbeddedLecture& each : embedded_lectures()) {
    Given given(each.text);
    const StagePlan plan = plan_stage({1280, 720});
    Player& player = given.window.shell.lectern()->player;
    for (std::size_t i = 0; i < 2 * player.lecture().steps.size(); ++i) {
      player.show_written(i / 2, i % 2 == 1);
      for (int frame = 0; frame < 4; ++frame) given.frame();
      const test::StageMarks& seen = given.frame();
      for (const PlacedPicture& picture : place_pictures(player.step().show, plan.pictures, 24 * plan.unit))
        for (const lecture::Grab& grab : player.step().grabs) {
          const auto mark = control_of(picture.name, grab.handle, given.window.shell.controls());
          if (!mark || grab.handle == "camera" || mark->width() > 54) continue;
          const ImVec2 centre = mark->centre();
          constexpr float scale = 1.85f * 720 / 1080;
          const float small = 10.5f * scale, size = std::max(mark->width(), mark->height());
          const float radius = mark->height() > 54 ? small : std::max(small, size / 2 + 2 * scale);
          for (const auto& word : seen.words) {
            const float free = word.area.height() / 12; // above the letters and below them
            const ImVec2 nearest{std::clamp(centre.x, word.area.least.x, word.area.greatest.x),
                                 std::clamp(centre.y, word.area.least.y + free, word.area.greatest.y - free)};
            if (std::hypot(nearest.x - centre.x, nearest.y - centre.y) < radius)
              covered += fmt::format("{}: {} on \"{}\"\n", player.step().id, grab.handle, word.text);
          }
        }
    }
  }
  CHECK_MESSAGE(covered.empty(), covered);
}

TEST_CASE("a press beyond the last one says so, and only that one") {
  Given given(two_steps);
  for (const int press : {1, 2}) {
    given.key(GLFW_KEY_PAGE_DOWN);
    CAPTURE(press);
    CHECK_FALSE(given.window.shell.control("notice"));
  }
  given.key(GLFW_KEY_PAGE_DOWN);
  CHECK(given.window.shell.control("notice"));
  CHECK(given.window.shell.lectern()->player.step_number() == 1);
}

TEST_CASE("nothing is explained beside a mouse that lies where it lay when the press came") {
  Given given(two_steps);
  given.key(GLFW_KEY_PAGE_DOWN);
  const auto end = control_of("phasors", "end", given.window.shell.controls());
  REQUIRE(end);
  const auto rest = [&] {
    std::string said;
    for (int i = 0; i < 40; ++i) {
      given.frames(1);
      said = given.window.shell.attention().explained;
    }
    return said;
  };
  compat::mouse({1, 1}, false, 0);
  given.frames(2);
  compat::mouse(end->centre(), false, 0);
  CHECK_FALSE(rest().empty()); // it came there by hand
  given.key(GLFW_KEY_HOME);
  CHECK(rest().empty());
  compat::mouse({end->centre().x + 1, end->centre().y}, false, 0);
  CHECK_FALSE(rest().empty());
}

TEST_CASE("the overview has every title of the lectures whole") {
  std::string cut;
  const gpu::HeadlessContext context;
  gpu::Framebuffer framebuffer{1920, 1080};
  shell::PresenterView view;
  for (const EmbeddedLecture& each : embedded_lectures()) {
    Lectern lectern(read(each.text), first_scene(), "");
    lectern.presented = lectern.overview = true;
    test::StageMarksPainter painter;
    framebuffer.bind();
    view.frame(
        1920, 1080, 1 / 60.0f, lectern,
        {.stage_size = {1920, 1080}, .theme = &canvas::theme(canvas::ThemeName::dark), .now = 0, .wall = "18:02"}, {},
        &painter);
    for (const lecture::Step& step : lectern.player.lecture().steps) {
      // On one line or two.
      const auto says = [&](std::string_view words) {
        return std::any_of(painter.seen.words.begin(), painter.seen.words.end(),
                           [&](const auto& word) { return word.text == words; });
      };
      bool whole = says(step.title);
      const std::string_view title = step.title;
      for (std::size_t at = 0; !whole && (at = title.find(' ', at)) != std::string_view::npos; ++at)
        whole = says(title.substr(0, at)) && says(title.substr(at + 1));
      if (!whole) cut += step.title + '\n';
    }
  }
  CHECK_MESSAGE(cut.empty(), cut);
}

TEST_CASE("the last good lecture stays when its file is saved with a fault, and the trouble is said with its line") {
  const test::Scratch scratch;
  const std::string file = (scratch.path / "mine.json").string();
  write_file(file, std::string(two_steps));
  Given given(two_steps, file);
  given.key(GLFW_KEY_PAGE_DOWN);
  std::string bad(two_steps);
  bad.replace(bad.find("\"steps\": ["), 10, std::string_view("\"steps\": {"));
  write_file(file, bad);
  given.wait_for([](const Lectern& of) { return !of.trouble.empty(); });
  const Lectern& lectern = *given.window.shell.lectern();
  CHECK(lectern.trouble.find("the lecture goes on as it was") != std::string::npos);
  CHECK(lectern.trouble.find("mine.json:") != std::string::npos);
  CHECK(lectern.player.lecture().steps.size() == 2);
  write_file(file, std::string(two_steps));
  given.wait_for([](const Lectern& of) { return of.trouble.empty(); });
  CHECK(given.window.shell.lectern()->trouble.empty());
}

TEST_CASE("of twenty presses in a second those within 150 ms of one that counted are none, each other goes on by one") {
  std::string text = R"({"lecture": 1, "title": "T", "steps": [)";
  for (int i = 0; i < 30; ++i)
    text += fmt::format(R"({}{{"id": "s{}", "title": "S", "text": ["x"], "show": "pair"}})", i > 0 ? "," : "", i);
  Player player(read(text + "]}"), first_scene());
  int counted = 0;
  double last = -1;
  for (int i = 0; i < 20; ++i) {
    const double now = 10 + 0.048 * i;
    player.press(now);
    if (now - last >= 0.15) ++counted, last = now;
  }
  CHECK(static_cast<int>(player.step_number()) == counted);
  CHECK(counted >= 5);
}
