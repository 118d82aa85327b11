#include <algorithm>

#include <doctest/doctest.h>

#include "app/canvas/imgui_compat.h"
#include "app/scene/picture.h"
#include "app/scene/presets.h"
#include "app/scene/property.h"
#include "tests/allocations.h"
#include "tests/app/headless.h"
#include "tests/app/monkey.h"

using namespace ropescope;

namespace {

/// Numbers whose words are long, so that none fits into a string by luck.
Scene with_long_words(Scene scene) {
  scene.rope.base = 1234567891.25;
  scene.m = 16'777'215, scene.n = 12'345'678;
  return scene;
}

/// What a frame in which nothing changed asks for, once all is there. `seconds` pass from frame to frame, so that words
/// that wait for the mouse to rest come soon.
std::uint64_t asked_for(test::Headless& window, bool live, bool alone = false) {
  const auto draw = [&](int count) {
    for (int i = 0; i < count; ++i) alone ? window.picture_frame() : window.frame(live, 0.3f);
  };
  draw(4);
  for (int i = 0; i < 500 && window.shell.animated(); ++i) draw(1); // curves are refined, engines measured
  draw(2);
  CHECK(!window.shell.animated());
  const std::uint64_t before = allocations();
  draw(3);
  return allocations() - before;
}

void rest_at(const test::Headless& window, float x, float y) {
  compat::mouse({static_cast<float>(window.width()) * x, static_cast<float>(window.height()) * y}, false, 0);
}

} // namespace

TEST_CASE(
    "a frame in which nothing changed allocates nothing: every picture, ground and place, alone and on the stage") {
  const test::MonkeyFiles files;
  test::Headless window(1280, 720);
  for (const Picture* picture : all_pictures())
    for (const canvas::ThemeName theme : {canvas::ThemeName::dark, canvas::ThemeName::light, canvas::ThemeName::paper})
      for (const bool panel : {true, false})
        for (const bool live : {true, false}) {
          Scene scene =
              picture->needs_files ? files.with_kernel(default_scene(), live) : with_long_words(default_scene());
          scene.view = picture->name;
          scene.theme = theme;
          scene.panel = panel;
          window.shell.show(scene);
          rest_at(window, 0.7f, 0.6f); // on a plot, whose read-out is shown
          CAPTURE(picture->name);
          CAPTURE(static_cast<int>(theme));
          CAPTURE(panel);
          CAPTURE(live);
          CHECK(asked_for(window, live) == 0);
          CHECK(asked_for(window, live, true) == 0);
        }
}

TEST_CASE("a frame in which nothing changed allocates nothing, wherever the mouse rests") {
  const test::MonkeyFiles files;
  test::Headless window(1280, 720);
  for (const Picture* picture : all_pictures())
    for (const bool gallery : {true, false}) {
      if (gallery && picture->name != "check") continue;
      Scene scene = picture->needs_files ? files.with_kernel(default_scene(), true) : with_long_words(default_scene());
      scene.kernel.gallery = gallery;
      scene.view = picture->name;
      window.shell.show(scene);
      CAPTURE(picture->name);
      CAPTURE(gallery);
      for (const float y : {0.02f, 0.2f, 0.4f, 0.6f, 0.8f, 0.97f})
        for (const float x : {0.35f, 0.6f, 0.9f}) {
          rest_at(window, x, y);
          CAPTURE(x);
          CAPTURE(y);
          CHECK(asked_for(window, true) == 0);
        }
    }
}

TEST_CASE("a frame in which nothing changed allocates nothing while a control's help is shown") {
  test::Headless window(1280, 900);
  for (const char* model : {"llama-3.1-8b", "gemma-3-27b", "qwen2-vl-7b"}) {
    window.shell.show(with_long_words(scene_of(find_preset(model).model)));
    rest_at(window, 0.99f, 0.99f);
    asked_for(window, true);
    CAPTURE(model);
    int shown = 0;
    for (const Property* row : all_properties()) {
      const auto area = window.shell.control(row->key);
      if (!area) continue;
      CAPTURE(row->key);
      compat::mouse(area->centre(), false, 0);
      CHECK(asked_for(window, true) == 0);
      ++shown;
    }
    CHECK(shown > 4);
  }
}

TEST_CASE(
    "a frame in which nothing changed allocates nothing, however deep a plot is zoomed and however long its labels") {
  test::Headless window(1280, 720);
  for (const Property* row : all_properties()) {
    const Picture* picture = find_picture(row->key.substr(0, row->key.find('.')));
    if (row->kind != Kind::range || !picture || picture->needs_files) continue;
    for (const auto& view : {std::vector<double>{-3e-10, -1e-10}, {12'345'678, 12'345'679}, {1e-30, 1e30}, {-1e9, 1e9}})
      for (const char* scale : {"log", "linear", "symlog"}) {
        Scene scene = with_long_words(default_scene());
        scene.view = picture->name;
        scene.options.set(*row, view);
        scene.options.set(*find_property("score.x_scale"), std::string(scale));
        window.shell.show(scene);
        CAPTURE(row->key);
        CAPTURE(view.front());
        CAPTURE(scale);
        CHECK(asked_for(window, true) == 0);
      }
  }
}

TEST_CASE("a frame in which nothing changed allocates nothing while something lies over the pictures") {
  test::Headless window(1280, 720);
  rest_at(window, 0.5f, 0.5f);
  window.frame(true);
  SUBCASE("the keys") { window.shell.perform(Request::help); }
  SUBCASE("the dialog") { window.shell.perform(Request::open_file); }
  SUBCASE("a message") { window.shell.open("there is no such file"); }
  SUBCASE("a field that takes letters") {
    const canvas::Rect slider = window.shell.control("base").value();
    for (const bool down : {false, true, false}) {
      compat::hand({.at = slider.centre(), .left = down, .ctrl = true});
      window.frame(true);
    }
    window.frame(true);
    CHECK(window.shell.takes_letters());
  }
  CHECK(asked_for(window, true) == 0);
}
