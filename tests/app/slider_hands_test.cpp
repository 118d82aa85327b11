// Sliders and messages under the hand: what a wheel leaves alone, what a double click and Ctrl+click do to a knob of
// two, and when a message goes.

#include <GLFW/glfw3.h>

#include "app/scene/scene_json.h"
#include "tests/app/gestures.h"
#include "tests/app/picture_hand.h"
#include "tests/app/window_hand.h"

using namespace ropescope;

namespace {

double number(const Scene& scene, std::string_view key) { return std::get<double>(get(scene, *find_property(key))); }

/// A notch of the wheel over a control.
void wheel(test::WindowHand& hand, std::string_view control, bool ctrl) {
  const ImVec2 at = hand.control(control).centre();
  compat::hand({.at = at, .ctrl = ctrl});
  hand.frames();
  compat::hand({.at = at, .wheel = 1, .ctrl = ctrl});
  hand.frames(1);
  compat::hand({.at = at});
  hand.frames();
}

} // namespace

TEST_CASE("the wheel changes a slider with Ctrl alone, whether the panel scrolls or not") {
  for (const auto& [width, height] : {std::pair{1600, 1200}, {1280, 600}}) {
    test::WindowHand hand(width, height);
    const auto& of_height = height;
    CAPTURE(of_height);
    for (const char* key : {"base", "factor"}) {
      const double before = number(hand.scene(), key);
      const auto area = hand.window.shell.control(key);
      if (!area || area->greatest.y > static_cast<float>(height)) continue; // scrolled out of sight
      wheel(hand, key, false);
      CHECK(number(hand.scene(), key) == before);
      wheel(hand, key, true);
      CHECK(number(hand.scene(), key) != before);
    }
  }
}

TEST_CASE("of two knobs on a line a double click gives the nearer one its own value, and Ctrl+click types it") {
  test::Headless window(1600, 1200);
  test::Hand hand(window);
  const auto fast = [&] { return number(window.shell.scene(), "yarn.beta_fast"); };
  const auto slow = [&] { return number(window.shell.scene(), "yarn.beta_slow"); };
  hand.drag("beta_slow", {0.9f, 0.5f}, {0.97f, 0.5f});
  const double dragged = fast();
  CHECK(dragged != 32);
  hand.settle();
  for (int i = 0; i < 40; ++i) window.frame(false); // a press just after another one would be a double click
  hand.double_click("beta_slow", {0.95f, 0.5f});
  hand.settle();
  CHECK(fast() == 32);
  CHECK(slow() == 1);
  hand.ctrl_click("beta_slow");
  hand.press("ctrl+a");
  hand.type("7");
  hand.press("Return");
  hand.settle();
  CHECK((fast() == 7) != (slow() == 7));
}

TEST_CASE("a refused value is forgotten with the next one that is taken; other messages go by Esc, and after seconds") {
  test::Headless window(1600, 1200);
  test::Hand hand(window);
  const auto refuse = [&] {
    hand.ctrl_click("base");
    hand.press("ctrl+a");
    hand.type("-5");
    hand.press("Return");
    hand.settle();
    CHECK_FALSE(window.shell.message().empty());
  };
  refuse();
  hand.press("Right");
  hand.settle();
  CHECK(window.shell.message().empty());
  window.shell.say("something went wrong");
  CHECK(window.shell.close_what_is_open());
  CHECK(window.shell.message().empty());
  window.shell.say("something went wrong");
  REQUIRE(window.shell.due_in());
  CHECK(*window.shell.due_in() < 15);
  window.shell.pass(20);
  CHECK(window.shell.message().empty());
}

TEST_CASE("pairs have keys that every keyboard types, and the carpet's key shows the other map") {
  test::WindowHand hand(800, 600, first_scene());
  hand.key(GLFW_KEY_K);
  CHECK(hand.scene().pair == 21);
  hand.key(GLFW_KEY_J);
  hand.key(GLFW_KEY_J);
  CHECK(hand.scene().pair == 19);
  hand.key(GLFW_KEY_C);
  CHECK(hand.scene().options == first_scene().options);
  Scene carpet = hand.scene();
  carpet.view = "carpet";
  hand.window.shell.show(carpet);
  hand.key(GLFW_KEY_C);
  CHECK(hand.scene().options.flag(*find_property("carpet.without")));
}

TEST_CASE("the grip of YaRN's edge is where its blend begins, at a whole pair") {
  test::PictureHand hand(default_scene(), "wavelengths");
  Scene scene = hand.scene();
  const float fast = hand.control("wavelengths beta_fast").centre().x,
              slow = hand.control("wavelengths beta_slow").centre().x;
  scene.pair = 20;
  hand.window.shell.show(scene);
  hand.frames(3);
  CHECK(std::abs(hand.control("wavelengths pair").centre().x - fast) < 1);
  scene.pair = 46;
  hand.window.shell.show(scene);
  hand.frames(3);
  CHECK(std::abs(hand.control("wavelengths pair").centre().x - slow) < 1);
}

TEST_CASE("dials of a stale cache show a pair that both tables turn apart, and say so") {
  test::PictureHand hand(default_scene(), "stale-cache");
  CHECK(hand.alone().says("whose hand points most wrongly"));
  Scene scene = default_scene();
  scene.pair = 50; // off by itself
  test::PictureHand chosen(scene, "stale-cache");
  CHECK_FALSE(chosen.alone().says("whose hand points most wrongly"));
}

TEST_CASE("titles say what a scheme does, and words what is measured") {
  CHECK(test::PictureHand(default_scene(), "wavelengths").alone().says("YaRN leaves fast pairs"));
  CHECK(test::PictureHand(default_scene(), "wavelengths").alone().says("kept as trained"));
  CHECK(test::PictureHand(first_scene(), "wavelengths").alone().says("18 of 64 pairs need more tokens for a turn"));
  CHECK(test::PictureHand(default_scene(), "attention").alone().says("only distance counts"));
  CHECK_FALSE(test::PictureHand(default_scene(), "neighbours").alone().says("lost"));
}
