#pragma once
#include <string_view>

#include <doctest/doctest.h>

#include "app/canvas/imgui_compat.h"
#include "app/scene/presets.h"
#include "app/scene/property.h"
#include "tests/app/drawn_painter.h"
#include "tests/app/headless.h"

namespace ropescope::test {

/// A hand on one picture in a window of any size, which finds what it takes by its key.
struct PictureHand {
  PictureHand(Scene scene, std::string_view view, int width = 1600, int height = 1000)
      : window(width, height, shown(std::move(scene), view)) {
    rest({1, 1});
    frames(3);
  }

  void frames(int count = 2) {
    for (int i = 0; i < count; ++i) window.frame(false);
  }
  void does(compat::HandInput input) {
    compat::hand(input);
    frames();
  }
  void rest(ImVec2 at) { does({.at = at}); }
  void click(ImVec2 at) {
    for (const bool down : {false, true, false}) does({.at = at, .left = down});
  }
  void drag(ImVec2 from, ImVec2 by, bool shift = false) {
    does({.at = from, .shift = shift});
    frames(20); // a third of a second: a press just after another one would be a double click
    does({.at = from, .left = true, .shift = shift});
    for (const float part : {0.3f, 0.7f, 1.0f})
      does({.at = {from.x + part * by.x, from.y + part * by.y}, .left = true, .shift = shift});
    does({.at = {from.x + by.x, from.y + by.y}});
  }
  canvas::Rect control(std::string_view key) {
    CAPTURE(key);
    const auto area = window.shell.control(key);
    REQUIRE(area);
    return *area;
  }
  const Scene& scene() const { return window.shell.scene(); }
  std::int64_t distance() const { return scene().m - scene().n; }
  double number(std::string_view key) const { return std::get<double>(get(scene(), *find_property(key))); }

  /// The picture alone, as `render` draws it.
  const DrawnPainter& alone(bool bare = false) {
    drawn.forget();
    window.shell.picture_frame(window.width(), window.height(), bare, &drawn);
    return drawn;
  }

  Headless window;
  DrawnPainter drawn; ///< what alone() drew last

private:
  static Scene shown(Scene scene, std::string_view view) {
    scene.view = view;
    return scene;
  }
};

} // namespace ropescope::test
