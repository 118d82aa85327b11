#include "app/canvas/plot.h"

#include <algorithm>
#include <cmath>
#include <random>

#include <doctest/doctest.h>

#include "tests/app/plot_scene.h"

using namespace ropescope;
using namespace ropescope::canvas;

namespace {

/// A picture of one plot that keeps its view as a scene would.
struct OnePlot {
  explicit OnePlot(AxisSpec x_spec = {.all = {0, 100}}, AxisSpec y_spec = {.all = {-1, 1}}) : x(x_spec), y(y_spec) {}

  void does(const compat::HandInput& input, int frames = 2) {
    hand.does(
        input, [&](const Canvas& c) { draw(c); }, frames);
  }

  void draw(const Canvas& c) {
    x.view = view.x, y.view = view.y;
    Plot plot(c, "plot", room, x, y);
    hand.painter.clear();
    plot.draw_axes();
    plot.take_input();
    if (plot.moved_view()) view = *plot.moved_view();
    if (plot.clicked()) clicks.push_back(*plot.clicked());
    area = plot.area;
    hovered = plot.hovered();
    shown = {Range{plot.x.least, plot.x.greatest}, Range{plot.y.least, plot.y.greatest}};
    x_axis = plot.x, y_axis = plot.y;
  }

  void wheel(ImVec2 at, float notches) {
    does({.at = at, .wheel = notches});
    does({.at = at});
  }
  void drag(ImVec2 from, ImVec2 to, compat::HandInput with) {
    does({.at = from});
    with.at = from;
    does(with);
    with.at = {(from.x + to.x) / 2, (from.y + to.y) / 2};
    does(with);
    with.at = to;
    does(with);
    with.left = with.right = false;
    does(with);
    does({.at = to}, 60); // so that nothing after it is a double click
  }
  void double_click(ImVec2 at) {
    does({.at = at}, 60);
    for (const bool down : {true, false, true, false}) does({.at = at, .left = down});
    does({.at = at}, 60);
  }
  ImVec2 middle() const { return area.centre(); }
  ImVec2 below() const { return {area.centre().x, area.greatest.y + 10}; }
  ImVec2 beside() const { return {area.least.x - 6, area.centre().y}; }

  test::PlotHand hand;
  Rect room{{50, 40}, {850, 640}};
  AxisSpec x, y;
  PlotView view;
  Rect area{};
  bool hovered = false;
  PlotView shown;
  Axis x_axis, y_axis;
  std::vector<ImVec2> clicks;
};

double span(const Range& r, Scale scale) { return forward(scale, 1, r.greatest) - forward(scale, 1, r.least); }

} // namespace

TEST_CASE("as many notches of the wheel back at the same place give the same view to the last bit") {
  std::mt19937 random(7);
  const auto between = [&](double a, double b) { return std::uniform_real_distribution(a, b)(random); };
  OnePlot plot({.all = {1, 1e6}, .scale = Scale::log}, {.all = {-300, 700}, .scale = Scale::symlog});
  plot.does({});
  for (int trial = 0; trial < 40; ++trial) {
    CAPTURE(trial);
    if (trial % 4 == 0)
      plot.view = {}; // all there is
    else {
      const double from = std::exp(between(0, 10)), low = between(-200, 300);
      plot.view = {Range{from, from * between(2, 40)}, Range{low, low + between(1, 300)}};
    }
    const PlotView before = plot.view;
    const ImVec2 at{static_cast<float>(between(130, 840)), static_cast<float>(between(50, 600))};
    const int notches = 1 + trial % 7;
    for (int i = 0; i < notches; ++i) plot.wheel(at, 1);
    REQUIRE(plot.view != before);
    for (int i = 0; i < notches; ++i) plot.wheel(at, -1);
    CHECK(plot.view == before);
    plot.does({.at = {900, 690}});
  }
}

TEST_CASE("the wheel leaves the value under the mouse in its place and shows 1.2 times less") {
  OnePlot plot({.all = {1, 1e6}, .scale = Scale::log}, {.all = {-1, 1}});
  plot.does({});
  const ImVec2 at{300, 200};
  const double x = plot.x_axis.value(at.x), y = plot.y_axis.value(at.y), before = span(*plot.shown.x, Scale::log);
  plot.wheel(at, 3);
  plot.wheel(at, 2);
  CHECK(plot.x_axis.value(at.x) == doctest::Approx(x).epsilon(1e-6));
  CHECK(plot.y_axis.value(at.y) == doctest::Approx(y).epsilon(1e-6));
  CHECK(before / span(*plot.shown.x, Scale::log) == doctest::Approx(std::pow(1.2, 5)).epsilon(1e-9));
}

TEST_CASE("a view that somebody else changes between two notches is where the wheel goes on from") {
  OnePlot plot;
  plot.does({});
  plot.wheel(plot.middle(), 2);
  const PlotView other{Range{20, 40}, Range{0, 0.5}};
  plot.view = other;
  plot.wheel(plot.middle(), 1);
  CHECK(plot.view.x->greatest - plot.view.x->least == doctest::Approx(20 / 1.2));
  plot.wheel(plot.middle(), -1);
  CHECK(plot.view == other);
}

TEST_CASE("a drag keeps the span of the view on its scale, and the value under the mouse") {
  for (const Scale scale : {Scale::linear, Scale::log, Scale::symlog}) {
    CAPTURE(static_cast<int>(scale));
    OnePlot plot({.all = {scale == Scale::log ? 1.0 : -1e4, 1e5}, .scale = scale}, {.all = {-1, 1}});
    plot.view = {Range{10, 1000}, Range{-0.2, 0.3}};
    plot.does({});
    const Range before = *plot.shown.x;
    const double grasped = plot.x_axis.value(400);
    plot.drag({400, 300}, {320, 350}, {.left = true});
    CHECK(plot.view.x->least != before.least);
    CHECK(span(*plot.view.x, scale) == doctest::Approx(span(before, scale)).epsilon(1e-9));
    CHECK(plot.view.y->greatest - plot.view.y->least == doctest::Approx(0.5).epsilon(1e-9));
    CHECK(plot.x_axis.value(320) == doctest::Approx(grasped).epsilon(1e-5));
    CHECK(plot.clicks.empty());
  }
}

TEST_CASE("a drag that comes back brings the view back to the last bit") {
  OnePlot plot;
  plot.view = {Range{13.7, 48.1}, Range{-0.31, 0.17}};
  const PlotView before = plot.view;
  plot.does({.at = {400, 300}});
  plot.does({.at = {400, 300}, .left = true});
  plot.does({.at = {431, 322}, .left = true});
  CHECK(plot.view != before);
  plot.does({.at = {400, 300}, .left = true});
  plot.does({.at = {400, 300}});
  CHECK(plot.view == before);
}

TEST_CASE("a press without a drag is a click, once, where it went down") {
  OnePlot plot;
  plot.does({.at = {400, 300}}, 60);
  CHECK(plot.hovered);
  plot.does({.at = {400, 300}, .left = true});
  CHECK(plot.clicks.empty());
  CHECK_FALSE(plot.hovered); // the mouse is held
  plot.does({.at = {402, 301}, .left = true});
  plot.does({.at = {402, 301}});
  REQUIRE(plot.clicks.size() == 1);
  CHECK(plot.clicks[0].x == 400);
  CHECK(plot.clicks[0].y == 300);
  CHECK(plot.view == PlotView{});
  CHECK(plot.hand.gesture.kind == Gesture::Kind::none);
}

TEST_CASE("a box by the right button becomes the view; Shift takes the full height, Alt the full width") {
  const ImVec2 from{300, 400}, to{500, 200};
  for (const auto& [shift, alt] : {std::pair{false, false}, {true, false}, {false, true}}) {
    OnePlot plot;
    plot.does({});
    const Axis x = plot.x_axis, y = plot.y_axis;
    plot.drag(from, to, {.right = true, .shift = shift, .alt = alt});
    CHECK(plot.view.x.has_value() == !alt);
    CHECK(plot.view.y.has_value() == !shift);
    if (plot.view.x) {
      CHECK(plot.view.x->least == doctest::Approx(x.value(300)));
      CHECK(plot.view.x->greatest == doctest::Approx(x.value(500)));
    }
    if (plot.view.y) {
      CHECK(plot.view.y->least == doctest::Approx(y.value(400)));
      CHECK(plot.view.y->greatest == doctest::Approx(y.value(200)));
    }
  }
}

TEST_CASE("a box is drawn while it is chosen, and Escape or the left button takes it back") {
  for (const bool escape : {true, false}) {
    OnePlot plot;
    plot.does({.at = {300, 300}});
    plot.does({.at = {300, 300}, .right = true});
    plot.does({.at = {450, 420}, .right = true});
    REQUIRE(plot.hand.painter.frames.size() == 1);
    CHECK(plot.hand.painter.frames[0].width() == 150);
    CHECK(plot.hand.painter.frames[0].height() == 120);
    plot.does({.at = {450, 420}, .left = !escape, .right = true, .escape = escape});
    plot.does({.at = {480, 440}, .right = true});
    CHECK(plot.hand.painter.frames.empty());
    plot.does({.at = {480, 440}});
    CHECK(plot.view == PlotView{});
    CHECK(plot.clicks.empty());
  }
}

TEST_CASE("a double click fits both axes, on an axis's labels that axis alone") {
  const PlotView zoomed{Range{20, 40}, Range{-0.5, 0.5}};
  OnePlot plot;
  plot.does({});
  plot.view = zoomed;
  plot.double_click(plot.middle());
  CHECK(plot.view == PlotView{});
  CHECK(plot.clicks.size() == 1); // the first of the two is a click, the second is not
  plot.view = zoomed;
  plot.double_click(plot.below());
  CHECK(plot.view == PlotView{{}, zoomed.y});
  plot.view = zoomed;
  plot.double_click(plot.beside());
  CHECK(plot.view == PlotView{zoomed.x, {}});
}

TEST_CASE("on an axis's labels wheel, drag and box move that axis alone") {
  for (const bool along_x : {true, false}) {
    const PlotView before{Range{20, 40}, Range{-0.5, 0.5}};
    for (const int what : {0, 1, 2}) {
      CAPTURE(what);
      OnePlot plot;
      plot.view = before;
      plot.does({});
      const ImVec2 at = along_x ? plot.below() : plot.beside(),
                   to{at.x - (along_x ? 60 : 0), at.y + (along_x ? 0 : 60)};
      if (what == 0) plot.wheel(at, 1);
      if (what == 1) plot.drag(at, to, {.left = true});
      if (what == 2) plot.drag(at, to, {.right = true});
      CHECK((plot.view.x == before.x) == !along_x);
      CHECK((plot.view.y == before.y) == along_x);
    }
  }
}

TEST_CASE("a horizontal wheel, or Shift and the wheel, pans across and keeps the span") {
  OnePlot plot;
  plot.view.x = Range{20, 40};
  plot.does({.at = {400, 300}});
  plot.does({.at = {400, 300}, .sideways = -1});
  CHECK(plot.view.x->least == doctest::Approx(22));
  CHECK(plot.view.x->greatest == doctest::Approx(42));
  plot.does({.at = {400, 300}, .wheel = 1, .shift = true});
  CHECK(plot.view.x->least == doctest::Approx(20));
  CHECK_FALSE(plot.view.y.has_value());
}

TEST_CASE("a view reaches at most 20 % beyond all there is, and holds the fewest values") {
  for (const Scale scale : {Scale::linear, Scale::log, Scale::symlog}) {
    CAPTURE(static_cast<int>(scale));
    OnePlot plot({.all = {1, 4096}, .scale = scale, .fewest = 4}, {.all = {-1, 1}});
    plot.does({});
    const double all = span({1, 4096}, scale), least = forward(scale, 1, 1) - 0.2 * all,
                 greatest = forward(scale, 1, 4096) + 0.2 * all;
    const auto check = [&] {
      REQUIRE(plot.view.x);
      CHECK(forward(scale, 1, plot.view.x->least) >= least - 1e-6 * all);
      CHECK(forward(scale, 1, plot.view.x->greatest) <= greatest + 1e-6 * all);
      CHECK(plot.view.x->greatest - plot.view.x->least >= 4 * (1 - 1e-6));
    };
    for (int i = 0; i < 12; ++i) plot.wheel(plot.middle(), -1);
    check();
    plot.drag({200, 300}, {800, 300}, {.left = true});
    check();
    for (const float at : {140.0f, 450.0f, 830.0f}) {
      for (int i = 0; i < 25; ++i) plot.wheel({at, 300}, 3);
      check();
      CHECK(plot.view.x->greatest - plot.view.x->least < 4.1);
      plot.drag({700, 300}, {200, 300}, {.left = true});
      check();
      for (int i = 0; i < 3; ++i) plot.drag({200, 300}, {800, 300}, {.left = true}); // into the lower limit
      check();
      plot.double_click(plot.middle());
    }
    // Notches at a limit are not saved up.
    for (int i = 0; i < 12; ++i) plot.wheel(plot.middle(), -1);
    const PlotView wide = plot.view;
    plot.wheel(plot.middle(), 1);
    CHECK(plot.view != wide);
  }
}

TEST_CASE("a view that the data no longer reaches is shown within its limits") {
  {
    OnePlot plot({.all = {0, 10}}, {.all = {0, 1}});
    plot.view.x = Range{500, 600};
    plot.does({});
    CHECK(plot.shown.x->greatest <= 12 + 1e-9);
    CHECK(plot.shown.x->least >= -2 - 1e-9);
    plot.view.x = Range{2, 5};
    plot.does({});
    CHECK(plot.shown.x == Range{2, 5});
  }
  // Down a logarithmic axis the same length holds fewer values.
  OnePlot log({.all = {1, 4096}, .scale = Scale::log, .fewest = 4}, {.all = {0, 1}});
  log.view.x = Range{1e9, 1e9 + 4};
  log.does({});
  CHECK(log.shown.x->greatest <= 4096 * std::pow(4096, 0.2001));
  CHECK(log.shown.x->greatest - log.shown.x->least >= 4 * (1 - 1e-6));
}

TEST_CASE("no room, no data and no sense do not trouble a plot") {
  const double nan = std::nan("");
  const AxisSpec specs[] = {{.all = {0, 0}},
                            {.all = {5, 5}, .scale = Scale::log},
                            {.all = {-3, -1}, .scale = Scale::log},
                            {.all = {nan, nan}, .scale = Scale::log},
                            {.all = {nan, 1}, .labels = Labels::pi},
                            {.all = {1e300, -1e308}},
                            {.all = {-1e308, 1e308}, .scale = Scale::symlog, .linear_within = -1},
                            {.all = {1, 1 + 1e-16}, .labels = Labels::powers_of_two},
                            {.all = {1e-320, 1e-310}, .scale = Scale::log},
                            {.all = {0, 1}, .view = Range{nan, 4}, .fewest = 4},
                            {.all = {1, 10}, .scale = Scale::log, .view = Range{-4, 4}}};
  for (const Rect room :
       {Rect{{0, 0}, {900, 600}}, Rect{{10, 10}, {10, 10}}, Rect{{10, 10}, {40, 22}}, Rect{{300, 200}, {100, 100}}})
    for (const AxisSpec& x : specs)
      for (const AxisSpec& y : specs) {
        OnePlot plot(x, y);
        plot.view = {x.view, y.view};
        plot.room = room;
        plot.does({});
        for (const ImVec2 at : {plot.middle(), plot.below(), plot.beside()}) {
          plot.does({.at = at, .wheel = 1}, 1);
          plot.does({.at = at, .wheel = -2}, 1);
          plot.does({.at = at, .right = true}, 1);
          plot.does({.at = {at.x + 9, at.y + 9}, .right = true}, 1);
          plot.does({.at = {at.x + 9, at.y + 9}}, 1);
        }
        CHECK(plot.shown.x->least < plot.shown.x->greatest);
        CHECK(plot.shown.y->least < plot.shown.y->greatest);
        CHECK(std::isfinite(plot.x_axis.pixel(plot.shown.x->greatest)));
      }
}

TEST_CASE("no label of an axis touches another or leaves the room") {
  std::mt19937 random(11);
  const auto between = [&](double a, double b) { return std::uniform_real_distribution(a, b)(random); };
  for (int trial = 0; trial < 200; ++trial) {
    CAPTURE(trial);
    const auto labels = static_cast<Labels>(trial % 5);
    const Scale scale = trial % 3 == 0 ? Scale::log : trial % 3 == 1 ? Scale::linear : Scale::symlog;
    const double from = scale == Scale::log ? std::exp(between(-9, 9)) : between(-1e4, 1e4);
    const double width = std::exp(between(-9, 12));
    const AxisSpec spec{.all = {from, from + width}, .scale = scale, .labels = labels, .title = "x (tokens)"};
    OnePlot plot(spec, spec);
    plot.room = {{50, 40}, {static_cast<float>(between(200, 900)), static_cast<float>(between(150, 650))}};
    plot.does({}, 1);
    const auto& words = plot.hand.painter.words;
    for (std::size_t i = 0; i < words.size(); ++i) {
      const auto right = [&](std::size_t k) {
        return words[k].at.x + text_width(plot.hand.fonts.small, words[k].text);
      };
      CHECK(words[i].at.x >= plot.room.least.x - 1);
      CHECK(right(i) <= plot.room.greatest.x + 1);
      for (std::size_t k = 0; k < i; ++k) {
        const bool apart = right(k) < words[i].at.x || right(i) < words[k].at.x ||
                           words[k].at.y + 13 <= words[i].at.y || words[i].at.y + 13 <= words[k].at.y;
        CAPTURE(words[i].text);
        CAPTURE(words[k].text);
        CHECK(apart);
      }
    }
  }
}

namespace {

/// A plot with one line that can be taken; what all there is of x follows from it, as a target follows from a context.
struct GripPlot : OnePlot {
  explicit GripPlot(Scale scale) : OnePlot({.all = {1, 1000}, .scale = scale}) {}

  void step(const compat::HandInput& input, int frames = 2) {
    hand.does(
        input,
        [&](const Canvas& c) {
          x.all = {1, 16 * value};
          x.view = view.x, y.view = view.y;
          Plot plot(c, "plot", room, x, y);
          plot.draw_axes();
          const Grip grip = plot.grip_x("line", value, chosen);
          if (grip.value) value = *grip.value;
          if (grip.reset) value = 64;
          lit = grip.lit;
          plot.take_input();
          moved |= plot.moved_view().has_value();
          if (plot.moved_view()) view = *plot.moved_view();
          clicked |= plot.clicked().has_value();
          at = {plot.x.pixel(value), plot.area.centre().y};
        },
        frames);
  }

  double value = 64;
  ImVec2 at{};
  bool lit = false, moved = false, clicked = false, chosen = false;
};

} // namespace

TEST_CASE("a line that is dragged stays under the hand, on every scale, though the axes follow from it") {
  for (const Scale scale : {Scale::linear, Scale::log, Scale::symlog}) {
    CAPTURE(static_cast<int>(scale));
    GripPlot plot(scale);
    plot.step({});
    const ImVec2 from{plot.at.x + 3, plot.at.y}; // not exactly on it
    plot.step({.at = from});
    CHECK(plot.lit);
    plot.step({.at = from, .left = true});
    CHECK(plot.value == 64); // a press alone moves nothing
    const double before = plot.value;
    for (const float by : {20.0f, 60.0f, -30.0f, 40.0f}) {
      const ImVec2 to{from.x + by, from.y};
      plot.step({.at = to, .left = true});
      CHECK(plot.at.x == doctest::Approx(to.x - 3).epsilon(1e-3));
    }
    CHECK(plot.value > before);
    plot.step({.at = {from.x + 40, from.y}});
    plot.step({.at = {from.x + 40, from.y}}, 60);
    CHECK_FALSE(plot.moved); // the plot below took none of it
    CHECK_FALSE(plot.clicked);
    const ImVec2 there = plot.at;
    plot.step({.at = there}, 60);
    for (const bool down : {true, false, true, false}) plot.step({.at = there, .left = down});
    CHECK(plot.value == 64);
  }
}

TEST_CASE("over a line the wheel is the plot's, and a double click too where a click had put the line there") {
  for (const bool chosen : {false, true}) {
    GripPlot plot(Scale::log);
    plot.chosen = chosen;
    plot.step({});
    const ImVec2 at = plot.at;
    plot.step({.at = at});
    CHECK(plot.lit);
    plot.step({.at = at, .wheel = 2});
    plot.step({.at = at});
    CHECK(plot.moved);
    CHECK(plot.view.x.has_value());
    plot.value = 100;
    plot.step({.at = {100, 300}});
    plot.step({.at = plot.at}, 60);
    const ImVec2 there = plot.at;
    for (const bool down : {true, false, true, false}) plot.step({.at = there, .left = down});
    CHECK(plot.view.x.has_value() != chosen); // fitted
    CHECK(plot.value == (chosen ? 100 : 64)); // else the line is back where it stands by itself
  }
}

TEST_CASE("a line outside the view cannot be taken, and the mouse beside it is the plot's") {
  GripPlot plot(Scale::log);
  plot.view.x = Range{100, 900};
  plot.step({});
  plot.step({.at = {100, 300}});
  CHECK_FALSE(plot.lit);
  plot.view.x.reset();
  plot.step({});
  const ImVec2 beside{plot.at.x + 30, plot.at.y};
  plot.step({.at = beside});
  for (const bool down : {true, false}) plot.step({.at = beside, .left = down});
  CHECK(plot.value == 64);
  CHECK(plot.clicked);
}

TEST_CASE("all plots of a frame fit where that is asked for") {
  OnePlot plot;
  plot.does({});
  plot.wheel(plot.middle(), 3);
  REQUIRE(plot.view.x);
  plot.hand.gesture.fit_all = true;
  plot.does({}, 1);
  CHECK(plot.view == PlotView{});
}

TEST_CASE("labels of tokens, the right end among them, never touch in any room") {
  std::mt19937 random(17);
  const auto between = [&](double a, double b) { return std::uniform_real_distribution(a, b)(random); };
  for (int trial = 0; trial < 300; ++trial) {
    const Scale scale = trial % 3 == 0 ? Scale::log : trial % 3 == 1 ? Scale::linear : Scale::symlog;
    const double end = std::floor(std::exp(between(4, 16)));
    OnePlot plot({.all = {scale == Scale::log ? 1.0 : 0.0, end},
                  .scale = scale,
                  .labels = Labels::powers_of_two,
                  .title = "x (tokens)",
                  .least_gap = 44,
                  .end_labelled = true});
    plot.room = {{50, 40}, {static_cast<float>(between(250, 950)), 400}};
    plot.does({}, 1);
    std::string wanted = grouped(end);
    if (std::fmod(end, 1024) == 0) wanted = power_of_two(end);
    const auto& words = plot.hand.painter.words;
    bool end_said = false;
    float before = -1e9f, top = -1;
    for (const auto& w : words) {
      if (w.at.y <= plot.area.greatest.y || w.text == "x (tokens)") continue; // labels of y, titles
      CAPTURE(w.text);
      CHECK((top < 0 || w.at.y == top));
      top = w.at.y;
      CHECK(w.at.x > before + 1);
      before = w.at.x + text_width(plot.hand.fonts.small, w.text);
      CHECK(before <= plot.room.greatest.x + 1);
      end_said |= w.text == wanted || w.text == grouped(end);
    }
    CAPTURE(end);
    CHECK(end_said);
  }
}
