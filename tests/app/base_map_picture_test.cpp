// The base map under the hand, in a table, and to the pixel.
#include <algorithm>
#include <cmath>
#include <map>
#include <sstream>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "app/canvas/imgui_compat.h"
#include "app/scene/presets.h"
#include "app/scene/property.h"
#include "core/analysis/base_map.h"
#include "tests/app/headless.h"
#include "tests/app/plot_scene.h"
#include "tests/run_program.h"

using namespace ropescope;

namespace {

Scene base_map() {
  Scene scene = first_scene();
  scene.view = "base-map";
  return scene;
}

/// The plot of a window; its name is also that of the view in the bar, which comes first.
canvas::Rect plot_of(const test::Headless& window) {
  canvas::Rect found{};
  for (const canvas::Control& control : window.shell.controls())
    if (control.key == "base-map") found = control.area;
  REQUIRE(found.width() > 200);
  return found;
}

/// Where a length and a base lie on the whole map.
ImVec2 place(canvas::Rect area, double length, double base) {
  const double x = std::log(length / 1024) / std::log(2048.0), y = std::log(1e9 / base) / std::log(1e6);
  return {area.least.x + area.width() * static_cast<float>(x), area.least.y + area.height() * static_cast<float>(y)};
}

void mouse(test::Headless& window, ImVec2 at, bool pressed, float wheel = 0) {
  compat::mouse(at, pressed, wheel);
  window.frame(false);
  window.frame(false);
}

void drag(test::Headless& window, ImVec2 from, ImVec2 to) {
  mouse(window, from, false);
  mouse(window, from, true);
  for (const float part : {0.3f, 0.7f, 1.0f})
    mouse(window, {from.x + part * (to.x - from.x), from.y + part * (to.y - from.y)}, true);
  mouse(window, to, false);
}

double number(const test::Headless& window, std::string_view key) {
  return std::get<double>(get(window.shell.scene(), *find_property(key)));
}

struct Line {
  double base, length, least, first_negative;
};

std::vector<Line> table(const std::string& options) {
  const test::Scratch scratch;
  REQUIRE(test::run_program(scratch, "render --picture base-map --out a.csv " + options).status == 0);
  std::istringstream text(read_file(scratch.path / "a.csv", std::uintmax_t{1} << 26));
  std::vector<Line> lines;
  for (std::string line; std::getline(text, line);) {
    if (line.starts_with("#")) continue;
    if (line.starts_with("base")) {
      CHECK(line == "base,length,least,first_negative");
      continue;
    }
    Line read{};
    REQUIRE(std::sscanf(line.c_str(), "%lf,%lf,%lf,%lf", &read.base, &read.length, &read.least, &read.first_negative) ==
            4);
    lines.push_back(read);
  }
  return lines;
}

} // namespace

TEST_CASE("the map's table has the published numbers, and no length of a base raises its least score") {
  const std::vector<Line> lines = table("--pose base=500000 --pose trained=8192");
  CHECK(lines.size() > 241 * 40);
  const auto at = [&](double base, double length) {
    const auto found = std::find_if(lines.begin(), lines.end(), [&](const Line& line) {
      return std::abs(line.base / base - 1) < 1e-9 && line.length == length;
    });
    CAPTURE(base);
    CAPTURE(length);
    REQUIRE(found != lines.end());
    return *found;
  };
  for (const auto& [base, first] : {std::pair{1e4, 1707}, std::pair{1e5, 7757}, std::pair{5e5, 18438},
                                    std::pair{1e6, 27115}, std::pair{1e7, 144660}})
    CHECK(at(base, 4096).first_negative == first);
  CHECK(std::abs(at(1e4, 4096).least - -0.1307) < 6e-5);
  CHECK(std::abs(at(1e4, 32768).least - -0.2802) < 6e-5);
  CHECK(std::abs(at(5e5, 8192).least - 0.0933) < 6e-5);
  CHECK(std::abs(at(1e7, 1010000).least - -0.1728) < 6e-5);
  for (std::size_t i = 1; i < lines.size(); ++i) {
    const Line &before = lines[i - 1], &line = lines[i];
    if (before.base == line.base) {
      CHECK(line.length > before.length);
      CHECK(line.least <= before.least);
    } else
      CHECK(line.base > before.base);
    CHECK((line.least < 0) == (line.first_negative > 0 && line.first_negative <= line.length));
  }
}

TEST_CASE("the cross-hair is dragged by either line, and a click puts base and length where it is") {
  test::Headless window(1600, 1000, base_map());
  window.frame(false);
  window.frame(false);
  const canvas::Rect area = plot_of(window);
  const ImVec2 cross = place(area, 4096, 1e4);
  drag(window, {cross.x, cross.y - 150}, {place(area, 16384, 1e4).x, cross.y - 150});
  CHECK(number(window, "trained") == doctest::Approx(16384).epsilon(0.07));
  CHECK(number(window, "base") == 1e4);
  drag(window, {cross.x - 60, cross.y}, {cross.x - 60, place(area, 4096, 1e6).y});
  CHECK(number(window, "base") == doctest::Approx(1e6).epsilon(0.05));
  const ImVec2 free = place(area, 3000, 3e7);
  for (const bool pressed : {false, true, false}) mouse(window, free, pressed);
  CHECK(number(window, "trained") == doctest::Approx(3000).epsilon(0.05));
  CHECK(number(window, "base") == doctest::Approx(3e7).epsilon(0.05));
  CHECK(window.shell.message().empty());
}

TEST_CASE("a click on a model's dot loads that model, and the view stays") {
  test::Headless window(1600, 1000, base_map());
  window.frame(false);
  window.frame(false);
  for (const auto& [length, base, preset] :
       {std::tuple{8192.0, 5e5, "llama-3-8b"}, std::tuple{200000.0, 1e7, "yi-34b-200k"}}) {
    const ImVec2 dot = place(plot_of(window), length, base);
    for (const bool pressed : {false, true, false}) mouse(window, dot, pressed);
    CHECK(window.shell.scene().model.origin == preset);
    CHECK(window.shell.scene().view == "base-map");
    for (int i = 0; i < 40; ++i) window.frame(false); // no double click
  }
}

TEST_CASE("the wheel zooms both axes of the map, and the cut beside it shows the same bases") {
  test::Headless window(1600, 1000, base_map());
  window.frame(false);
  window.frame(false);
  const canvas::Rect area = plot_of(window);
  mouse(window, area.centre(), false, 4);
  const Options& options = window.shell.scene().options;
  const auto x = options.range(*find_property("base-map.x")), y = options.range(*find_property("base-map.y"));
  REQUIRE(x);
  REQUIRE(y);
  CHECK(std::log(x->greatest / x->least) == doctest::Approx(std::log(2048.0) / std::pow(1.2, 4)).epsilon(0.01));
  CHECK(std::log(y->greatest / y->least) == doctest::Approx(std::log(1e6) / std::pow(1.2, 4)).epsilon(0.01));
  const auto cut = window.shell.control("base-map cut");
  REQUIRE(cut);
  CHECK(cut->least.y == plot_of(window).least.y);
  CHECK(cut->greatest.y == plot_of(window).greatest.y);
}

TEST_CASE("the border passes where each base's score is first negative, and cells have their score's sign") {
  for (const auto& [width, height] : {std::pair{1600, 1000}, std::pair{900, 600}}) {
    test::Headless window(width, height, base_map());
    window.frame(false);
    test::NotingPainter painter;
    window.shell.frame(width, height, 1 / 60.0f, false, &painter);
    const canvas::Rect area = plot_of(window);
    for (const double base : {1e4, 1e5, 1e6, 1e7}) {
      CAPTURE(base);
      const LeastScores row = least_scores(128, base, 1 << 21);
      const ImVec2 expected = place(area, static_cast<double>(*row.first_negative()), base);
      double nearest = 1e9;
      for (const std::vector<ImVec2>& line : painter.lines)
        if (line.size() > 200) // no other has so many points
          for (const ImVec2 at : line)
            nearest = std::min(nearest, static_cast<double>(std::hypot(at.x - expected.x, at.y - expected.y)));
      CHECK(nearest < 1.5);
    }
  }
}

TEST_CASE("bound names the smallest base and those above it that fail, for one length and for several") {
  const test::Scratch scratch;
  const test::Outcome one = test::run_program(scratch, "bound --head-dim 128 --length 4096 --json");
  CHECK(one.status == 0);
  const auto json = nlohmann::json::parse(one.out);
  CHECK(json.at("head_dim") == 128);
  const auto& bound = json.at("lengths").at(0);
  CHECK(bound.at("length") == 4096);
  CHECK(bound.at("smallest_feasible").get<double>() == doctest::Approx(2.884e4).epsilon(1e-3));
  CHECK(bound.at("largest_failing").get<double>() == doctest::Approx(5.689e4).epsilon(1e-3));
  CHECK(bound.at("sign_changes").get<int>() > 1);
  CHECK(bound.at("failing_above").size() > 1);
  const auto several =
      nlohmann::json::parse(test::run_program(scratch, "bound --head-dim 64 --length 1k,2k 4096 --json").out);
  CHECK(several.at("lengths").size() == 3);
  CHECK(several.at("lengths").at(2).at("length") == 4096);
  const test::Outcome words = test::run_program(scratch, "bound --head-dim 128 --length 4k");
  CHECK(words.status == 0);
  CHECK(words.out.find("4 096 tokens: bases from 2.884e+04 on, but not these") != std::string::npos);
}

TEST_CASE("bound refuses what is no head and what is no length, by its name and what was expected") {
  const test::Scratch scratch;
  for (const char* wrong : {"--head-dim 127 --length 4096", "--head-dim 0 --length 4096", "--head-dim 128 --length 0",
                            "--head-dim 128 --length many", "--head-dim 128 --length 99999999999", "--length 4096",
                            "--head-dim 128", "--head-dim 128 --length null"}) {
    CAPTURE(wrong);
    const test::Outcome outcome = test::run_program(scratch, std::string("bound ") + wrong);
    CHECK(outcome.status == 2);
    CHECK(outcome.out.empty());
    CHECK(outcome.err.find('\n') == outcome.err.size() - 1);
    CHECK((outcome.err.find("--head-dim") != std::string::npos || outcome.err.find("--length") != std::string::npos));
  }
}
