// The maps of attention under the hand, and in a table.
#include <cmath>
#include <sstream>

#include <doctest/doctest.h>

#include "app/canvas/imgui_compat.h"
#include "app/scene/presets.h"
#include "app/scene/property.h"
#include "tests/app/headless.h"
#include "tests/app/plot_scene.h"
#include "tests/run_program.h"

using namespace ropescope;

namespace {

Scene attention() {
  Scene scene = default_scene(); // YaRN, and PI the first beside it
  scene.view = "attention";
  scene.m = 150, scene.n = 113;
  return scene;
}

void mouse(test::Headless& window, ImVec2 at, bool pressed, float wheel = 0) {
  compat::mouse(at, pressed, wheel);
  window.frame(false);
  window.frame(false);
}

void click(test::Headless& window, ImVec2 at) {
  for (const bool pressed : {false, true, false}) mouse(window, at, pressed);
}

void drag(test::Headless& window, ImVec2 from, ImVec2 to) {
  mouse(window, from, false);
  mouse(window, from, true);
  for (const float part : {0.3f, 0.7f, 1.0f})
    mouse(window, {from.x + part * (to.x - from.x), from.y + part * (to.y - from.y)}, true);
  mouse(window, to, false);
}

canvas::Rect area_of(const test::Headless& window, std::string_view key) {
  const auto area = window.shell.control(key);
  CAPTURE(std::string(key));
  REQUIRE(area);
  return *area;
}

/// The middle of a cell of a map of 180 tokens.
ImVec2 cell(canvas::Rect map, int m, int n) {
  return {map.least.x + map.width() * (static_cast<float>(n) + 0.5f) / 180,
          map.least.y + map.height() * (static_cast<float>(m) + 0.5f) / 180};
}

} // namespace

TEST_CASE("attention's table has every query with every key before it, under each scheme") {
  const test::Scratch scratch;
  REQUIRE(test::run_program(scratch, "render --picture attention --model llama-2-7b --scheme yarn --factor 16 --pose "
                                     "compare=linear --out a.csv")
              .status == 0);
  std::istringstream text(read_file(scratch.path / "a.csv", std::uintmax_t{1} << 26));
  std::size_t lines = 0;
  bool found = false;
  for (std::string line; std::getline(text, line);) {
    if (line.starts_with("#")) continue;
    if (line.starts_with("m,")) {
      CHECK(line == "m,n,yarn,linear,none");
      continue;
    }
    ++lines;
    int m = 0, n = 0;
    double yarn = 0, linear = 0, none = 0;
    REQUIRE(std::sscanf(line.c_str(), "%d,%d,%lf,%lf,%lf", &m, &n, &yarn, &linear, &none) == 5);
    CHECK(n <= m);
    if (m != 150 || n != 113) continue;
    found = true;
    CHECK(std::abs(yarn - 0.57487) < 6e-6);
    CHECK(std::abs(linear - 0.87020) < 6e-6);
    CHECK(std::abs(none - 0.553235) < 1e-6);
  }
  CHECK(lines == 180 * 181 / 2);
  CHECK(found);
}

TEST_CASE("a click on a map chooses query and key, in whichever map") {
  test::Headless window(1600, 1000, attention());
  window.frame(false);
  window.frame(false);
  for (const char* map : {"attention map", "attention map 2", "attention map 3"}) {
    click(window, cell(area_of(window, map), 120, 40));
    CHECK(std::abs(window.shell.scene().m - 120) <= 1);
    CHECK(std::abs(window.shell.scene().n - 40) <= 1);
    for (int i = 0; i < 40; ++i) window.frame(false); // no double click
    click(window, cell(area_of(window, map), 90, 80));
    CHECK(std::abs(window.shell.scene().m - 90) <= 1);
    CHECK(std::abs(window.shell.scene().n - 80) <= 1);
    for (int i = 0; i < 40; ++i) window.frame(false);
    click(window, cell(area_of(window, map), 40, 100)); // no query sees this key
    CHECK(std::abs(window.shell.scene().m - 90) <= 1);
    for (int i = 0; i < 40; ++i) window.frame(false);
  }
}

TEST_CASE("the ring slides along its diagonal: query and key move together, and the distance stays") {
  test::Headless window(1600, 1000, attention());
  window.frame(false);
  window.frame(false);
  const canvas::Rect map = area_of(window, "attention map");
  drag(window, cell(map, 150, 113), cell(map, 90, 53));
  CHECK(window.shell.scene().m - window.shell.scene().n == 37);
  CHECK(std::abs(window.shell.scene().m - 90) <= 2);
  // Across the diagonal nothing moves, and no further than the first key.
  const canvas::Rect ring = area_of(window, "attention ring");
  drag(window, ring.centre(), {ring.centre().x - 400, ring.centre().y - 400});
  CHECK(window.shell.scene().n == 0);
  CHECK(window.shell.scene().m == 37);
}

TEST_CASE("a map's title dragged onto the other map: the two schemes change places") {
  test::Headless window(1600, 1000, attention());
  window.frame(false);
  window.frame(false);
  const RopeType second = window.shell.derived().series()[1].config.scaling.rope_type;
  drag(window, area_of(window, "attention first").centre(), area_of(window, "attention map 2").centre());
  window.frame(false);
  CHECK(window.shell.scene().rope.scaling.rope_type == second);
  drag(window, area_of(window, "attention second").centre(), area_of(window, "attention map").centre());
  window.frame(false);
  CHECK(window.shell.scene().rope.scaling.rope_type == RopeType::yarn);
}

TEST_CASE("a rival that is clicked becomes the second map, and RoPE brings the scheme back") {
  test::Headless window(1600, 1000, attention());
  window.frame(false);
  window.frame(false);
  const Property& second = *find_property("attention.second");
  for (const char* name : {"sinusoidal", "alibi"}) {
    click(window, area_of(window, std::string("rival ") + name).centre());
    CHECK(window.shell.scene().options[second] == Value(std::string(name)));
    CHECK(window.shell.message().empty());
  }
  click(window, area_of(window, "rival none").centre());
  CHECK(window.shell.scene().options[second] == Value(std::string("no positions")));
  click(window, area_of(window, "rival rope").centre());
  CHECK(is_null(window.shell.scene().options[second]));
}

TEST_CASE("the words below the maps choose which tokens and which numbers they show") {
  test::Headless window(1600, 1000, attention());
  window.frame(false);
  window.frame(false);
  for (const char* content : {"random", "needle", "rows", "same"}) {
    click(window, area_of(window, std::string("attention ") + content).centre());
    CHECK(window.shell.scene().options[*find_property("attention.content")] == Value(std::string(content)));
  }
  click(window, area_of(window, "attention softmax").centre());
  CHECK(window.shell.scene().options.is(*find_property("attention.show"), "softmax"));
  click(window, area_of(window, "attention score").centre());
  CHECK(window.shell.scene().options.is(*find_property("attention.show"), "score"));
}

TEST_CASE("the maps zoom together, and the key's line in the row below is dragged") {
  test::Headless window(1600, 1000, attention());
  window.frame(false);
  window.frame(false);
  const canvas::Rect line = area_of(window, "attention row n");
  drag(window, line.centre(), {line.centre().x - 100, line.centre().y});
  CHECK(window.shell.scene().n < 100);
  CHECK(window.shell.scene().m == 150);
  mouse(window, area_of(window, "attention map 2").centre(), false, 5);
  CHECK(window.shell.scene().options.range(*find_property("attention.x")));
  CHECK(window.shell.scene().options.range(*find_property("attention.y")));
}

TEST_CASE("maps of 4096 tokens are drawn, random ones of fewer, under every content and both kinds of numbers") {
  test::Headless window(1280, 800, attention());
  for (const char* content : {"same", "random", "needle"})
    for (const char* show : {"score", "softmax"}) {
      Scene scene = attention();
      set(scene, *find_property("attention.tokens"), 4096.0);
      set(scene, *find_property("attention.content"), std::string(content));
      set(scene, *find_property("attention.show"), std::string(show));
      window.shell.show(scene);
      window.frame(false);
      CHECK(window.shell.message().empty());
    }
}
