#include <doctest/doctest.h>

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
      CAPTURE(origin);
      CAPTURE(step);
      CAPTURE(static_cast<int>(order));
      const RopeConfig rope = listed(list, order);
      expect_token_by_token<float>(rope, clip(5, 9, 13, origin, step));
      expect_token_by_token<double>(rope, clip(5, 9, 13, origin, step));
    }
}

TEST_CASE("a placed table has one row for each position of an axis, and says the same as one of every token") {
  const RopeConfig rope =
      listed({{.name = "t", .components = 8}, {.name = "h", .components = 8}, {.name = "w", .components = 8}},
             PairSequence::dealt);
  const Positions positions = clip(4, 6, 10, 0.25, 0.7);
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
