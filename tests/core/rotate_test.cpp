#include <cmath>
#include <random>

#include <doctest/doctest.h>

#include "core/error.h"
#include "core/rope/cpu_engine.h"

using namespace ropescope;

namespace {

std::vector<float> random_rows(std::int64_t size) {
  std::mt19937 random(7);
  std::normal_distribution<float> normal;
  std::vector<float> rows(static_cast<std::size_t>(size));
  for (float& x : rows) x = normal(random);
  return rows;
}

double dot(std::span<const double> a, std::span<const double> b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += a[i] * b[i];
  return sum;
}

} // namespace

TEST_CASE("the score of a rotated query and key depends on their distance alone, up to position 2³¹") {
  const Spectrum spectrum = make_spectrum(RopeConfig{});
  const std::vector<float> rows = random_rows(256);
  const std::vector<double> heads(rows.begin(), rows.end());
  CpuEngine engine;
  const auto score = [&](std::int64_t m, std::int64_t n) {
    const Positions positions{1, {m, n}};
    std::vector<double> turned(heads.size());
    engine.rotate({spectrum.turns, 1.0, {}, {}, positions}, {1, 2, 1, 128}, std::span<const double>(heads), turned);
    return dot(std::span(turned).first(128), std::span(turned).last(128));
  };
  const double near = score(37, 0);
  for (const std::int64_t n : {std::int64_t{100}, std::int64_t{131071}, std::int64_t{1000003}, greatest_position - 37})
    CHECK(score(n + 37, n) == doctest::Approx(near).epsilon(1e-9));
  CHECK(score(38, 0) != doctest::Approx(near).epsilon(1e-3));
}

TEST_CASE("components outside the rotary part pass through bit for bit, in both engines' layouts") {
  RopeConfig rope;
  rope.head_dim = 12;
  rope.rotary_dim = 4;
  const Spectrum spectrum = make_spectrum(rope);
  const Positions positions{1, {5, 6}};
  for (const bool trailing : {false, true}) {
    const std::vector<float> in = random_rows(24);
    std::vector<float> out(in.size());
    CpuEngine().rotate({spectrum.turns, 1.0, {Pairing::half, Pairing::half, trailing, +1}, {}, positions},
                       {1, 2, 1, 12}, std::span<const float>(in), out);
    for (std::size_t row = 0; row < 2; ++row)
      for (std::size_t i = 0; i < 12; ++i)
        CHECK((in[row * 12 + i] == out[row * 12 + i]) == (trailing ? i < 8 : i >= 4));
  }
}

TEST_CASE("every head of a token turns alike, whichever axis counts the tokens") {
  const Spectrum spectrum = make_spectrum(RopeConfig{});
  const Positions positions{1, {3, 1, 4, 1, 5}};
  CpuEngine engine;
  const Rotation rotation{spectrum.turns, 1.0, {}, {}, positions};
  const std::vector<float> heads = random_rows(128);
  const auto repeated = [&](RowShape shape) {
    std::vector<float> rows;
    for (std::int64_t r = 0; r < shape.rows(); ++r) rows.insert(rows.end(), heads.begin(), heads.end());
    engine.rotate(rotation, shape, std::span<const float>(rows), rows);
    return rows;
  };
  const std::vector<float> plain = repeated({1, 5, 1, 128});
  for (const RowShape shape : {RowShape{2, 5, 3, 128}, RowShape{1, 5, 4, 128}, RowShape{3, 5, 1, 128}}) {
    const std::vector<float> rows = repeated(shape);
    for (std::int64_t r = 0; r < shape.rows(); ++r)
      CHECK(std::equal(rows.begin() + r * 128, rows.begin() + (r + 1) * 128,
                       plain.begin() + shape.token_of_row(r) * 128));
  }
}

TEST_CASE("turning back undoes a rotation, also where it is written in another order than it is read") {
  const Spectrum spectrum = make_spectrum(RopeConfig{});
  const Positions positions{1, {1000003, 17}};
  const PairLayout forward{Pairing::interleaved, Pairing::half, false, +1},
      back{Pairing::half, Pairing::interleaved, false, -1};
  const std::vector<float> in = random_rows(256);
  std::vector<float> out(256);
  CpuEngine engine;
  engine.rotate({spectrum.turns, 2.0, forward, {}, positions}, {1, 2, 1, 128}, std::span<const float>(in), out);
  engine.rotate({spectrum.turns, 0.5, back, {}, positions}, {1, 2, 1, 128}, std::span<const float>(out), out);
  for (std::size_t i = 0; i < in.size(); ++i) CHECK(out[i] == doctest::Approx(in[i]).epsilon(1e-5));
}

TEST_CASE("a rotation refuses odd rotary_dim, more pairs than fit, missing positions and positions beyond 2³¹") {
  const Spectrum spectrum = make_spectrum(RopeConfig{});
  const Positions two{1, {0, 1}}, far{1, {0, greatest_position + 1}};
  CHECK_NOTHROW(validate(Rotation{spectrum.turns, 1.0, {}, {}, two}, {1, 2, 1, 128}, 128));
  CHECK_THROWS_AS(validate(Rotation{spectrum.turns, 1.0, {}, {}, two}, {1, 2, 1, 128}, 127), Error);
  CHECK_THROWS_AS(validate(Rotation{spectrum.turns, 1.0, {}, {}, two}, {1, 2, 1, 64}, 128), Error);
  CHECK_THROWS_AS(validate(Rotation{spectrum.turns, 1.0, {}, {}, two}, {1, 3, 1, 128}, 128), Error);
  CHECK_THROWS_AS(validate(Rotation{spectrum.turns, 1.0, {}, {}, far}, {1, 2, 1, 128}, 128), Error);
}

TEST_CASE("M-RoPE sections that are no parts of the pairs are refused") {
  RopeConfig rope;
  rope.axis_rule = AxisRule::sections;
  for (const std::vector<std::int64_t>& sections : {std::vector<std::int64_t>{-16, 40, 40},
                                                    {std::int64_t{1} << 50, 64 - (std::int64_t{1} << 50), 0},
                                                    {16, 24, 23},
                                                    {32, 32}}) {
    rope.mrope_section = sections;
    CHECK_THROWS_AS(pair_axes(rope, 3), Error);
  }
  rope.mrope_section = {16, 24, 24};
  CHECK(pair_axes(rope, 3).at(15) == 0);
  CHECK(pair_axes(rope, 3).at(16) == 1);
  CHECK(pair_axes(rope, 3).at(63) == 2);
}
