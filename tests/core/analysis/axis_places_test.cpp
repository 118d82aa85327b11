#include "core/analysis/axis_places.h"

#include <cmath>
#include <numbers>

#include <doctest/doctest.h>

#include "core/rope/token_grid.h"

using namespace ropescope;

namespace {

constexpr long double turn = 2 * std::numbers::pi_v<long double>;

/// A video model: frames, rows and columns, each axis with all frequencies of its own.
RopeConfig video(std::int64_t frames, std::int64_t rows, std::int64_t columns, double base) {
  RopeConfig rope;
  rope.layout.head_dim = rope.layout.rotary_dim = frames + rows + columns;
  rope.base = base;
  rope.axes.rule = AxisRule::listed;
  rope.axes.list = {
      {.name = "t", .components = frames}, {.name = "h", .components = rows}, {.name = "w", .components = columns}};
  return rope;
}

std::vector<AxisPlaces> places(const RopeConfig& rope, GridSize now, GridSize trained) {
  const auto of = [&](GridSize size) { return placed_positions(rope, {.size = size}); };
  return places_on_axes(rope, make_spectrum(rope), of(now), of(trained));
}

} // namespace

TEST_CASE("every token of a clip has its frame, row and column, in the order of the rows") {
  const std::vector<AxisPlaces> axes = places(video(44, 42, 42, 10000), {3, 4, 5}, {3, 4, 5});
  REQUIRE(axes.size() == 3);
  CHECK(axes[0].name == "t");
  for (std::size_t token = 0; token < 60; ++token) {
    CHECK(axes[0].positions[token] == static_cast<double>(token / 20));
    CHECK(axes[1].positions[token] == static_cast<double>(token / 5 % 4));
    CHECK(axes[2].positions[token] == static_cast<double>(token % 5));
  }
  CHECK(axes[0].extent == 2);
  CHECK(axes[1].extent == 3);
  CHECK(axes[2].extent == 4);
  CHECK(axes[2].step == 1);
}

TEST_CASE("a pair of an axis turns by that axis's extent and frequency, in this grid and in the trained one") {
  const std::vector<AxisPlaces> axes = places(video(44, 42, 42, 10000), {41, 30, 52}, {21, 30, 52});
  const std::int64_t components[] = {44, 42, 42}, extents[] = {40, 29, 51}, trained[] = {20, 29, 51};
  std::int64_t first = 0;
  for (std::size_t a = 0; a < 3; ++a) {
    const auto pairs = static_cast<std::size_t>(components[a] / 2);
    REQUIRE(axes[a].pairs.size() == pairs);
    for (std::size_t j = 0; j < pairs; ++j) {
      const long double theta = powl(10000, -2 * static_cast<long double>(j) / static_cast<long double>(components[a]));
      CHECK(axes[a].pairs[j] == first + static_cast<std::int64_t>(j));
      CHECK(std::abs(axes[a].turns[j] - static_cast<double>(extents[a] * theta / turn)) < 1e-13 * extents[a]);
      CHECK(std::abs(axes[a].trained_turns[j] - static_cast<double>(trained[a] * theta / turn)) < 1e-13 * extents[a]);
    }
    first += static_cast<std::int64_t>(pairs);
  }
}

TEST_CASE(
    "the pair that comes round first beyond training is RIFLEx's: the second of CogVideoX, the fourth of Hunyuan") {
  // k = 2 and k = 4, counted from 1, of thu-ml/RIFLEx's examples: 49 frames are 13 latents, 129 are 33.
  const std::vector<AxisPlaces> cog = places(video(16, 24, 24, 10000), {25, 30, 45}, {13, 30, 45}),
                                hunyuan = places(video(16, 56, 56, 256), {66, 45, 80}, {33, 45, 80});
  CHECK(cog[0].next_new_turn == 1);
  CHECK(cog[0].first_new_turn == 1); // 19.9 positions, and the clip has 24
  CHECK(hunyuan[0].next_new_turn == 3);
  CHECK(hunyuan[0].first_new_turn == 3);
  // Rows and columns stay within what was trained.
  CHECK(!cog[1].first_new_turn);
  CHECK(!cog[2].first_new_turn);
}

TEST_CASE("a clip no longer than training has no pair that comes round first, and one that would") {
  const std::vector<AxisPlaces> axes = places(video(16, 56, 56, 256), {33, 45, 80}, {33, 45, 80});
  CHECK(!axes[0].first_new_turn);
  CHECK(axes[0].next_new_turn == 3);
}

TEST_CASE("a pair held at RIFLEx's wavelength turns nine tenths within the clip, and no other pair changes") {
  RopeConfig rope = video(16, 56, 56, 256);
  const std::vector<AxisPlaces> plain = places(rope, {66, 45, 80}, {33, 45, 80});
  rope.axes.list[0].held_pair = 3;
  rope.axes.list[0].held_wavelength = riflex_wavelength(65);
  const std::vector<AxisPlaces> held = places(rope, {66, 45, 80}, {33, 45, 80});
  CHECK(held[0].turns[3] == doctest::Approx(0.9).epsilon(1e-12));
  for (std::size_t i = 0; i < 8; ++i)
    if (i != 3) CHECK(held[0].turns[i] == plain[0].turns[i]);
  CHECK(held[1].turns == plain[1].turns);
}

TEST_CASE("an axis on which all tokens are at one place turns nothing") {
  const std::vector<AxisPlaces> image = places(video(44, 42, 42, 10000), {1, 8, 8}, {1, 8, 8});
  CHECK(image[0].extent == 0);
  CHECK(image[0].step == 0);
  for (const double turns : image[0].turns) CHECK(turns == 0);
}
