// The pictures of context extension under the hand, in pixels and in numbers: turns, carpet, transfer, stale-cache.
#include <cmath>
#include <map>
#include <numbers>
#include <sstream>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "app/scene/picture.h"
#include "app/scene/property.h"
#include "app/scene/scene_json.h"
#include "core/analysis/carpet.h"
#include "core/io/file.h"
#include "tests/app/drawn_painter.h"
#include "tests/app/gestures.h"
#include "tests/app/headless.h"
#include "tests/run_program.h"

using namespace ropescope;

namespace {

Scene seen(std::string_view view, std::vector<std::string> pose = {}) {
  Scene scene = pose.empty() ? default_scene() : with_patch(default_scene(), read_assignments(pose, "--pose"));
  scene.view = view;
  return scene;
}

double number(const test::Headless& window, std::string_view key) {
  return std::get<double>(get(window.shell.scene(), *find_property(key)));
}

int greatest_difference(ImU32 a, ImU32 b) {
  int greatest = 0;
  for (int shift = 0; shift < 24; shift += 8)
    greatest = std::max(greatest, std::abs(static_cast<int>(a >> shift & 255) - static_cast<int>(b >> shift & 255)));
  return greatest;
}

/// A picture's CSV: lists by the names of its columns, and its comments in "#".
struct Numbers {
  std::map<std::string, std::vector<double>> columns;
  std::string comments;
  const std::vector<double>& operator[](const std::string& name) const { return columns.at(name); }
};
Numbers numbers_of(const std::string& arguments) {
  const test::Scratch scratch;
  REQUIRE(test::run_program(scratch, "render " + arguments + " --out a.csv").status == 0);
  std::istringstream text(read_file(scratch.path / "a.csv", std::uintmax_t{1} << 26));
  Numbers numbers;
  std::vector<std::string> names;
  for (std::string line; std::getline(text, line);) {
    if (line.starts_with("#")) {
      numbers.comments += line + '\n';
      continue;
    }
    std::istringstream fields(line);
    std::size_t at = 0;
    const bool first = names.empty();
    for (std::string field; std::getline(fields, field, ','); ++at) {
      if (first)
        names.push_back(field);
      else
        numbers.columns[names.at(at)].push_back(std::stod(field));
    }
  }
  return numbers;
}

} // namespace

TEST_CASE(
    "in the turns the lengths are dragged, a bar selects its pair, and a small picture puts its scheme in force") {
  test::Headless window(1600, 1000, seen("turns"));
  test::Hand hand(window);
  hand.drag("turns target", {0.5f, 0.9f}, {6, 0.9f});
  CHECK(number(window, "target") > 65536);
  hand.drag("turns trained", {0.5f, 0.9f}, {-6, 0.9f});
  CHECK(number(window, "trained") < 4096);
  hand.click("largest turns", {0.3f, (40 + 0.5f) / 64});
  CHECK(window.shell.scene().pair == 40);
  hand.click("turns linear");
  CHECK(window.shell.scene().rope.scaling.rope_type == RopeType::linear);
  CHECK(window.shell.control("turns yarn").has_value() ==
        window.shell.scene().compared[static_cast<int>(RopeType::yarn)]);
}

TEST_CASE("in the carpet lengths are dragged, a click sets m and the pair, the wheel zooms both maps, l is its scale") {
  test::Headless window(1600, 1000, seen("carpet"));
  test::Hand hand(window);
  REQUIRE(window.shell.control("carpet beside"));
  const auto area = window.shell.control("carpet beside").value();
  // Not at three quarters, where the line of the trained length takes the hand.
  hand.click("carpet beside", {0.7f, (52 + 0.5f) / 64});
  CHECK(window.shell.scene().pair == 52);
  CHECK(static_cast<double>(window.shell.scene().m) ==
        doctest::Approx(std::pow(65536.0, 0.7)).epsilon(2 / area.width() * 12));
  hand.drag("carpet beside trained", {0.5f, 0.3f}, {-8, 0.3f});
  CHECK(number(window, "trained") < 4096);
  hand.drag("carpet target", {0.5f, 0.3f}, {-8, 0.3f});
  CHECK(number(window, "target") < 65536);
  const Property& x = *find_property("carpet.x");
  hand.wheel("carpet beside", 3, {0.3f, 0.3f});
  REQUIRE(window.shell.scene().options.range(x));
  CHECK(window.shell.scene().options.range(x)->greatest < 65536);
  hand.wheel("carpet beside", -3, {0.3f, 0.3f});
  CHECK(!window.shell.scene().options.range(x));
  hand.press("l");
  CHECK(window.shell.scene().options.is(*find_property("carpet.x_scale"), "linear"));
  CHECK(window.shell.scene().options.is(*find_property("score.x_scale"), "log"));
  hand.click("carpet first title");
  CHECK(!is_null(window.shell.scene().options[*find_property("carpet.beside")]));
  hand.click("carpet title");
  CHECK(window.shell.scene().rope.scaling.rope_type != RopeType::yarn);
}

TEST_CASE("a cell of the carpet has the colour of its mean phasor, one for each pixel across and each pair") {
  for (const canvas::ThemeName theme : {canvas::ThemeName::dark, canvas::ThemeName::light}) {
    Scene scene = seen("carpet", {"carpet.x=200,60000"});
    scene.theme = theme;
    test::Headless window(1600, 1000, scene);
    window.picture_frame();
    test::DrawnPainter painter;
    window.shell.picture_frame(1600, 1000, true, &painter);
    REQUIRE(painter.images.size() == 2);
    const auto area = window.shell.control("carpet beside").value();
    const test::DrawnPainter::Image& image = painter.images.front();
    CHECK(image.rows == 64);
    CHECK(static_cast<float>(image.columns) == std::round(area.greatest.x) - std::round(area.least.x));
    const ImU32 ground =
        theme == canvas::ThemeName::dark ? IM_COL32(0x26, 0x2b, 0x33, 255) : IM_COL32(0xc9, 0xce, 0xd6, 255);
    const canvas::Axis x{200, 60000, area.least.x, area.greatest.x, canvas::Scale::log};
    const std::vector<double> theta = make_spectrum(first_scene().rope).inv_freq;
    for (std::int64_t column = 3; column < image.columns; column += 29)
      for (std::size_t pair = 0; pair < 64; pair += 7) {
        const float left = std::round(area.least.x) + static_cast<float>(column);
        const auto from = static_cast<std::int64_t>(std::ceil(x.value(left))),
                   to = static_cast<std::int64_t>(std::ceil(x.value(left + 1))) - 1;
        if (to < from) continue;
        const MeanPhasor mean = mean_phasor(theta[pair], from, to);
        const ImU32 wanted =
            canvas::mix_oklab(ground, canvas::phase_colour(mean.angle, 1), static_cast<float>(mean.strength));
        CAPTURE(column);
        CAPTURE(pair);
        CHECK(greatest_difference(
                  image.colours[pair * static_cast<std::size_t>(image.columns) + static_cast<std::size_t>(column)],
                  wanted) <= 3);
      }
  }
}

TEST_CASE(
    "a β edge of the transfer curve is dragged and never crosses the other, its line is s, a click selects a pair") {
  test::Headless window(1600, 1000, seen("transfer"));
  test::Hand hand(window);
  hand.drag("transfer beta_fast", {0.5f, 0.5f}, {8.5f, 0.5f});
  const double fast = number(window, "yarn.beta_fast");
  CHECK(fast < 32);
  CHECK(fast > 4);
  hand.drag("transfer beta_fast", {0.5f, 0.5f}, {95, 0.5f});
  CHECK(number(window, "yarn.beta_fast") >= 1.049 * number(window, "yarn.beta_slow"));
  hand.drag("transfer beta_slow", {0.5f, 0.5f}, {-60, 0.5f});
  CHECK(number(window, "yarn.beta_fast") >= 1.049 * number(window, "yarn.beta_slow"));
  for (int i = 0; i < 60; ++i) window.frame(false); // so that the next click begins a double click of its own
  hand.double_click("transfer beta_fast", {0.5f, 0.5f});
  CHECK(number(window, "yarn.beta_fast") == 32);
  hand.drag("transfer factor", {0.75f, 0.5f}, {0.75f, 5.5f});
  CHECK(number(window, "factor") > 16);
  hand.click("largest transfer", {0.6f, 0.2f});
  const std::int64_t pair = window.shell.scene().pair;
  CHECK(pair > 33);
  CHECK(pair < 44);
}

TEST_CASE("the transfer curve lies within 1.5 pixels of θ'/θ, in its own picture and as the wavelengths' option") {
  for (const char* view : {"transfer", "wavelengths"}) {
    Scene scene = seen(view, {"wavelengths.transfer=on", "transfer.x=4,80000", "transfer.y=0.03,4", "compare=ntk"});
    test::Headless window(1600, 1000, scene);
    window.picture_frame();
    test::DrawnPainter painter;
    window.shell.picture_frame(1600, 1000, true, &painter);
    const auto area = window.shell.control("transfer").value();
    const canvas::Axis x{4, 80000, area.least.x, area.greatest.x, canvas::Scale::log},
        y{0.03, 4, area.greatest.y, area.least.y, canvas::Scale::log};
    const std::vector<double> before = make_spectrum(first_scene().rope).inv_freq,
                              after = make_spectrum(default_scene().rope).inv_freq;
    int seen_points = 0;
    for (const auto& drawn : painter.lines) {
      const std::vector<ImVec2>& line = drawn.points;
      if (line.size() != 64 || std::abs(line[63].y - y.pixel(0.0625)) > 1.5f ||
          std::abs(line[20].y - y.pixel(1)) > 1.5f)
        continue;
      for (std::size_t i = 0; i < 64; i += 3, ++seen_points) {
        CHECK(std::abs(line[i].x - x.pixel(2 * std::numbers::pi / before[i])) < 1.5f);
        CHECK(std::abs(line[i].y - y.pixel(after[i] / before[i])) < 1.5f);
      }
    }
    CAPTURE(view);
    CHECK(seen_points >= 20);
  }
}

TEST_CASE(
    "a stale cache: causes are chosen, the stored keys and the distance are dragged, and a bar selects its pair") {
  test::Headless window(1600, 1000, seen("stale-cache"));
  test::Hand hand(window);
  hand.drag("stale-cache.cached_at", {0.4f, 0.8f}, {0.7f, 0.8f});
  CHECK(number(window, "stale-cache.cached_at") > 4096);
  hand.click("stale-cache.cause base");
  CHECK(std::get<std::string>(window.shell.scene().options[*find_property("stale-cache.cause")]) == "base");
  hand.drag("stale-cache.key_base", {0.6f, 0.8f}, {0.4f, 0.8f});
  CHECK(number(window, "stale-cache.key_base") < 500000);
  hand.click("stale-cache.cause shift");
  hand.drag("stale-cache.shift", {0.3f, 0.8f}, {0.6f, 0.8f});
  CHECK(number(window, "stale-cache.shift") > 512);
  const std::int64_t before = window.shell.scene().m - window.shell.scene().n;
  hand.drag("stale scores distance", {0.5f, 0.6f}, {8, 0.6f});
  CHECK(window.shell.scene().m - window.shell.scene().n > before);
  hand.click("stale angles", {(45 + 0.5f) / 64, 0.5f});
  CHECK(window.shell.scene().pair == 45);
}

TEST_CASE("a stale cache's CSV says the scores that the lecture claims, and its angles follow from its tables") {
  const Numbers stale =
      numbers_of("--picture stale-cache --model mistral-7b-v0.1 --pose scheme=dynamic --pose trained=8192 "
                 "--pose factor=1 --pose seq_len=32768 --pose target=32768 --pose m=8192 --pose n=8191 "
                 "--pose stale-cache.query=8192");
  CHECK(stale.comments.find("score fresh 0.9736") != std::string::npos);
  CHECK(stale.comments.find("stale 0.0943665") != std::string::npos);
  for (std::size_t i = 0; i < 64; ++i) {
    const double angle = 8192 * stale["query_inv_freq"][i] - 8191 * stale["key_inv_freq"][i];
    CHECK(std::abs(std::remainder(angle - stale["stale_angle"][i], 2 * std::numbers::pi)) < 1e-8);
    CHECK(std::abs(std::remainder(stale["stale_angle"][i] - stale["fresh_angle"][i] - stale["angle_error"][i],
                                  2 * std::numbers::pi)) < 1e-8);
  }
}

TEST_CASE("the CSV of turns and of the carpet say which pairs meet unseen angles") {
  const Numbers turns = numbers_of("--picture turns --model llama-2-7b --pose compare=linear,ntk,yarn");
  const auto count = [&](const char* column) {
    double sum = 0;
    for (const double value : turns[column]) sum += value;
    return sum;
  };
  CHECK(count("none_unseen") == 18);
  CHECK(count("linear_unseen") == 0);
  CHECK(count("ntk_unseen") == 17);
  CHECK(count("yarn_unseen") == 0);
  CHECK(turns["turns_trained"][45] == doctest::Approx(1.0039).epsilon(1e-4));
  const Numbers carpet = numbers_of("--picture carpet --model llama-2-7b --pose compare=yarn");
  bool found = false;
  for (std::size_t row = 0; row < carpet["pair"].size(); ++row) {
    if (carpet["unseen"][row] != 0) CHECK(carpet["to"][row] > 4096);
    if (carpet["pair"][row] != 30 || carpet["from"][row] != 358) continue;
    found = true;
    CHECK(carpet["to"][row] == 364);
    CHECK(carpet["angle"][row] == doctest::Approx(4.81401237).epsilon(1e-8));
    CHECK(carpet["strength"][row] == doctest::Approx(0.99964438).epsilon(1e-8));
  }
  CHECK(found);
}
