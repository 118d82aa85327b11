#include "core/analysis/rivals/position_bias.h"

#include <cmath>
#include <vector>

#include <doctest/doctest.h>

using namespace ropescope;

TEST_CASE("every position bias has words, is found by its name, and is finite at every distance") {
  for (const PositionBias* bias : position_biases()) {
    CAPTURE(bias->name);
    CHECK(!bias->title.empty());
    CHECK(!bias->idea.empty());
    CHECK(!bias->source.empty());
    CHECK(find_position_bias(bias->name) == bias);
    for (std::int64_t distance = 0; distance < 200; ++distance)
      CHECK(std::isfinite(bias->bias(distance, {.head = 1, .heads = 8})));
  }
  CHECK(find_position_bias("nobody's") == nullptr);
}

TEST_CASE("ALiBi's slopes are those of its authors' get_slopes, for 8 heads and for 12") {
  const PositionBias& alibi = *find_position_bias("alibi");
  const auto slope = [&](std::int64_t head, std::int64_t heads) { return -alibi.bias(1, {head, heads}); };
  for (std::int64_t head = 0; head < 8; ++head) CHECK(slope(head, 8) == std::exp2(-(head + 1)));
  const double twelve[] = {0.5,
                           0.25,
                           0.125,
                           0.0625,
                           0.03125,
                           0.015625,
                           0.0078125,
                           0.00390625,
                           0.70710678118654757,
                           0.35355339059327379,
                           0.17677669529663689,
                           0.088388347648318447};
  for (std::int64_t head = 0; head < 12; ++head) CHECK(slope(head, 12) == doctest::Approx(twelve[head]));
}

TEST_CASE("a bias is added to scores by their distance") {
  std::vector<double> scores(4, 1.0);
  add_bias(*find_position_bias("alibi"), {.head = 0, .heads = 8}, 10, scores);
  for (std::size_t i = 0; i < 4; ++i) CHECK(scores[i] == doctest::Approx(1 - 0.5 * (10.0 + static_cast<double>(i))));
}
