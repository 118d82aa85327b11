// The groups of views in the bar, and what the panel and the bar hold on to: the rows of pictures are iterated.

#include <algorithm>
#include <set>

#include <GLFW/glfw3.h>
#include <doctest/doctest.h>

#include "app/canvas/imgui_compat.h"
#include "app/scene/actions.h"
#include "app/scene/picture.h"
#include "core/rope/scheme.h"
#include "tests/app/headless.h"
#include "tests/app/monkey.h"

using namespace ropescope;

namespace {

constexpr std::size_t group_count = std::size(group_rows);

/// The views that the bar offers of a group, in the order of the rows.
std::vector<std::string_view> views_of(Group group) {
  std::vector<std::string_view> views;
  for (const Picture* picture : all_pictures())
    if (picture->group == group && !picture->tab.empty()) views.push_back(picture->name);
  return views;
}

void click(test::Headless& window, std::string_view key) {
  CAPTURE(key);
  const auto area = window.shell.control(key);
  REQUIRE(area);
  for (const bool pressed : {false, true, false}) {
    compat::mouse(area->centre(), pressed, 0);
    window.frame(false);
    window.frame(false);
  }
}

} // namespace

TEST_CASE("a group's key shows its first view, then the next one, and after the last the first again") {
  for (std::size_t g = 0; g < group_count; ++g) {
    CAPTURE(group_rows[g].title);
    const auto views = views_of(static_cast<Group>(g));
    const Action* action = action_for_key(GLFW_KEY_1 + static_cast<int>(g), 0);
    if (views.empty()) { // a group without a picture is not shown, and the others keep their keys
      CHECK(!action);
      continue;
    }
    REQUIRE(action);
    CHECK(action->name == group_rows[g].name);
    Scene scene = first_scene();
    scene.view = views_of(g == 0 ? Group::rotations : Group::overview).front();
    for (std::size_t press = 0; press < 2 * views.size(); ++press) {
      action->apply(scene);
      CHECK(scene.view == views[press % views.size()]);
    }
  }
}

TEST_CASE("every view of the bar has an action of its name, without a key of its own") {
  std::set<std::string_view> names;
  for (const Action& a : actions()) CHECK(names.insert(a.name).second);
  for (const Picture* picture : all_pictures()) {
    if (picture->tab.empty()) continue;
    CAPTURE(picture->name);
    Scene scene = first_scene();
    scene.view = "score";
    action(picture->name).apply(scene);
    CHECK(scene.view == picture->name);
    CHECK(key_name(action(picture->name)).empty());
  }
}

TEST_CASE("the bar offers every group that has a view, and of the group that is shown every view") {
  for (const Picture* shown : all_pictures()) {
    Scene scene = first_scene();
    scene.view = shown->name;
    test::Headless window(1600, 900, scene);
    window.frame(false);
    CAPTURE(shown->name);
    for (std::size_t g = 0; g < group_count; ++g) {
      CAPTURE(group_rows[g].title);
      CHECK(window.shell.control(group_rows[g].name).has_value() == !views_of(static_cast<Group>(g)).empty());
    }
    for (const std::string_view view : views_of(shown->group)) CHECK(window.shell.control(view));
  }
  test::Headless window(1600, 900, first_scene());
  window.frame(false);
  click(window, "group.rotations");
  CHECK(window.shell.scene().view == "rotations");
  click(window, "pair");
  CHECK(window.shell.scene().view == "pair");
  for (const Picture* shown = find_picture("pair"); shown->name != "rotations";) {
    shown = next_view(Group::rotations, *shown);
    click(window, "group.rotations"); // as its key: the next one, and after the last the first
    CHECK(window.shell.scene().view == shown->name);
  }
}

TEST_CASE("no button moves under the hand that pressed it: neither a scheme's nor one of the comparison") {
  for (const auto& [width, height] : {std::pair{1600, 1000}, std::pair{1280, 720}, std::pair{1400, 800}}) {
    test::Headless window(width, height, first_scene());
    for (const Scheme* first : all_schemes())
      for (const Scheme* second : all_schemes()) {
        if (!first->offered || !second->offered || first == second) continue;
        Scene scene = first_scene();
        choose_scheme(scene, first->type);
        window.shell.show(scene);
        for (const float notches : {0.0f, 50.0f, 0.0f, 0.0f}) { // the panel at its beginning
          compat::mouse({40, 70}, false, notches);
          window.frame(false);
        }
        if (height < 1000) { // and where the panel is scrolled to its end
          const canvas::Rect base = window.shell.control("base").value();
          for (const float notches : {0.0f, -50.0f, 0.0f}) {
            compat::mouse(base.centre(), false, notches);
            window.frame(false);
          }
          window.frame(false);
          CHECK(window.shell.control("base")->least.y < base.least.y);
          CHECK(window.shell.scene() == scene); // the wheel scrolls, it does not set what it passes
        }
        const auto places = [&] {
          std::vector<canvas::Rect> all;
          for (const Scheme* scheme : all_schemes())
            if (const auto area = window.shell.control(std::string("scheme ") + std::string(scheme->choice())))
              all.push_back(*area);
          return all;
        };
        const auto before = places();
        CHECK(before.size() > 5);
        Scene next = window.shell.scene();
        choose_scheme(next, second->type);
        window.shell.show(next);
        window.frame(false);
        window.frame(false);
        const auto after = places();
        CAPTURE(first->title);
        CAPTURE(second->title);
        REQUIRE(after.size() == before.size());
        for (std::size_t i = 0; i < before.size(); ++i) {
          CHECK(after[i].least.x == before[i].least.x);
          CHECK(after[i].least.y == before[i].least.y);
        }
      }
  }
}

TEST_CASE("type grows with zoom and with the screen's scale alone, by Ctrl and +, =, − and 0") {
  test::Headless window(1600, 1000, first_scene());
  const auto body = [&] {
    window.frame(false);
    return compat::font_size(window.shell.fonts().body);
  };
  const auto least = [&] {
    const canvas::Fonts& f = window.shell.fonts();
    float size = 1e9f;
    for (const ImFont* font : {f.body, f.small, f.heading, f.bold, f.title, f.large, f.mono, f.mono_small})
      size = std::min(size, compat::font_size(font));
    return size;
  };
  const float usual = body();
  CHECK(least() >= 13);
  for (const auto& [width, height] : {std::pair{800, 480}, std::pair{3840, 2160}, std::pair{1920, 480}}) {
    window.resize(width, height);
    CHECK(body() == usual);
  }
  window.resize(1600, 1000);
  for (const int modifiers : {GLFW_MOD_CONTROL, GLFW_MOD_CONTROL | GLFW_MOD_SHIFT})
    for (const int key : {GLFW_KEY_EQUAL, key_by_letter(GLFW_KEY_KP_ADD, "+")}) {
      window.shell.perform(window.shell.key(GLFW_KEY_0, GLFW_MOD_CONTROL));
      CHECK(body() == usual);
      window.shell.perform(window.shell.key(key, modifiers));
      CHECK(window.shell.zoom() > 1);
      CHECK(body() > usual);
    }
  for (int i = 0; i < 30; ++i) window.shell.perform(window.shell.key(GLFW_KEY_EQUAL, GLFW_MOD_CONTROL));
  CHECK(window.shell.zoom() == 3);
  for (int i = 0; i < 30; ++i) window.shell.perform(window.shell.key(GLFW_KEY_MINUS, GLFW_MOD_CONTROL));
  CHECK(window.shell.zoom() == 0.75f);
  window.shell.set_zoom(1);
  window.shell.set_scale(2);
  CHECK(body() == 2 * usual);
}

TEST_CASE("below 1100 the panel is a rail, and its key brings it over the stage and takes it away") {
  test::Headless window(1000, 700, first_scene());
  window.frame(false);
  CHECK(window.shell.control("panel"));
  CHECK(!window.shell.control("base"));
  const canvas::Rect stage = window.shell.control("stage").value();
  const Action& panel = action("panel");
  window.shell.key(panel.key, panel.modifiers);
  window.frame(false);
  CHECK(window.shell.control("base"));
  CHECK(window.shell.control("stage")->least.x == stage.least.x); // it lies over the stage, which stays
  CHECK(window.shell.close_what_is_open());
  window.frame(false);
  CHECK(!window.shell.control("base"));
  CHECK(window.shell.scene().panel);
  window.resize(1100, 700);
  window.frame(false);
  CHECK(window.shell.control("base"));
}

TEST_CASE("a mouse that moves over nothing needs no frame; over whatever answers to it, it does") {
  const test::MonkeyFiles files;
  for (const Picture* picture : all_pictures()) {
    Scene scene = picture->needs_files ? files.with_kernel(default_scene(), true) : default_scene();
    scene.view = picture->name;
    test::Headless window(1600, 1000, scene);
    compat::mouse({1, 999}, false, 0); // in a corner, where there is nothing
    window.frame(false);
    window.frame(false);
    CAPTURE(picture->name);
    CHECK(!window.shell.reacts_to({2, 998}));
    CHECK(!window.shell.reacts_to({700, 2}));   // above the tabs
    CHECK(!window.shell.reacts_to({314, 500})); // between panel and stage
    for (const char* key : {"base", "m", "theme", "badge", "group.score"}) {
      CAPTURE(key);
      const auto area = window.shell.control(key);
      REQUIRE(area);
      CHECK(window.shell.reacts_to(area->centre()));
    }
    if (picture->compares || picture->columns) {
      const canvas::Rect stage = window.shell.control("stage").value();
      bool reacts = false; // a plot lies somewhere in the middle
      for (const float down : {-150.0f, 60.0f, 160.0f})
        reacts = reacts || window.shell.reacts_to({stage.least.x + 300, stage.centre().y + down});
      CHECK(reacts);
    }
    // What the mouse leaves needs a frame once more.
    compat::mouse(window.shell.control("base")->centre(), false, 0);
    window.frame(false);
    CHECK(window.shell.reacts_to({2, 998}));
  }
}
