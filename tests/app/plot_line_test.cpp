#include <algorithm>
#include <cmath>
#include <random>

#include <doctest/doctest.h>

#include "app/canvas/columns.h"
#include "app/canvas/plot.h"
#include "tests/app/plot_scene.h"

using namespace ropescope;
using namespace ropescope::canvas;

namespace {

constexpr double no_value = std::numeric_limits<double>::quiet_NaN();

/// Draws a line into a plot of 800 × 500 pixels and keeps what was drawn.
struct Drawn {
  template <typename Line>
  Drawn(const AxisSpec& x_spec, const AxisSpec& y_spec, Line line) {
    hand.does(
        {},
        [&](const Canvas& c) {
          Plot plot(c, "plot", {{20, 20}, {880, 560}}, x_spec, y_spec);
          hand.painter.clear();
          line(plot);
          x = plot.x, y = plot.y, area = plot.area;
        },
        1);
  }

  std::size_t primitives() const {
    std::size_t count = 0;
    for (const auto& line : hand.painter.lines) count += line.size();
    for (const auto& band : hand.painter.bands) count += band.size();
    return count;
  }

  /// The least distance (pixels) from a point to what was drawn.
  float distance(ImVec2 p) const {
    float least = 1e30f;
    for (const auto& line : hand.painter.lines)
      for (std::size_t i = 0; i + 1 < line.size(); ++i) {
        const ImVec2 a = line[i], b = line[i + 1];
        const float dx = b.x - a.x, dy = b.y - a.y, length = dx * dx + dy * dy;
        const float t = length > 0 ? std::clamp(((p.x - a.x) * dx + (p.y - a.y) * dy) / length, 0.0f, 1.0f) : 0;
        const float d = std::hypot(p.x - a.x - t * dx, p.y - a.y - t * dy);
        if (d < least) least = d; // false for a gap
      }
    for (const auto& band : hand.painter.bands)
      for (std::size_t i = 0; i + 1 < band.size(); ++i) {
        const Span &a = band[i], &b = band[i + 1];
        if (!(p.x >= a.x - 1 && p.x <= b.x + 1)) continue;
        const float top = std::min(a.top, b.top), bottom = std::max(a.bottom, b.bottom);
        least = std::min(least, std::max({0.0f, top - p.y, p.y - bottom}));
      }
    return least;
  }

  test::PlotHand hand;
  Axis x, y;
  Rect area{};
};

/// What a million scores look like: waves of every length, and a few points far from all others.
std::vector<double> waves(std::size_t count) {
  std::vector<double> ys(count);
  for (std::size_t i = 0; i < count; ++i) {
    const auto m = static_cast<double>(i);
    ys[i] = 0.2 * std::cos(m * 1e-5) + 0.1 * std::cos(m * 0.7) * std::exp(-m * 4e-6);
  }
  for (const std::size_t spike : {count / 7, count / 3, count - 5}) ys[spike] = 0.9;
  return ys;
}

} // namespace

TEST_CASE("a line of a million points draws a few pieces per column and touches the extremes of every column") {
  constexpr std::size_t count = 1'000'000;
  const std::vector<double> ys = waves(count);
  std::vector<double> xs(count);
  for (std::size_t i = 0; i < count; ++i) xs[i] = static_cast<double>(i + 1);
  const Columns<double> columns(ys, 1);
  for (const Scale scale : {Scale::linear, Scale::log})
    for (const int how : {0, 1, 2}) {
      CAPTURE(static_cast<int>(scale));
      CAPTURE(how);
      const AxisSpec x{.all = {1, count}, .scale = scale}, y{.all = {-1, 1}};
      const Drawn drawn(x, y, [&](const Plot& plot) {
        if (how == 0) plot.line(xs, ys, IM_COL32_WHITE, 2);
        if (how == 1) plot.line(columns, IM_COL32_WHITE, 2);
        if (how == 2) {
          std::vector<ImVec2> points;
          for (std::size_t i = 0; i < count; ++i) points.push_back(plot.at(xs[i], ys[i]));
          plot.line(points, IM_COL32_WHITE, 2);
        }
      });
      CHECK(drawn.primitives() <= 5 * static_cast<std::size_t>(drawn.area.width()));
      // By brute force: the extremes of every column of pixels.
      float worst = 0;
      for (std::size_t begin = 0, end = 0; begin < count; begin = end) {
        const float column = std::floor(drawn.x.pixel(xs[begin]));
        std::size_t least = begin, greatest = begin;
        for (end = begin; end < count && std::floor(drawn.x.pixel(xs[end])) == column; ++end) {
          if (ys[end] < ys[least]) least = end;
          if (ys[end] > ys[greatest]) greatest = end;
        }
        for (const std::size_t i : {least, greatest})
          worst = std::max(worst, drawn.distance({drawn.x.pixel(xs[i]), drawn.y.pixel(ys[i])}));
      }
      CHECK(worst <= 1); // half of the line's width
    }
}

TEST_CASE("a line of calm and wild stretches at different heights has no hole") {
  constexpr std::size_t count = 100'000;
  std::mt19937 random(21);
  std::vector<double> xs(count), ys(count);
  const Drawn drawn({.all = {0, count}}, {.all = {-1, 1}}, [&](const Plot& plot) {
    double level = 0, noise = 0;
    int before = -1;
    for (std::size_t i = 0; i < count; ++i) {
      xs[i] = static_cast<double>(i);
      // Another height from one column of pixels to the next, so that no column holds both.
      const int column = static_cast<int>(plot.x.pixel(xs[i]));
      if (column != before && std::uniform_int_distribution(0, 2)(random) == 0) {
        level = std::uniform_real_distribution(-0.7, 0.7)(random);
        noise = std::uniform_int_distribution(0, 1)(random) == 0 ? 0 : 0.05;
      }
      before = column;
      ys[i] = level + noise * std::uniform_real_distribution(-1.0, 1.0)(random);
    }
    plot.line(xs, ys, ~0u, 2);
  });
  float worst = 0;
  for (std::size_t i = 0; i + 1 < count; ++i) {
    const ImVec2 a{drawn.x.pixel(xs[i]), drawn.y.pixel(ys[i])}, b{drawn.x.pixel(xs[i + 1]), drawn.y.pixel(ys[i + 1])};
    if (std::floor(a.x) == std::floor(b.x)) continue;
    worst = std::max(worst, drawn.distance({(a.x + b.x) / 2, (a.y + b.y) / 2}));
  }
  CHECK(worst <= 1.5f);
}

TEST_CASE("a gap that lies at the edge of a column of many points is seen") {
  constexpr std::size_t count = 100'000;
  for (const bool first : {true, false}) {
    std::vector<double> xs(count), ys(count, 0.5);
    for (std::size_t i = 0; i < count; ++i) xs[i] = static_cast<double>(i);
    std::size_t gaps = 0;
    const Drawn drawn({.all = {0, count}}, {.all = {-1, 1}}, [&](const Plot& plot) {
      const auto column = [&](std::size_t i) { return static_cast<int>(plot.x.pixel(xs[i])); };
      for (std::size_t i = 1; i + 1 < count; ++i) {
        const bool at_edge = first ? column(i) != column(i - 1) : column(i) != column(i + 1);
        if (at_edge && column(i) % 10 == 0) ys[i] = no_value, ++gaps;
      }
      plot.line(xs, ys, ~0u, 2);
    });
    REQUIRE(drawn.hand.painter.lines.size() == 1);
    const auto& line = drawn.hand.painter.lines[0];
    CHECK(gaps > 50);
    CHECK(std::count_if(line.begin(), line.end(), [](ImVec2 p) { return std::isnan(p.x); }) ==
          doctest::Approx(gaps).epsilon(0.03));
  }
}

TEST_CASE("nothing is drawn across a gap, of few points and of many") {
  for (const std::size_t count : {std::size_t{21}, std::size_t{200'001}}) {
    CAPTURE(count);
    std::vector<double> xs(count), ys(count);
    for (std::size_t i = 0; i < count; ++i) {
      xs[i] = static_cast<double>(i) / static_cast<double>(count - 1);
      ys[i] = xs[i] > 0.399 && xs[i] < 0.601 ? no_value : std::sin(40 * xs[i]);
    }
    const Drawn drawn({.all = {0, 1}}, {.all = {-1, 1}}, [&](const Plot& plot) { plot.line(xs, ys, ~0u, 2); });
    const float from = drawn.x.pixel(0.41), to = drawn.x.pixel(0.59);
    std::size_t pieces = 0;
    for (const auto& line : drawn.hand.painter.lines)
      for (std::size_t i = 0; i + 1 < line.size(); ++i) {
        if (!std::isfinite(line[i].x) || !std::isfinite(line[i + 1].x)) continue;
        ++pieces;
        const bool across = std::min(line[i].x, line[i + 1].x) < to && std::max(line[i].x, line[i + 1].x) > from;
        CHECK_FALSE(across);
      }
    for (const auto& band : drawn.hand.painter.bands)
      for (std::size_t i = 0; i + 1 < band.size(); ++i) CHECK_FALSE((band[i].x < from && band[i + 1].x > to));
    CHECK(pieces > 10);
  }
}

TEST_CASE("a line that is cut far outside the view keeps its slope within") {
  // 10¹² pixels to either side of the area: float could not tell where such a line passes.
  const double xs[] = {-1e9, 1e9}, ys[] = {-1e9 + 0.25, 1e9 + 0.25};
  const Drawn drawn({.all = {0, 1}}, {.all = {0, 1}}, [&](const Plot& plot) { plot.line(xs, ys, ~0u, 2); });
  for (const double at : {0.0, 0.3, 0.7}) CHECK(drawn.distance({drawn.x.pixel(at), drawn.y.pixel(at + 0.25)}) < 0.5f);
  for (const auto& line : drawn.hand.painter.lines)
    for (const ImVec2& p : line) CHECK(std::abs(p.x) < 1e4f);
}

TEST_CASE("points that do not run from left to right are all kept") {
  std::vector<double> xs, ys;
  for (int i = 0; i < 20000; ++i) {
    xs.push_back(std::cos(i * 0.001));
    ys.push_back(std::sin(i * 0.001));
  }
  const Drawn drawn({.all = {-1, 1}}, {.all = {-1, 1}}, [&](const Plot& plot) { plot.line(xs, ys, ~0u, 2); });
  CHECK(drawn.primitives() == xs.size());
}

TEST_CASE("the extremes of any stretch are those that a scan finds, and cost an eighth of the values at most") {
  std::mt19937 random(3);
  for (const std::size_t count : {std::size_t{0}, std::size_t{1}, std::size_t{63}, std::size_t{64}, std::size_t{129},
                                  std::size_t{4096}, std::size_t{100'003}}) {
    CAPTURE(count);
    std::vector<float> values(count);
    for (float& v : values) v = std::uniform_real_distribution(-1.0f, 1.0f)(random);
    for (std::size_t i = 0; i < count; i += 5) values[i] = std::nanf("");
    for (std::size_t i = count / 2; i < std::min(count, count / 2 + 400); ++i) values[i] = std::nanf("");
    const Columns<float> columns(values);
    CHECK(columns.extra_bytes() * 8 <= count * sizeof(float));
    for (int trial = 0; trial < 300; ++trial) {
      std::size_t begin = std::uniform_int_distribution<std::size_t>(0, count)(random);
      std::size_t end = std::uniform_int_distribution<std::size_t>(0, count)(random);
      if (begin > end) std::swap(begin, end);
      float least = 9, greatest = -9;
      for (std::size_t i = begin; i < end; ++i)
        if (!std::isnan(values[i])) least = std::min(least, values[i]), greatest = std::max(greatest, values[i]);
      const auto found = columns.extremes(begin, end);
      CHECK(found.none() == (least > greatest));
      if (found.none()) continue;
      CHECK(found.least == least);
      CHECK(found.greatest == greatest);
    }
  }
}
