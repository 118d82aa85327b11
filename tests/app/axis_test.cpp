#include "app/canvas/axis.h"

#include <doctest/doctest.h>

using namespace ropescope;
using namespace ropescope::canvas;

TEST_CASE("an axis gives back the value of the pixel it put a value at") {
  for (const Axis& axis : {Axis{-0.3, 1.05, 700, 20, Scale::linear}, Axis{1, 65536, 300, 1500, Scale::log}})
    for (const double unit : {0.0, 0.25, 0.5, 1.0}) {
      const double value = axis.least + unit * (axis.greatest - axis.least);
      CHECK(axis.value(axis.pixel(value)) == doctest::Approx(value).epsilon(1e-4));
    }
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
