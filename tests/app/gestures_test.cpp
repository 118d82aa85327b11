#include "tests/app/gestures.h"

#include <cmath>
#include <cstdlib>
#include <functional>

#include <GLFW/glfw3.h>
#include <doctest/doctest.h>

#include "app/scene/scene_json.h"
#include "core/io/file.h"
#include "tests/scratch.h"

using namespace ropescope;
using test::Hand;

namespace {

/// What a person does, and what is then so of the scene.
struct Gesture {
  const char* what;
  std::function<void(Hand&)> deed;
  std::function<bool(const Scene& before, const Scene& after)> so;
};

std::string words(const Scene& scene, std::string_view key) {
  const Property* property = find_property(key);
  CAPTURE(key);
  REQUIRE(property);
  return value_words(*property, get(scene, *property));
}

/// A property has a value, in words.
auto is(const char* key, const char* value) {
  return [=](const Scene&, const Scene& after) {
    const std::string seen = words(after, key);
    CAPTURE(key);
    const std::string wanted = value;
    CHECK(seen == wanted);
    return seen == wanted;
  };
}

/// A property has another value than before.
auto changes(const char* key) {
  return [=](const Scene& before, const Scene& after) { return words(before, key) != words(after, key); };
}

bool nothing(const Scene& before, const Scene& after) { return before == after; }

/// A property has the same value as before, or a greater one.
auto stays(const char* key) {
  return [=](const Scene& before, const Scene& after) { return words(before, key) == words(after, key); };
}
auto grows(const char* key) {
  return [=](const Scene& before, const Scene& after) {
    const Property& row = *find_property(key);
    return std::get<double>(get(after, row)) > std::get<double>(get(before, row));
  };
}

using So = std::function<bool(const Scene&, const Scene&)>;
So all_of(std::vector<So> conditions) {
  return [conditions = std::move(conditions)](const Scene& before, const Scene& after) {
    for (const So& so : conditions)
      if (!so(before, after)) return false;
    return true;
  };
}

/// The base map reaches from 2¹⁰ to 2²¹ tokens and from bases of 10³ (below) to 10⁹.
So at_place_of_map(double across, double down) {
  return [=](const Scene&, const Scene& after) {
    const double tokens = std::get<double>(get(after, *find_property("trained")));
    const double off_x = std::log2(tokens) - (10 + 11 * across), off_y = std::log10(after.rope.base) - (9 - 6 * down);
    CAPTURE(tokens);
    CAPTURE(after.rope.base);
    CHECK(std::abs(off_x) < 0.1);
    CHECK(std::abs(off_y) < 0.05);
    return std::abs(off_x) < 0.1 && std::abs(off_y) < 0.05;
  };
}

auto press(const char* keys) {
  return [=](Hand& hand) { hand.press(keys); };
}
auto click(const char* control) {
  return [=](Hand& hand) { hand.click(control); };
}
auto typed(const char* control, const char* text) {
  return [=](Hand& hand) {
    hand.ctrl_click(control);
    hand.press("ctrl+a");
    hand.type(text);
    hand.press("Return");
  };
}
auto found(const char* text) {
  return [=](Hand& hand) {
    hand.press("ctrl+p");
    hand.type(text);
    hand.press("Return");
  };
}
auto drag(const char* control, Hand::Place from, Hand::Place to) {
  return [=](Hand& hand) { hand.drag(control, from, to); };
}
auto wheel(const char* control, int notches) {
  return [=](Hand& hand) { hand.wheel(control, notches, {0.5f, 0.5f}); };
}
auto both(std::function<void(Hand&)> one, std::function<void(Hand&)> other) {
  return [=](Hand& hand) {
    one(hand);
    other(hand);
  };
}

const std::vector<Gesture>& gestures() {
  static const std::vector<Gesture> list{
      {"→ moves m on", press("Right"), is("m", "138")},
      {"← moves it back", press("Left"), is("m", "137")},
      {"Shift+→ moves m by 16", press("shift+Right"), is("m", "153")},
      {"Ctrl+→ moves m by 1024", press("ctrl+Right"), is("m", "1177")},
      {"undo", press("ctrl+z"), is("m", "153")},
      {"undo again", press("ctrl+z"), is("m", "137")},
      {"redo", press("ctrl+shift+z"), is("m", "153")},
      {"↑ moves n on", press("Up"), is("n", "101")},
      {"↓ moves n back", press("Down"), is("n", "100")},
      {"t changes the theme", press("t"), is("theme", "light")},
      {"t changes it back", press("t"), is("theme", "dark")},
      {"F9 hides the panel", press("F9"), is("panel", "false")},
      {"F9 shows it", press("F9"), is("panel", "true")},
      {"F1 opens the keys", press("F1"), nothing},
      {"Esc closes them", press("Escape"), nothing},
      {"a position is typed", typed("m", "1000"), is("m", "1000")},
      {"a position is typed with K", typed("m", "1K"), is("m", "1024")},
      {"a base is typed with k", typed("base", "500k"), is("base", "500000")},
      {"a base that cannot be changes nothing", typed("base", "-5"), nothing},
      {"undo gives the base back", press("ctrl+z"), is("base", "10000")},
      {"the slider of m is dragged", drag("m", {0.7f, 0.5f}, {0.8f, 0.5f}), changes("m")},
      {"a slider is dragged", drag("base", {0.4f, 0.5f}, {0.6f, 0.5f}), changes("base")},
      {"one undo takes the whole drag back", press("ctrl+z"), is("base", "10000")},
      {"YaRN is chosen", click("scheme yarn"), is("scheme", "yarn")},
      {"a factor is typed with a comma", typed("factor", "2,5"), is("factor", "2.5")},
      {"a factor is typed", typed("factor", "16"), is("factor", "16")},
      {"linear is chosen", click("scheme linear"), is("scheme", "linear")},
      {"none is chosen", click("scheme none"), is("scheme", "none")},
      {"the palette sets a base", found("base 20000"), is("base", "20000")},
      {"Esc closes the palette", both(press("ctrl+p"), press("Escape")), nothing},
      {"Ctrl+P closes the palette too", both(press("ctrl+p"), press("ctrl+p")), nothing},
      {"undo of the palette's base", press("ctrl+z"), is("base", "10000")},
      {"the key of a group", press("2"), is("view", "rotations")},
      {"the same key goes to its next view", press("2"), is("view", "pair")},
      {"the score", press("3"), is("view", "score")},
      {"the wheel zooms the plot", wheel("largest score", 2), changes("score.x")},
      {"as many notches back", wheel("largest score", -2), is("score.x", "null")},
      {"the plot is dragged", both(wheel("largest score", 3), drag("largest score", {0.5f, 0.5f}, {0.4f, 0.5f})),
       changes("score.x")},
      {"a double click fits it",
       [](Hand& hand) {
         hand.double_click("largest score", {0.5f, 0.3f});
       },
       is("score.x", "null")},
      {"l changes the scale", press("l"), is("score.x_scale", "linear")},
      {"l goes on to symlog", press("l"), is("score.x_scale", "symlog")},
      {"and round to log", press("l"), is("score.x_scale", "log")},
      {"a legend's entry hides its curve", click("score.hidden linear"), is("score.hidden", "linear")},
      {"and shows it", click("score.hidden linear"), changes("score.hidden")},
      {"the extension's views", press("4"), is("view", "wavelengths")},
      {"precision", press("6"), is("view", "precision")},
      {"check", press("7"), is("view", "check")},
      {"0 goes back to the overview", press("0"), is("view", "overview")},
      {"the next pair", press("bracketright"), is("pair", "21")},
      {"the pair before", press("bracketleft"), is("pair", "20")},
      {"a model by its list",
       [](Hand& hand) {
         hand.press("ctrl+m");
         hand.type("llama 3.1 8b");
         hand.press("Return");
       },
       changes("base")},
      {"undo of the model", press("ctrl+z"), is("base", "10000")},
      {"Esc closes the list of models", both(press("ctrl+m"), press("Escape")), nothing},
      {"Ctrl+= makes everything larger", press("ctrl+equal"), nothing},
      {"Ctrl+0 makes it the usual size", press("ctrl+0"), nothing},
      {"Ctrl+O and Esc", both(press("ctrl+o"), press("Escape")), nothing},
      {"after it keys are keys again", press("Right"), changes("m")},
      {"Ctrl+E and Esc", both(press("ctrl+e"), press("Escape")), nothing},
      {"the bar's theme", click("theme"), is("theme", "light")},
      {"the bar's theme again", click("theme"), is("theme", "dark")},
      {"a tab is clicked", click("group.score"), is("view", "score")},
      {"Ctrl+A, where Q is on a French keyboard, does nothing", press("ctrl+a"), nothing},
      // Hands on the pictures.
      {"an axis is dragged", drag("largest score", {0.5f, 1.03f}, {0.4f, 1.03f}),
       all_of({changes("score.x"), stays("score.y")})},
      {"a double click on the axis fits it",
       [](Hand& hand) {
         hand.double_click("largest score", {0.5f, 1.03f});
       },
       is("score.x", "null")},
      {"an upright axis is dragged", drag("largest score", {-0.01f, 0.5f}, {-0.01f, 0.4f}),
       all_of({changes("score.y"), stays("score.x")})},
      {"and so does one on that",
       [](Hand& hand) {
         hand.double_click("largest score", {-0.01f, 0.5f});
       },
       is("score.y", "null")},
      {"back to a short distance", typed("m", "137"), is("m", "137")},
      {"the chain", press("3"), is("view", "phasors")},
      {"the last arrow's tip is dragged to the left", drag("phasors end", {0.5f, 0.5f}, {-2, 0.5f}),
       all_of({grows("m"), stays("n")})},
      {"a dial of the chain is clicked",
       [](Hand& hand) {
         hand.click("phasors wall", {0.02f, 0.06f});
       },
       is("pair", "0")},
      {"the neighbours", press("3"), is("view", "neighbours")},
      {"a token is clicked", // of 33, from −16 to 16
       [](Hand& hand) {
         hand.click("neighbours strips", {24.5f / 33, 0.3f});
       },
       [](const Scene& before, const Scene& after) { return after.m - after.n == 8 && after.n == before.n; }},
      {"the base map", press("3"), is("view", "base-map")},
      {"a base is clicked on the map",
       [](Hand& hand) {
         hand.click("largest base-map", {0.4f, 0.27f});
       },
       at_place_of_map(0.4, 0.27)},
      {"the base's line is dragged", drag("base-map base", {0.7f, 0.5f}, {0.7f, -6}),
       all_of({grows("base"), stays("trained")})},
      {"the model as it was", both(press("ctrl+z"), press("ctrl+z")), is("base", "10000")},
      {"YaRN again", click("scheme yarn"), is("scheme", "yarn")},
      {"the wavelengths", press("4"), is("view", "wavelengths")},
      {"a β edge is dragged over them", drag("wavelengths beta_fast", {0.5f, 0.5f}, {6, 0.5f}),
       all_of({changes("yarn.beta_fast"), stays("yarn.beta_slow")})},
      {"a double click gives it back",
       [](Hand& hand) {
         hand.double_click("wavelengths beta_fast", {0.5f, 0.3f});
       },
       is("yarn.beta_fast", "32")},
      {"the transfer curve", press("4"), is("view", "transfer")},
      {"a β edge is dragged", drag("transfer beta_slow", {0.5f, 0.5f}, {-4, 0.5f}),
       all_of({changes("yarn.beta_slow"), stays("yarn.beta_fast")})},
      {"undo of the edge", press("ctrl+z"), is("yarn.beta_slow", "1")},
      {"the dials", press("2"), is("view", "rotations")},
      {"the helix", both(press("2"), press("2")), is("view", "helix")},
      {"a short distance for its planes", typed("m", "137"), is("m", "137")},
      {"the query's plane is dragged", drag("helix m", {0.5f, 0.4f}, {-3, 0.4f}), all_of({changes("m"), stays("n")})},
      {"the key's plane is dragged", drag("helix n", {0.5f, 0.4f}, {-6, 0.4f}), all_of({changes("n"), stays("m")})},
      {"both are dragged", drag("helix both", {0.5f, 0.5f}, {0.2f, 0.5f}),
       [](const Scene& before, const Scene& after) {
         return after.m != before.m && after.m - after.n == before.m - before.n;
       }},
      {"the ground is dragged", drag("helix ground", {0.5f, 0.5f}, {3, 0.5f}), changes("helix.yaw")},
      {"the maps of attention", press("5"), is("view", "attention")},
      {"a token of the map is clicked",
       [](Hand& hand) {
         hand.click("attention map", {0.3f, 0.7f});
       },
       [](const Scene&, const Scene& after) {
         const double tokens = 180;
         return std::abs(static_cast<double>(after.n) - 0.3 * tokens) < 2 &&
                std::abs(static_cast<double>(after.m) - 0.7 * tokens) < 2;
       }},
      {"the ring is dragged along its diagonal", drag("attention ring", {0.5f, 0.5f}, {2, 2}),
       [](const Scene& before, const Scene& after) {
         return after.m > before.m && after.m - after.n == before.m - before.n;
       }},
  };
  return list;
}

} // namespace

TEST_CASE("after each of ninety gestures the scene is what it should be") {
  test::Headless window(1600, 1000);
  Hand hand(window);
  // As on a desktop, where Ctrl+S tells what the scene is: its message lies below the pictures, which are lower for it.
  const test::Scratch scratch;
  const auto file = scratch.path / "scene.json";
  write_file(file, scene_json(window.shell.scene()));
  window.shell.open(file);
  hand.settle();
  nlohmann::json record = nlohmann::json::array();
  const auto keep = [&](const char* what) {
    record.push_back({{"what", what},
                      {"events", hand.events()},
                      {"scene", nlohmann::json::parse(scene_json(window.shell.scene()))}});
    hand.begin();
  };
  hand.begin();
  keep("the start");
  CHECK(gestures().size() >= 90);
  for (const auto& gesture : gestures()) {
    const std::string what = gesture.what;
    CAPTURE(what);
    const Scene before = window.shell.scene();
    gesture.deed(hand);
    hand.settle();
    CHECK(gesture.so(before, window.shell.scene()));
    window.shell.perform(window.shell.key(GLFW_KEY_S, GLFW_MOD_CONTROL));
    hand.settle();
    CHECK(scene_json(scene_from_json(read_file(file, 1 << 20), "the file")) == scene_json(window.shell.scene()));
    keep(gesture.what);
  }
  // What tests/drive/gestures.py does to a window on a desktop.
  if (const char* file = std::getenv("ROPESCOPE_GESTURES")) write_file(file, record.dump(1));
}
