// What moves by itself in the window: the helix on its way to its end, and what lies above a message that goes.
#include <cmath>

#include <GLFW/glfw3.h>
#include <doctest/doctest.h>

#include "app/canvas/imgui_compat.h"
#include "app/scene/property.h"
#include "tests/app/headless.h"

using namespace ropescope;

namespace {

Scene seen(std::string_view view) {
  Scene scene = first_scene();
  scene.view = view;
  return scene;
}

void frames(test::Headless& window, int count, ImVec2 mouse) {
  for (int i = 0; i < count; ++i) {
    compat::hand({.at = mouse});
    window.frame(true);
  }
}

} // namespace

TEST_CASE("the helix swings to its end within 400 ms; the scene is there at once, in one step") {
  test::Headless window(1600, 1000, seen("helix"));
  frames(window, 3, {1, 1});
  const auto plane = [&] { return window.shell.control("helix m").value().centre().x; };
  const float home = plane();
  const int steps = window.shell.history().steps();
  window.shell.key(GLFW_KEY_E, 0);
  CHECK(window.shell.scene().options.number(*find_property("helix.yaw")) == 90);
  std::vector<float> way;
  for (int i = 0; i < 30; ++i) {
    frames(window, 1, {1, 1});
    if (window.shell.control("helix m")) way.push_back(plane());
  }
  REQUIRE(way.size() > 5);
  CHECK(std::abs(way.front() - home) < 12); // it begins where it was
  CHECK(std::abs(way[way.size() / 2] - way.front()) > 1);
  CHECK(!window.shell.only_waits());
  const float end = plane();
  frames(window, 5, {1, 1});
  CHECK(plane() == end); // and rests
  CHECK(static_cast<int>(window.shell.history().steps()) == steps + 1);
}

TEST_CASE("where a message went by itself nothing moves under the hand until the mouse is elsewhere") {
  test::Headless window(1600, 1000, seen("carpet"));
  const ImVec2 on_stage{900, 500}, on_bar{900, 5};
  frames(window, 3, on_stage);
  const auto foot = [&] { return window.shell.control("carpet beside").value().greatest.y; };
  const float before = foot();
  window.shell.say("a sentence");
  frames(window, 2, on_stage);
  const float above = foot();
  CHECK(above < before - 20);
  for (int i = 0; i < 14; ++i) {
    compat::hand({.at = on_stage});
    window.frame(true, 1.0f);
  }
  CHECK(window.shell.message().empty());
  CHECK(foot() == above);
  frames(window, 3, on_bar);
  CHECK(foot() == before);
}
