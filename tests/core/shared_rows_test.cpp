#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <random>

#include "core/rope/angle_table.h"
#include "core/rope/cpu_engine.h"
#include "core/rope/embedding.h"

// Tokens of a grid share the entries of their row, column and frame. Whether entries are shared must not be seen.

using namespace ropescope;

namespace {

RopeConfig listed(std::vector<PositionAxis> list, PairSequence order) {
  RopeConfig rope;
  rope.axes.rule = AxisRule::listed;
  rope.axes.list = std::move(list);
  rope.axes.order = order;
  rope.layout.rotary_dim = 0;
  for (const PositionAxis& axis : rope.axes.list) rope.layout.rotary_dim += axis.components;
  rope.layout.head_dim = rope.layout.rotary_dim + 4; // some pass
  return rope;
}

/// A clip of frames × rows × columns, each axis from an origin on and in steps.
Positions clip(std::int64_t frames, std::int64_t rows, std::int64_t columns, double origin, double step) {
  std::vector<double> values(static_cast<std::size_t>(3 * frames * rows * columns));
  const auto tokens = frames * rows * columns;
  for (std::int64_t token = 0; token < tokens; ++token)
    for (std::int64_t axis = 0; axis < 3; ++axis) {
      const std::int64_t at = axis == 0   ? token / (rows * columns)
                              : axis == 1 ? token / columns % rows
                                          : token % columns;
      values[static_cast<std::size_t>(axis * tokens + token)] = origin + step * static_cast<double>(at);
    }
  return positions_of(3, values);
}

/// The positions of one token alone: nothing can be shared.
Positions alone(const Positions& all, std::int64_t token) {
  std::vector<double> values;
  for (std::int64_t axis = 0; axis < all.axes; ++axis) values.push_back(all.value(axis, token));
  return positions_of(all.axes, values);
}

template <typename Real>
void expect_token_by_token(const RopeConfig& rope, const Positions& positions) {
  const Embedding embedding{ValidRope(rope)};
  CpuEngine engine(2);
  const std::int64_t heads = 3, width = rope.layout.head_dim, tokens = positions.tokens();
  std::mt19937 random(5);
  std::uniform_real_distribution<double> number(-1, 1);
  std::vector<Real> rows(static_cast<std::size_t>(tokens * heads * width));
  for (Real& x : rows) x = static_cast<Real>(number(random));
  std::vector<Real> all(rows.size());
  embedding.rotate(engine, {1, tokens, heads, width}, positions, std::span<const Real>(rows), std::span(all));
  std::int64_t other = 0;
  for (std::int64_t token = 0; token < tokens; ++token) {
    const auto begin = static_cast<std::size_t>(token * heads * width), count = static_cast<std::size_t>(heads * width);
    std::vector<Real> one(count);
    embedding.rotate(engine, {1, 1, heads, width}, alone(positions, token),
                     std::span<const Real>(rows).subspan(begin, count), std::span(one));
    for (std::size_t i = 0; i < count; ++i) other += one[i] != all[begin + i];
  }
  CHECK(other == 0);
}

} // namespace

TEST_CASE("rows of a grid are turned to the bit as each token alone, whatever axes, origin and fractions it has") {
  const std::vector<PositionAxis> list{
      {.name = "t", .components = 12}, {.name = "h", .components = 22}, {.name = "w", .components = 18}};
  for (const PairSequence order : {PairSequence::blocks, PairSequence::dealt})
    for (const auto& [origin, step] : {std::pair{0.0, 1.0},
                                       {-7.0, 1.0},
                                       {1e9, 3.0},
                                       {0.05, 2.0 / 3},
                                       {-0.55, 0.1}}) { // never whole, which would be turned by phases
      const auto& of_origin = origin;
      CAPTURE(of_origin);
      const auto& of_step = step;
      CAPTURE(of_step);
      CAPTURE(static_cast<int>(order));
      const RopeConfig rope = listed(list, order);
      expect_token_by_token<float>(rope, clip(5, 9, 13, origin, step));
      expect_token_by_token<double>(rope, clip(5, 9, 13, origin, step));
    }
}

TEST_CASE("text among images, on any number of axes, is turned to the bit as each token alone") {
  // Text has one position on all axes; an image of the stream has three of its own, and a fourth that says which it is.
  for (const std::size_t axes : {2, 3, 4})
    for (const PairSequence order : {PairSequence::blocks, PairSequence::dealt})
      for (const std::int64_t text : {3, 400}) // few: rows are shared; many: they cannot be
        // A quarter beyond each: never whole, which would be turned by phases where a token is alone.
        for (const auto& [origin, step] : {std::pair{0.0, 1.0}, {0.25, 0.37}}) {
          CAPTURE(axes);
          CAPTURE(text);
          const auto& of_step = step;
          CAPTURE(of_step);
          const std::vector<PositionAxis> all{{.name = "t", .components = 22},
                                              {.name = "h", .components = 42},
                                              {.name = "w", .components = 42},
                                              {.name = "l", .components = 22}};
          const RopeConfig rope = listed({all.begin(), all.begin() + static_cast<std::ptrdiff_t>(axes)}, order);
          std::vector<std::array<double, 4>> tokens;
          for (std::int64_t i = 0; i < text; ++i) tokens.push_back({double(i), double(i), double(i), double(i)});
          for (int image = 1; image <= 2; ++image)
            for (int i = 0; i < 60; ++i) tokens.push_back({-2.0, i / 10 * step, i % 10 * step, double(image)});
          std::vector<double> values;
          for (std::size_t axis = 0; axis < axes; ++axis)
            for (const auto& token : tokens) values.push_back(origin + token[axis]);
          const Positions positions = positions_of(static_cast<std::int64_t>(axes), values);
          expect_token_by_token<float>(rope, positions);
          expect_token_by_token<double>(rope, positions);
        }
}

TEST_CASE("where hardly two tokens have a place in common the table has a row for each token, and says the same") {
  RopeConfig rope = listed({{.name = "t", .components = 8}, {.name = "h", .components = 8}}, PairSequence::dealt);
  rope.axes.scale = 2;
  rope.axes.shift = -1;
  rope.axes.gain = 700; // some hundred turns for each position: their whole part counts where positions have fractions
  std::vector<double> values;
  for (int axis = 0; axis < 2; ++axis)
    for (int token = 0; token < 3000; ++token) values.push_back(-400 + 0.31 * token);
  const Positions positions = positions_of(2, values);
  const Spectrum spectrum = make_spectrum(rope);
  const auto axes = pair_axes(rope, 2);
  const Rotation rotation{
      .turns = spectrum.turns, .layout = rope.layout.pairs, .pair_axis = axes, .positions = positions};
  const PlacedTable table = placed_table(rope, spectrum.inv_freq, rotation);
  CHECK(table.places.empty());
  REQUIRE(table.entries.size() == 3000 * spectrum.turns.size());
  double worst = 0;
  for (std::int64_t token = 0; token < 3000; ++token)
    for (std::size_t i = 0; i < spectrum.turns.size(); ++i) {
      const long double angle = static_cast<long double>(2 * positions.value(0, token) - 1) * spectrum.inv_freq[i];
      const CosSin<double> at = table.entries[static_cast<std::size_t>(token) * spectrum.turns.size() + i];
      worst = std::max({worst, std::abs(at.cos - static_cast<double>(std::cos(angle))),
                        std::abs(at.sin - static_cast<double>(std::sin(angle)))});
    }
  CHECK(worst < 1e-12); // the long double angle itself, of 1e6 rad, is off by 1e-13
}

TEST_CASE("a placed table has one row for each position of an axis, and says the same as one of every token") {
  const RopeConfig rope =
      listed({{.name = "t", .components = 8}, {.name = "h", .components = 8}, {.name = "w", .components = 8}},
             PairSequence::dealt);
  // More tokens than one task numbers: those of a later one meet the positions of the others in another order.
  std::vector<double> in_disorder;
  std::mt19937 random(9);
  for (const int places : {4, 6, 10})
    for (int token = 0; token < 50000; ++token)
      in_disorder.push_back(0.25 + 0.7 * static_cast<double>(random() % static_cast<unsigned>(places)));
  for (const Positions& positions : {clip(4, 6, 10, 0.25, 0.7), positions_of(3, in_disorder)}) {
    const Spectrum spectrum = make_spectrum(rope);
    const auto axes = pair_axes(rope, 3);
    const Rotation rotation{
        .turns = spectrum.turns, .layout = rope.layout.pairs, .pair_axis = axes, .positions = positions};
    const PlacedTable placed = placed_table(rope, spectrum.inv_freq, rotation);
    CHECK(placed.entries.size() == (4 + 6 + 10) * spectrum.turns.size());
    const auto flat = angle_table(rope, spectrum.inv_freq, rotation);
    std::int64_t other = 0;
    for (std::int64_t token = 0; token < positions.tokens(); ++token)
      for (std::int64_t i = 0; i < rotation.pairs(); ++i) {
        const CosSin<double> at = flat[static_cast<std::size_t>(token * rotation.pairs() + i)];
        const double angle = positions.value(rotation.axis(i), token) * spectrum.inv_freq[static_cast<std::size_t>(i)];
        other += std::abs(at.cos - std::cos(angle)) > 1e-14 || std::abs(at.sin - std::sin(angle)) > 1e-14;
      }
    CHECK(other == 0);
  }
}
