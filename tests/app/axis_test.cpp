#include "app/canvas/axis.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <random>
#include <set>

#include <doctest/doctest.h>

using namespace ropescope;
using namespace ropescope::canvas;

namespace {

/// A window on to a scale, anywhere and of any width down to a millionth.
Axis random_axis(std::mt19937& random, Scale scale) {
  const auto between = [&](double a, double b) { return std::uniform_real_distribution(a, b)(random); };
  const double sign = scale == Scale::log || between(0, 1) < 0.5 ? 1 : -1;
  const double centre = sign * std::exp(between(-12, 14)), width = std::abs(centre) * std::exp(between(-14, 3));
  Axis axis{centre - width / 2, centre + width / 2, 60, 860, scale, 1};
  if (scale == Scale::log && axis.least <= 0) axis.least = centre / 1e4;
  return axis;
}

} // namespace

TEST_CASE("an axis gives back the pixel of the value, and the value of the place, on every scale") {
  std::mt19937 random(5);
  for (const Scale scale : {Scale::linear, Scale::log, Scale::symlog})
    for (int trial = 0; trial < 100; ++trial) {
      Axis axis = random_axis(random, scale);
      if (trial % 2 == 0) std::swap(axis.first_pixel, axis.last_pixel); // y counts downwards
      CAPTURE(axis.least);
      CAPTURE(axis.greatest);
      for (const float pixel : {60.0f, 61.5f, 333.25f, 860.0f})
        CHECK(axis.pixel(axis.value(pixel)) == doctest::Approx(pixel).epsilon(1e-6));
      for (const double share : {0.0, 0.25, 0.9, 1.0}) {
        const double value = axis.least + share * (axis.greatest - axis.least);
        CHECK(axis.value_at(axis.share(value)) == doctest::Approx(value).epsilon(1e-11));
      }
      CHECK(axis.pixel(axis.least) == axis.first_pixel);
      CHECK(axis.pixel(axis.greatest) == axis.last_pixel);
    }
}

TEST_CASE("a symlog scale is linear within its stretch, and neither jumps nor bends at the ends of it") {
  for (const double w : {0.1, 1.0, 300.0}) {
    CHECK(forward(Scale::symlog, w, w / 2) == 0.5);
    CHECK(forward(Scale::symlog, w, -w) == -1);
    const double step = w * 1e-6;
    const auto slope = [&](double at) {
      return (forward(Scale::symlog, w, at + step) - forward(Scale::symlog, w, at)) / step * w;
    };
    CHECK(slope(w) == doctest::Approx(1).epsilon(1e-5));
    CHECK(slope(w - step) == doctest::Approx(1).epsilon(1e-5));
    CHECK(slope(-w - step) == doctest::Approx(1).epsilon(1e-5));
    // Beyond, ten times the value is as far everywhere.
    CHECK(forward(Scale::symlog, w, 1000 * w) - forward(Scale::symlog, w, 100 * w) == doctest::Approx(std::log(10)));
  }
}

TEST_CASE("ticks lie within the axis, least first, and no two labels are the same, at any zoom") {
  std::mt19937 random(9);
  for (const Scale scale : {Scale::linear, Scale::log, Scale::symlog})
    for (const Labels labels :
         {Labels::decimal, Labels::decades, Labels::powers_of_ten, Labels::powers_of_two, Labels::pi})
      for (int trial = 0; trial < 200; ++trial) {
        const Axis axis = random_axis(random, scale);
        CAPTURE(axis.least);
        CAPTURE(axis.greatest);
        CAPTURE(static_cast<int>(scale));
        CAPTURE(static_cast<int>(labels));
        std::set<std::string> seen;
        std::size_t labelled = 0;
        double before = -1e300;
        const Ticks all = ticks(axis, labels, 60);
        for (const Tick& tick : all) {
          CHECK(tick.value >= axis.least);
          CHECK(tick.value <= axis.greatest);
          CHECK(tick.value > before);
          before = tick.value;
          if (tick.label.empty()) continue;
          ++labelled;
          seen.insert(std::string(tick.label));
        }
        CHECK(seen.size() == labelled);
        CHECK(labelled >= 2);
        CHECK(all.size() <= 200);
      }
}

TEST_CASE("a label says the value that its tick has") {
  std::mt19937 random(13);
  for (const Scale scale : {Scale::linear, Scale::log, Scale::symlog})
    for (int trial = 0; trial < 200; ++trial) {
      const Axis axis = random_axis(random, scale);
      for (const Tick& tick : ticks(axis, Labels::decimal, 60)) {
        if (tick.label.empty() || tick.label.find("10") != std::string::npos) continue; // "2·10⁻⁸"
        std::string plain;
        for (std::size_t i = 0; i < tick.label.size(); ++i)
          if (tick.label.compare(i, 3, "−") == 0)
            plain += '-', i += 2;
          else if (tick.label[i] != ' ')
            plain += tick.label[i];
        CAPTURE(tick.label);
        CHECK(std::stod(plain) == doctest::Approx(tick.value).epsilon(1e-9 * (axis.greatest - axis.least)));
      }
    }
}

namespace {

std::vector<std::string> labels_of(const Axis& axis, Labels labels, float least_gap = 60) {
  std::vector<std::string> all;
  for (const Tick& tick : ticks(axis, labels, least_gap))
    if (!tick.label.empty()) all.emplace_back(tick.label);
  return all;
}

} // namespace

TEST_CASE("labels are written as the axis asks") {
  using Strings = std::vector<std::string>;
  CHECK(labels_of({1, 131072, 0, 800, Scale::log}, Labels::powers_of_two) ==
        Strings{"1", "4", "16", "64", "256", "1K", "4K", "16K", "64K"});
  CHECK(labels_of({0, 4096, 0, 400}, Labels::powers_of_two) == Strings{"0", "1K", "2K", "3K", "4K"});
  CHECK(labels_of({0, 0x1p21, 0, 300}, Labels::powers_of_two) == Strings{"0", "512K", "1M", "1 536K", "2M"});
  CHECK(labels_of({4090, 4104, 0, 300}, Labels::powers_of_two) == Strings{"4 092", "4 096", "4 100", "4 104"});
  const double pi = std::numbers::pi;
  CHECK(labels_of({-pi, pi, 0, 300}, Labels::pi) == Strings{"−π", "−π/2", "0", "π/2", "π"});
  CHECK(labels_of({0, pi / 2, 0, 400}, Labels::pi) == Strings{"0", "π/12", "π/6", "π/4", "π/3", "5π/12", "π/2"});
  CHECK(labels_of({0, 4 * pi, 0, 300}, Labels::pi) == Strings{"0", "π", "2π", "3π", "4π"});
  CHECK(labels_of({1, 1e4, 0, 800, Scale::log}, Labels::decades) == Strings{"1", "10", "100", "1 000", "10 000"});
  CHECK(labels_of({1, 20, 0, 800, Scale::log}, Labels::decades) == Strings{"1", "2", "5", "10", "20"});
  CHECK(labels_of({1e-8, 4, 0, 300, Scale::log}, Labels::powers_of_ten) ==
        Strings{"10⁻⁸", "10⁻⁶", "10⁻⁴", "10⁻²", "10⁰"});
  CHECK(labels_of({-1000, 1000, 0, 800, Scale::symlog}, Labels::decades) ==
        Strings{"−1 000", "−100", "−10", "−1", "0", "1", "10", "100", "1 000"});
  CHECK(labels_of({65536, 65537, 0, 300}, Labels::decimal) ==
        Strings{"65 536", "65 536.2", "65 536.4", "65 536.6", "65 536.8", "65 537"});
  CHECK(labels_of({0, 4e-9, 0, 300}, Labels::decimal) == Strings{"0", "1·10⁻⁹", "2·10⁻⁹", "3·10⁻⁹", "4·10⁻⁹"});
}

TEST_CASE("decades have 2 … 9 between them where there is room, and none where they are crowded") {
  const auto minors = [](const Axis& axis) {
    const Ticks all = ticks(axis, Labels::decades, 60);
    return std::count_if(all.begin(), all.end(), [](const Tick& tick) { return tick.minor; });
  };
  CHECK(minors({1, 1000, 0, 600, Scale::log}) == 24);
  CHECK(minors({1, 1e12, 0, 600, Scale::log}) == 6); // the decades without a label: every second has one
}

TEST_CASE("linear ticks are round numbers within the axis and 0 is exactly 0") {
  const auto ticks = linear_ticks({-0.32, 1.04, 0, 1, Scale::linear}, 6);
  REQUIRE(ticks.size() >= 4);
  CHECK(ticks.front().label == "−0.25");
  CHECK(ticks[1].label == "0");
  CHECK(ticks.back().label == "1");
}

TEST_CASE("decade ticks thin out rather than collide") {
  const Axis axis{1, 1e8, 0, 1, Scale::log};
  CHECK(decade_ticks(axis, true, 20).size() == 9);
  CHECK(decade_ticks(axis, true, 4).size() <= 5);
  CHECK(decade_ticks(axis, false, 20)[4].label == "10 000");
  CHECK(decade_ticks(axis, true, 20)[4].label == "10⁴");
}

TEST_CASE("numbers are grouped by threes with a true minus sign") {
  CHECK(grouped(65536) == "65 536");
  CHECK(grouped(999) == "999");
  CHECK(grouped(-1234567) == "−1 234 567");
  CHECK(grouped(1024.54, 1) == "1 024.5");
  CHECK(with_sign(-0.5749, 3) == "−0.575");
  CHECK(subscript(20) == "₂₀");
}

TEST_CASE("an axis of tokens has powers of two, and its right end has a label that no other comes near") {
  std::mt19937 random(21);
  const auto between = [&](double a, double b) { return std::uniform_real_distribution(a, b)(random); };
  for (const Scale scale : {Scale::linear, Scale::log, Scale::symlog})
    for (int trial = 0; trial < 300; ++trial) {
      const double end = std::floor(std::exp(between(4, 15))), begin = scale == Scale::log ? 1 : 0;
      const Axis axis{begin, end, 40, static_cast<float>(between(140, 2000)), scale, 1};
      const float gap = static_cast<float>(between(40, 90));
      CAPTURE(end);
      CAPTURE(axis.last_pixel);
      CAPTURE(static_cast<int>(scale));
      Ticks all = ticks(axis, Labels::powers_of_two, gap);
      add_end(all, axis, gap);
      REQUIRE(!all.empty());
      CHECK(all.back().value == end);
      CHECK(!all.back().label.empty());
      float before = -1e9f;
      for (const Tick& tick : all) {
        const bool last = &tick == &all.back();
        if (!last && scale != Scale::linear && tick.value != 0)
          CHECK(std::exp2(std::round(std::log2(tick.value))) == tick.value);
        if (tick.label.empty()) continue;
        CHECK(axis.pixel(tick.value) - before >= gap - 0.5f);
        before = axis.pixel(tick.value);
      }
      if (scale == Scale::symlog) CHECK(all.front().value == 0);
    }
}

TEST_CASE("labels in full say the same numbers as those in K") {
  const Axis axis{1, 1048576, 0, 900, Scale::log};
  Ticks brief = ticks(axis, Labels::powers_of_two, 60), full = brief;
  write_in_full(full);
  for (std::size_t i = 0; i < brief.size(); ++i) {
    CHECK(brief[i].label.empty() == full[i].label.empty());
    if (full[i].label.empty()) continue;
    std::string digits;
    for (const char letter : full[i].label)
      if (letter >= '0' && letter <= '9') digits += letter;
    CHECK(std::stod(digits) == full[i].value);
  }
}

TEST_CASE("a symlog scale rises with every value, has a 0, and gives every value back") {
  for (const double w : {0.5, 1.0, 64.0}) {
    double before = -1e300;
    for (double value = -1e7; value <= 1e7; value += value < -100 || value >= 100 ? std::abs(value) / 50 : 0.25) {
      const double place = forward(Scale::symlog, w, value);
      CHECK(place > before);
      before = place;
      CHECK(inverse(Scale::symlog, w, place) == doctest::Approx(value).epsilon(1e-12));
    }
    CHECK(forward(Scale::symlog, w, 0) == 0);
  }
}
