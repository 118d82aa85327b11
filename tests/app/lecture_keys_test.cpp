// What keys do while a lecture is given, beside those of the player: what is open closes first, help is about the
// lecture, and a lecture that was left goes on.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <GLFW/glfw3.h>

#include "app/lecture/lecture_scene.h"
#include "app/scene/actions.h"
#include "app/shell/shell.h"
#include "core/lecture/lecture.h"
#include "tests/app/headless.h"

using namespace ropescope;

namespace {

/// A lecture in a window, and a hand on its keys.
struct Given {
  test::Headless window;
  double now = 100;

  explicit Given(std::string_view text, int width = 1280, int height = 720) : window(width, height, first_scene()) {
    lecture::Lecture lecture = lecture::read_lecture(text, scene_rules());
    REQUIRE(lecture.readable);
    window.shell.set_lecture_clock([this] { return now; });
    window.shell.begin_lecture(std::move(lecture), "");
    frames();
  }
  void frames(int count = 3) {
    for (int i = 0; i < count; ++i) window.frame(true);
  }
  void key(int key, int modifiers = 0) {
    window.shell.perform(window.shell.key(key, modifiers));
    now += 1;
    frames();
  }
};

/// What a lecture needs and no more.
constexpr std::string_view least =
    R"({"lecture": 1, "title": "Least", "steps": [{"id": "a", "title": "One", "show": ["score"]}]})";

} // namespace

TEST_CASE("a lecture that has no more than it needs is given with every key, seen on either display") {
  for (const bool presented : {false, true}) {
    Given given(least);
    given.window.shell.present(presented);
    for (const int key : {GLFW_KEY_N, GLFW_KEY_A, GLFW_KEY_A, GLFW_KEY_O, GLFW_KEY_O, GLFW_KEY_C, GLFW_KEY_V,
                          GLFW_KEY_X, GLFW_KEY_PAGE_DOWN, GLFW_KEY_PAGE_DOWN, GLFW_KEY_PAGE_UP, GLFW_KEY_HOME,
                          GLFW_KEY_PERIOD, GLFW_KEY_PERIOD, GLFW_KEY_N, GLFW_KEY_F1, GLFW_KEY_F1, GLFW_KEY_T}) {
      CAPTURE(key);
      given.key(key);
      CHECK(given.window.shell.in_lecture());
    }
  }
}

TEST_CASE("Escape in a lecture closes what lies over the stage, one thing at a time, and the lecture last") {
  for (const auto& [opens, modifiers] : {std::pair{GLFW_KEY_P, int{GLFW_MOD_CONTROL}},
                                         {GLFW_KEY_M, int{GLFW_MOD_CONTROL}},
                                         {GLFW_KEY_E, int{GLFW_MOD_CONTROL}},
                                         {GLFW_KEY_F1, 0},
                                         {GLFW_KEY_O, 0},
                                         {GLFW_KEY_X, 0}}) {
    const auto& of_opens = opens;
    CAPTURE(of_opens);
    Given given(embedded_lectures().front().text);
    given.key(opens, modifiers);
    given.key(GLFW_KEY_ESCAPE);
    CHECK(given.window.shell.in_lecture());
    CHECK(!given.window.shell.close_what_is_open());
    given.key(GLFW_KEY_ESCAPE);
    CHECK(!given.window.shell.in_lecture());
  }
}

TEST_CASE("help in a lecture lies over the stage, names every key that a lecture takes, and fits") {
  for (const auto& [width, height] : {std::pair{800, 480}, {1280, 720}, {1920, 1080}}) {
    const auto& of_width = width;
    CAPTURE(of_width);
    Given given(embedded_lectures().front().text, width, height);
    given.key(GLFW_KEY_F1);
    REQUIRE(given.window.shell.help_open());
    for (int pages = 0; given.window.shell.help_open(); ++pages) {
      REQUIRE(pages < 20);
      given.frames();
      const canvas::Rect area = given.window.shell.help_size().area;
      CHECK(area.least.x >= 0);
      CHECK(area.least.y >= 0);
      CHECK(area.greatest.x <= static_cast<float>(width));
      CHECK(area.greatest.y <= static_cast<float>(height));
      given.key(GLFW_KEY_F1);
    }
    const std::string said = shell::Shell::help_text(true);
    for (const std::string_view key :
         {"Page Down →\t", "\nPage Up ←\t", "\nHome\t", "\nO\t", "\nN\t", "\nA\t", "\nC\t", "\nV\t", "\nX\t"})
      CHECK_MESSAGE(said.find(key) != std::string::npos, key);
  }
}

TEST_CASE("a lecture that was left goes on by F5 at the step where it was, and one that was over begins again") {
  Given given(embedded_lectures()[1].text);
  const auto step = [&] { return given.window.shell.lectern()->player.step_number(); };
  while (step() < 2) given.key(GLFW_KEY_PAGE_DOWN);
  given.key(GLFW_KEY_ESCAPE);
  REQUIRE(!given.window.shell.in_lecture());
  given.key(GLFW_KEY_F5);
  REQUIRE(given.window.shell.in_lecture());
  CHECK(step() == 2);
  CHECK(given.window.shell.lectern()->player.lecture().title == "Stretching the context");
  const std::size_t count = given.window.shell.lectern()->player.lecture().steps.size();
  for (std::size_t i = 0; i < 2 * count; ++i) given.key(GLFW_KEY_PAGE_DOWN);
  given.key(GLFW_KEY_F5);
  given.key(GLFW_KEY_F5);
  CHECK(step() == 0);
}

TEST_CASE("each lecture of the program is begun by an action that is called as it is") {
  const auto all = embedded_lectures();
  for (std::size_t i = 0; i < all.size(); ++i) {
    const lecture::Lecture lecture = lecture::read_lecture(all[i].text, scene_rules());
    const Action& begins = action(fmt::format("lecture.{}", i + 1));
    CHECK(begins.title == fmt::format("Lecture {}: {}", i + 1, lecture.title));
    test::Headless window(1280, 720, first_scene());
    Scene scene = window.shell.scene();
    window.shell.perform(begins.apply(scene));
    REQUIRE(window.shell.in_lecture());
    CHECK(window.shell.lectern()->player.lecture().title == lecture.title);
  }
}
