// The plots of pictures under the hand, and what stands beside their curves.
#include <algorithm>
#include <cmath>

#include <GLFW/glfw3.h>
#include <doctest/doctest.h>
#include <fmt/format.h>

#include "app/canvas/imgui_compat.h"
#include "app/canvas/read_out.h"
#include "app/scene/actions.h"
#include "app/scene/presets.h"
#include "app/scene/property.h"
#include "tests/app/headless.h"
#include "tests/app/plot_scene.h"
#include "tests/app/recording_painter.h"

using namespace ropescope;

namespace {

Scene yarn(std::string_view view) {
  Scene scene = default_scene();
  scene.view = view;
  return scene;
}

void frames(test::Headless& window, int count) {
  for (int i = 0; i < count; ++i) window.frame(false);
}

void mouse(test::Headless& window, ImVec2 at, bool pressed, float wheel = 0) {
  compat::mouse(at, pressed, wheel);
  frames(window, 2);
}

/// Drags a control by its key.
void drag(test::Headless& window, std::string_view key, ImVec2 by) {
  CAPTURE(key);
  const auto area = window.shell.control(key);
  REQUIRE(area);
  const ImVec2 from = area->centre();
  mouse(window, from, false);
  mouse(window, from, true);
  for (const float part : {0.3f, 0.7f, 1.0f}) mouse(window, {from.x + part * by.x, from.y + part * by.y}, true);
  mouse(window, {from.x + by.x, from.y + by.y}, false);
}

double number(const test::Headless& window, std::string_view key) {
  return std::get<double>(get(window.shell.scene(), *find_property(key)));
}

} // namespace

TEST_CASE("whose score it is stands beside the curve at every size, with and without the attention factor") {
  std::vector<std::pair<int, int>> sizes;
  for (const int width : {320, 480, 640, 800, 1024, 1280, 1600, 1920, 2560, 3840})
    for (const int height : {320, 480, 1000, 2160}) sizes.emplace_back(width, height);
  REQUIRE(sizes.size() == 40);
  for (const bool whole : {true, false})
    for (const bool factor : {false, true}) {
      Scene scene = yarn(whole ? "overview" : "score");
      for (bool& compared : scene.compared) compared = true; // a legend as wide as there can be
      scene.options.set(*find_property("score.attention_factor"), factor);
      test::Headless window(320, 320, scene);
      for (const auto& size : sizes) {
        const int width = size.first, height = size.second;
        if (whole && width < 800) continue; // the window is no smaller
        CAPTURE(width);
        CAPTURE(height);
        CAPTURE(whole);
        CAPTURE(factor);
        window.resize(width, height);
        test::NotingPainter painter;
        if (whole)
          window.shell.frame(width, height, 1 / 60.0f, false, &painter);
        else
          window.shell.picture_frame(width, height, false, &painter);
        bool said = false, about_factor = false;
        for (const auto& words : painter.words) {
          const float right = words.at.x + canvas::text_width(window.shell.fonts().small, words.text);
          if (words.text.find("q = k = 1") != std::string::npos) said |= right <= static_cast<float>(width);
          if (words.text.find("factor") != std::string::npos && words.text != "attention factor" &&
              words.text != "factor s")
            about_factor |= right <= static_cast<float>(width) && (words.text.find("×") != std::string::npos) == factor;
        }
        CHECK(said);
        CHECK(about_factor);
      }
    }
}

TEST_CASE("the words about the attention factor are its switch, and the curves follow") {
  test::Headless window(1280, 720, yarn("score"));
  frames(window, 3);
  const auto area = window.shell.control("score.attention_factor");
  REQUIRE(area);
  for (const bool pressed : {false, true, false}) mouse(window, area->centre(), pressed);
  CHECK(window.shell.scene().options.flag(*find_property("score.attention_factor")));
  for (const bool pressed : {true, false}) mouse(window, area->centre(), pressed);
  CHECK_FALSE(window.shell.scene().options.flag(*find_property("score.attention_factor")));
}

TEST_CASE("the lines of the trained context, the target and the distance can be dragged, and undo brings them back") {
  struct Line {
    const char *view, *control, *key;
    ImVec2 by;
    double sign; // of the change
  };
  for (const Line& line :
       {Line{"score", "score trained", "trained", {-60, 0}, -1}, Line{"score", "score target", "target", {-80, 0}, -1},
        Line{"score", "score distance", "m", {90, 0}, 1},
        Line{"wavelengths", "wavelengths trained", "trained", {0, 40}, -1},
        Line{"wavelengths", "wavelengths target", "target", {0, -40}, 1},
        Line{"wavelengths", "wavelengths pair", "pair", {-120, 0}, -1},
        Line{"precision", "precision m", "m", {60, 0}, 1},
        Line{"precision", "precision trained", "trained", {-40, 0}, -1}}) {
    CAPTURE(std::string(line.control));
    Scene scene = yarn(line.view);
    scene.pair = 30; // at 20 YaRN's ramp begins, whose edge lies above the pair's line
    test::Headless window(1280, 720, scene);
    frames(window, 3);
    const Scene before = window.shell.scene();
    const auto value = [&] {
      const Value present = get(window.shell.scene(), *find_property(line.key));
      const double* set = std::get_if<double>(&present);
      return set ? *set : static_cast<double>(pictured_length(window.shell.scene()));
    };
    const double from = value();
    drag(window, line.control, line.by);
    CHECK((value() - from) * line.sign > 0);
    CHECK(window.shell.message().empty());
    frames(window, 30);
    window.shell.perform(window.shell.key(GLFW_KEY_Z, GLFW_MOD_CONTROL)); // one step, however many frames it took
    frames(window, 2);
    CHECK(window.shell.scene() == before);
  }
}

TEST_CASE("the edges of YaRN's ramp are dragged in the wavelengths, snap to round turns, and never cross") {
  test::Headless window(1280, 720, yarn("wavelengths"));
  frames(window, 3);
  drag(window, "wavelengths beta_fast", {40, 0});
  const double fast = number(window, "yarn.beta_fast");
  CHECK(fast < 32); // to the right pairs turn less often
  CHECK(fast > 1.05);
  const double unit = std::pow(10.0, std::floor(std::log10(fast)) - 2);
  CHECK(std::round(fast / unit) * unit == doctest::Approx(fast)); // three digits
  drag(window, "wavelengths beta_fast", {900, 0});
  CHECK(number(window, "yarn.beta_fast") >= 1.049 * number(window, "yarn.beta_slow"));
  const auto edge = window.shell.control("wavelengths beta_slow");
  REQUIRE(edge);
  drag(window, "wavelengths beta_slow", {-900, 0});
  CHECK(number(window, "yarn.beta_fast") >= 1.049 * number(window, "yarn.beta_slow"));
  // A double click: as the scheme has it.
  frames(window, 60);
  const ImVec2 at = window.shell.control("wavelengths beta_fast")->centre();
  for (const bool pressed : {false, true, false, true, false}) mouse(window, at, pressed);
  CHECK(number(window, "yarn.beta_fast") == 32);
}

TEST_CASE("a key goes through the scales of the score's distances, and symlog shows a distance of 0") {
  Scene scene = yarn("score");
  scene.m = scene.n; // a distance of 0
  test::Headless window(1280, 720, scene);
  frames(window, 3);
  CHECK_FALSE(window.shell.control("score distance")); // a logarithmic axis has no place for it
  const Property& scale = *find_property("score.x_scale");
  for (const std::string_view word : {"linear", "symlog", "log"}) {
    window.shell.perform(window.shell.key(GLFW_KEY_L, 0));
    frames(window, 3);
    CHECK(window.shell.scene().options.is(scale, word));
    CHECK(window.shell.control("score distance").has_value() == (word != "log"));
  }
}

TEST_CASE("Home shows all there is in every plot that is seen") {
  test::Headless window(1600, 1000, yarn("overview"));
  frames(window, 3);
  const Scene before = window.shell.scene();
  // Beside a line of each plot: the names of the plots themselves are those of tabs too.
  for (const char* line : {"score trained", "wavelengths pair"}) {
    const auto area = window.shell.control(line);
    REQUIRE(area);
    const ImVec2 at{area->centre().x + 25, area->centre().y + 15};
    mouse(window, at, false);
    mouse(window, at, false, 3);
    mouse(window, at, false);
  }
  CHECK(window.shell.scene().options.range(*find_property("score.x")));
  CHECK(window.shell.scene().options.range(*find_property("wavelengths.x")));
  window.shell.perform(window.shell.key(GLFW_KEY_HOME, 0));
  frames(window, 2);
  CHECK(window.shell.scene() == before);
}

TEST_CASE("what is tinted in a plot stays in it however far the view is moved") {
  for (const std::string_view picture : {"wavelengths", "transfer", "score"})
    for (const auto& [least, greatest] : {std::pair{-60.0, 20.0}, {30.0, 40.0}, {1.0, 1e7}, {1e5, 1e6}}) {
      CAPTURE(picture);
      const auto& of_least = least;
      CAPTURE(of_least);
      Scene scene = yarn(picture);
      set(scene, *find_property(fmt::format("{}.x", picture)), std::vector<double>{least, greatest});
      test::Headless window(1280, 720, scene);
      window.frame(false);
      test::RecordingPainter painter;
      window.shell.picture_frame(1280, 720, false, &painter);
      REQUIRE(!painter.panels.empty());
      for (const canvas::Rect& tint : painter.tints) {
        const bool inside = std::any_of(painter.panels.begin(), painter.panels.end(), [&](const canvas::Rect& panel) {
          return tint.least.x >= panel.least.x && tint.least.y >= panel.least.y &&
                 tint.greatest.x <= panel.greatest.x && tint.greatest.y <= panel.greatest.y;
        });
        CHECK(inside);
      }
    }
}

TEST_CASE("a read-out covers none of the curves it reads where there is a place that covers none") {
  test::PlotHand hand;
  const canvas::Rect within{{0, 0}, {800, 500}};
  std::vector<ImVec2> curve; // from the top left to the bottom right
  for (int i = 0; i <= 80; ++i) curve.emplace_back(10.0f * static_cast<float>(i), 6.25f * static_cast<float>(i));
  for (const ImVec2 at : curve) {
    hand.painter.clear();
    hand.does(
        {},
        [&](const canvas::Canvas& c) {
          canvas::ReadOut table(c, "Δ = 17");
          table.add(IM_COL32_WHITE, canvas::Dash(), "YaRN", "+0.5749");
          table.add(IM_COL32_WHITE, canvas::Dash(), "no extension", "+0.5532");
          for (const ImVec2 point : curve) table.avoid(point);
          table.draw(at, within);
        },
        1);
    const canvas::Rect table = hand.painter.boxes.at(0);
    CHECK(std::none_of(curve.begin(), curve.end(), [&](ImVec2 point) { return table.contains(point); }));
    CHECK(table.least.x >= within.least.x);
    CHECK(table.greatest.x <= within.greatest.x);
    CHECK(table.least.y >= within.least.y);
    CHECK(table.greatest.y <= within.greatest.y);
  }
}

TEST_CASE("play moves as many tokens a second as it is told, and keys move n as they move m") {
  for (const double speed : {24.0, 60.0, 6000.0}) {
    Scene scene = yarn("rotations");
    set(scene, *find_property("play_speed"), speed);
    scene.play = Play::query;
    scene.m = 0;
    test::Headless window(800, 480, scene);
    for (int i = 0; i < 60; ++i) window.frame(false);
    CHECK(static_cast<double>(window.shell.scene().m) == doctest::Approx(speed).epsilon(0.05));
  }
  Scene scene = default_scene();
  const std::int64_t before = scene.n, m = scene.m;
  for (const auto& [modifiers, tokens] :
       {std::pair{0, 1}, std::pair{GLFW_MOD_SHIFT, 16}, std::pair{GLFW_MOD_CONTROL, 1024}}) {
    action_for_key(GLFW_KEY_UP, modifiers)->apply(scene);
    CHECK(scene.n == before + tokens);
    action_for_key(GLFW_KEY_DOWN, modifiers)->apply(scene);
    CHECK(scene.n == before);
  }
  CHECK(scene.m == m);
}

TEST_CASE("p-RoPE says how much of the head turns, and a person can choose it") {
  Scene scene = first_scene();
  choose_scheme(scene, RopeType::proportional);
  const Spectrum all = make_spectrum(scene.rope);
  CHECK(all.rule.find("all 64 pairs turn") != std::string::npos);
  CHECK(all.rule.find("never") == std::string::npos);
  const Property& p = *find_property("proportional.p");
  for (const double share : {0.25, 0.5, 0.0}) {
    set(scene, p, share);
    const Spectrum spectrum = make_spectrum(scene.rope);
    const auto turning =
        std::count_if(spectrum.inv_freq.begin(), spectrum.inv_freq.end(), [](double t) { return t != 0; });
    CHECK(turning == std::lround(64 * share));
    CHECK(spectrum.rule.find(share == 0 ? "none of 64" : share == 0.25 ? "16 of 64" : "32 of 64") != std::string::npos);
  }
  const RopeConfig plain = first_scene().rope;
  choose_scheme(scene, RopeType::standard);
  CHECK(scene.rope == plain); // nothing of it is left behind
}

TEST_CASE("a hand that is turned by hand moves its position by as many tokens as turn the pair so far") {
  for (const bool query : {true, false}) {
    Scene scene = yarn("pair");
    scene.pair = 30;
    // A quarter of a turn apart, so that it is plain which hand is meant.
    const double theta = make_spectrum(scene.rope).inv_freq[30];
    scene.n = 0;
    scene.m = std::lround(1.5707963 / theta);
    test::Headless window(900, 700, scene);
    frames(window, 3);
    const ImVec2 centre = window.shell.control("hands")->centre();
    const double from = query ? 1.5707963 : 0.0;
    const auto at = [&](double angle) {
      return ImVec2(centre.x + 100 * static_cast<float>(std::cos(angle)),
                    centre.y - 100 * static_cast<float>(std::sin(angle)));
    };
    mouse(window, at(from), false);
    mouse(window, at(from), true);
    for (const double part : {0.2, 0.5, 0.8, 1.0}) mouse(window, at(from + part), true); // one rad
    const std::int64_t moved = query ? window.shell.scene().m - scene.m : window.shell.scene().n - scene.n;
    CHECK(static_cast<double>(moved) == doctest::Approx(1 / theta).epsilon(0.02));
    CHECK((query ? window.shell.scene().n == scene.n : window.shell.scene().m == scene.m));
    mouse(window, at(from + 1), false);
  }
}
