#include "tests/app/gestures.h"

#include <cstdlib>
#include <functional>

#include <doctest/doctest.h>

#include "app/scene/scene_json.h"
#include "core/io/file.h"

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
  };
  return list;
}

} // namespace

TEST_CASE("after each of sixty gestures the scene is what it should be") {
  test::Headless window(1600, 1000);
  Hand hand(window);
  nlohmann::json record = nlohmann::json::array();
  const auto keep = [&](const char* what) {
    record.push_back({{"what", what},
                      {"events", hand.events()},
                      {"scene", nlohmann::json::parse(scene_json(window.shell.scene()))}});
    hand.begin();
  };
  hand.begin();
  keep("the start");
  CHECK(gestures().size() >= 60);
  for (const Gesture& gesture : gestures()) {
    const std::string what = gesture.what;
    CAPTURE(what);
    const Scene before = window.shell.scene();
    gesture.deed(hand);
    hand.settle();
    CHECK(gesture.so(before, window.shell.scene()));
    keep(gesture.what);
  }
  // What tests/drive/gestures.py does to a window on a desktop.
  if (const char* file = std::getenv("ROPESCOPE_GESTURES")) write_file(file, record.dump(1));
}
