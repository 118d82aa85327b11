#include <string>

#include <GLFW/glfw3.h>
#include <doctest/doctest.h>

#include "app/lecture/lectern.h"
#include "app/lecture/lecture_scene.h"
#include "app/lecture/player.h"
#include "app/lecture/stage.h"
#include "core/lecture/lecture.h"

using namespace ropescope;

namespace {

/// Three steps: one with a motion of m and of the base, one without, one with a motion of a word and a range.
const char* const three_steps = R"({
  "lecture": 1, "title": "T", "minutes": 3,
  "start": {"model": "llama-2-7b", "m": 10, "n": 0, "base": 10000},
  "steps": [
    {"id": "one", "title": "One", "text": ["a *b*"], "show": "pair",
     "pose": {"m": 0}, "then": {"m": 100, "base": 1000000, "ms": 400}, "ask": "Why?", "seconds": 60},
    {"id": "two", "title": "Two", "text": ["a"], "show": "pair", "pose": {"m": 7}, "seconds": 60},
    {"id": "three", "title": "Three", "text": ["a"], "show": ["score", "pair"],
     "pose": {"score": {"x": [1, 100]}}, "then": {"scheme": "yarn", "score": {"x": [1, 10000]}, "ms": 200}, "seconds": 60}
  ]
})";

Player player() { return Player(lecture::read_lecture(three_steps), first_scene()); }

/// Presses at times that are far enough apart, and lets each motion end.
void press_to_rest(Player& p, double& now) {
  p.press(now += 1);
  p.advance(now += 1);
}

} // namespace

TEST_CASE("presses go through a lecture: pose, motion, and the next step; a step without a motion has one press") {
  Player p = player();
  double now = 0;
  CHECK(p.step().id == "one");
  CHECK_FALSE(p.answered());
  CHECK(p.scene().m == 0);
  press_to_rest(p, now);
  CHECK(p.step().id == "one");
  CHECK(p.answered());
  CHECK(p.scene().m == 100);
  CHECK(p.scene().rope.base == 1e6);
  press_to_rest(p, now);
  CHECK(p.step().id == "two");
  CHECK(p.answered());
  CHECK(p.scene().m == 7);
  press_to_rest(p, now);
  CHECK(p.step().id == "three");
  press_to_rest(p, now);
  press_to_rest(p, now); // beyond the last press nothing comes
  CHECK(p.step().id == "three");
  CHECK(p.scene().rope.scaling.rope_type == RopeType::yarn);
}

TEST_CASE("numbers glide on their own scale: positions evenly, bases by equal ratios, and words switch at once") {
  Player p = player();
  p.press(1);
  p.advance(1.2); // half of 400 ms: half of the way, whatever the ease
  CHECK(p.moving());
  CHECK(p.scene().m == 50);
  CHECK(p.scene().rope.base == doctest::Approx(1e5)); // the middle of 10 000 and 1 000 000 by ratio
  CHECK(p.answer_strength() == doctest::Approx(0.5f));
  p.advance(1.1);
  CHECK(p.scene().m < 25); // it begins slowly
  p.advance(1.41);
  CHECK_FALSE(p.moving());
  CHECK(p.scene().m == 100);
  CHECK(p.scene().rope.base == 1e6);
  double now = 10;
  press_to_rest(p, now);
  press_to_rest(p, now);
  p.press(now += 1);
  p.advance(now + 0.02);
  CHECK(p.scene().rope.scaling.rope_type == RopeType::yarn);
}

TEST_CASE("a press during a motion finishes it and does no more, forwards and backwards") {
  Player p = player();
  p.press(1);
  p.press(1.2);
  CHECK_FALSE(p.moving());
  CHECK(p.step().id == "one");
  CHECK(p.scene().m == 100);
  p.back(2);
  CHECK(p.moving());
  p.back(2.2);
  CHECK_FALSE(p.moving());
  CHECK(p.step().id == "one");
  CHECK_FALSE(p.answered());
  CHECK(p.scene().m == 0);
}

TEST_CASE("of two presses within 150 ms one counts, whatever they do") {
  Player p = player();
  p.press(1);
  p.press(1.1);
  CHECK(p.moving()); // the second did not finish the motion
  p.press(1.26);
  CHECK_FALSE(p.moving());
  // Twenty presses in a second, 50 ms apart: each third counts.
  Player q = player();
  int steps = 0;
  for (int i = 0; i < 20; ++i) {
    const bool moved = q.moving(), answered = q.answered();
    const std::size_t step = q.step_number();
    q.press(5 + 0.05 * i);
    steps += moved != q.moving() || answered != q.answered() || step != q.step_number();
  }
  CHECK(steps <= 7);
  CHECK(steps >= 5);
}

TEST_CASE("back goes by one press: first the motion is undone, then the step before is seen at its end") {
  Player p = player();
  double now = 0;
  press_to_rest(p, now);
  press_to_rest(p, now); // two
  p.back(now += 1);
  CHECK(p.step().id == "one");
  CHECK(p.answered());
  CHECK(p.scene().m == 100);
  p.back(now += 1);
  p.advance(now += 1);
  CHECK_FALSE(p.answered());
  CHECK(p.scene().m == 0);
  p.back(now += 1); // before the first press there is nothing
  CHECK(p.step().id == "one");
}

TEST_CASE("what hands did lasts until the step is left, comes back with it, and never goes into the next step") {
  Player p = player();
  double now = 0;
  Scene by_hand = p.scene();
  by_hand.n = 55;
  p.take(by_hand);
  CHECK(p.touched());
  press_to_rest(p, now); // the motion leaves it as it is
  CHECK(p.scene().n == 55);
  CHECK(p.scene().m == 100);
  by_hand = p.scene();
  by_hand.n = 66;
  p.take(by_hand);
  press_to_rest(p, now);
  CHECK(p.step().id == "two");
  CHECK(p.scene().n == 0);
  p.back(now += 1);
  CHECK(p.scene().n == 66);
  p.home();
  CHECK(p.scene().n == 0);
  CHECK(p.answered());
  CHECK_FALSE(p.touched());
  press_to_rest(p, now);
  p.back(now += 1);
  CHECK(p.scene().n == 0);
}

TEST_CASE("a theme that was chosen stays from step to step, and is no hand on the scene") {
  Player p = player();
  double now = 0;
  Scene light = p.scene();
  light.theme = canvas::ThemeName::light;
  p.take(light);
  CHECK_FALSE(p.touched());
  press_to_rest(p, now);
  press_to_rest(p, now);
  CHECK(p.scene().theme == canvas::ThemeName::light);
}

TEST_CASE("a blank stage goes with any press, which does no more, and stops the clock") {
  Player p = player();
  p.press(10); // the clock begins
  p.advance(11);
  p.toggle_blank(20);
  CHECK(p.blank());
  CHECK(p.elapsed(50) == doctest::Approx(10));
  p.press(50);
  CHECK_FALSE(p.blank());
  CHECK(p.step().id == "one");
  CHECK(p.elapsed(60) == doctest::Approx(20));
}

TEST_CASE("keys of a lecture: clickers' and a person's, and none of them repeats") {
  Lectern desk(lecture::read_lecture(three_steps), first_scene(), "");
  double now = 0;
  const auto key = [&](int code, int modifiers = 0, bool repeated = false) {
    const auto came_to = desk.key(code, modifiers, repeated, now += 1);
    desk.player.advance(now += 1);
    return came_to;
  };
  CHECK(key(GLFW_KEY_PAGE_DOWN, 0, true) == Lectern::Key::used);
  CHECK_FALSE(desk.player.answered());
  key(GLFW_KEY_PAGE_DOWN);
  CHECK(desk.player.answered());
  key(GLFW_KEY_RIGHT);
  CHECK(desk.player.step().id == "two");
  key(GLFW_KEY_PAGE_UP);
  key(GLFW_KEY_LEFT);
  CHECK(desk.player.step().id == "one");
  key(GLFW_KEY_3);
  CHECK(desk.digits == "3");
  key(GLFW_KEY_ENTER);
  CHECK(desk.player.step().id == "three");
  key(GLFW_KEY_PERIOD);
  CHECK(desk.player.blank());
  key(GLFW_KEY_ESCAPE);
  CHECK_FALSE(desk.player.blank());
  key(GLFW_KEY_O);
  CHECK(desk.overview);
  key(GLFW_KEY_LEFT);
  key(GLFW_KEY_LEFT);
  key(GLFW_KEY_ENTER);
  CHECK_FALSE(desk.overview);
  CHECK(desk.player.step().id == "one");
  key(GLFW_KEY_N);
  key(GLFW_KEY_A);
  CHECK(desk.answer); // at one display the answer is on the strip first
  key(GLFW_KEY_A);
  CHECK(desk.question);
  CHECK(key(GLFW_KEY_ESCAPE) == Lectern::Key::used);
  CHECK_FALSE(desk.question);
  CHECK(key(GLFW_KEY_L) == Lectern::Key::unused);
  CHECK(key(GLFW_KEY_P, GLFW_MOD_CONTROL) == Lectern::Key::unused);
  CHECK(key(GLFW_KEY_ESCAPE) == Lectern::Key::leave);
  CHECK(key(GLFW_KEY_F5) == Lectern::Key::leave);
}

TEST_CASE("pen strokes belong to the step and press at which they were drawn") {
  Lectern desk(lecture::read_lecture(three_steps), first_scene(), "");
  desk.pen = true;
  desk.strokes_here().push_back({{1, 1}, {2, 2}});
  desk.strokes_here().push_back({{1, 1}, {2, 2}});
  desk.key(GLFW_KEY_Z, GLFW_MOD_CONTROL, false, 1);
  CHECK(desk.strokes_here().size() == 1);
  desk.player.press(2);
  CHECK(desk.strokes_here().empty());
  desk.player.advance(3);
  desk.player.back(4);
  CHECK(desk.strokes_here().size() == 1);
  desk.key(GLFW_KEY_X, GLFW_MOD_SHIFT, false, 5);
  CHECK(desk.strokes_here().empty());
}

TEST_CASE("a lecture that was saved anew goes on at the step of the same name") {
  Player p = player();
  p.jump(1, 1);
  std::string changed = three_steps;
  const std::string_view steps = "\"steps\": [";
  changed.insert(changed.find(steps) + steps.size(),
                 "{\"id\": \"zero\", \"title\": \"Z\", \"text\": [\"a\"], \"show\": \"pair\"},");
  p.replace(lecture::read_lecture(changed));
  CHECK(p.step().id == "two");
  CHECK(p.step_number() == 2);
}

TEST_CASE("pictures of a step share the stage as their file says, and none leaves it") {
  const auto step = lecture::read_lecture(R"({"lecture": 1, "title": "T", "steps": [{"id": "a", "title": "A",
    "text": ["x"], "show": [["phasors*3", "score"], "pair*2"]}]})")
                        .steps.at(0);
  const Rect room{{100, 100}, {1000, 900}};
  const auto placed = place_pictures(step.show, room, 20);
  REQUIRE(placed.size() == 3);
  CHECK(placed[2].area.width() == doctest::Approx(2 * placed[0].area.width()).epsilon(0.01));
  CHECK(placed[0].area.height() == doctest::Approx(3 * placed[1].area.height()).epsilon(0.01));
  for (const PlacedPicture& picture : placed) {
    CHECK(picture.area.least.x >= room.least.x);
    CHECK(picture.area.greatest.x <= room.greatest.x);
    CHECK(picture.area.greatest.y <= room.greatest.y);
  }
}

TEST_CASE("no letter of a stage is smaller than 22 pixels at 1920 by 1080, and all shrink and grow with it") {
  constexpr float smallest = 13; // of the typefaces at scale 1
  CHECK(smallest * stage_scale({1920, 1080}) >= 22);
  CHECK(stage_scale({1280, 720}) == doctest::Approx(stage_scale({1920, 1080}) * 2 / 3));
  CHECK(stage_scale({1280, 1080}) == doctest::Approx(stage_scale({1280, 720})));
}
