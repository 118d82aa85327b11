#include "core/rope/positions.h"

#include <algorithm>

#include <doctest/doctest.h>

#include "core/error.h"
#include "core/rope/call_sequence.h"
#include "core/rope/spectrum.h"

using namespace ropescope;
using Ids = std::vector<std::int64_t>;

TEST_CASE("packed sequences each count from 0 or from their start") {
  CHECK(packed_positions(Ids{0, 2, 6, 6, 9}).ids == Ids{0, 1, 0, 1, 2, 3, 0, 1, 2});
  CHECK(packed_positions(Ids{0, 2, 4}, Ids{10, 33}).ids == Ids{10, 11, 33, 34});
}

TEST_CASE("context-parallel ranks hold every position once, in pairs of chunks from both ends") {
  CHECK(packed_positions(Ids{0, 8}, {}, 2, 0).ids == Ids{0, 1, 6, 7});
  CHECK(packed_positions(Ids{0, 8}, {}, 2, 1).ids == Ids{2, 3, 4, 5});
  Ids all;
  for (std::int64_t rank = 0; rank < 3; ++rank) {
    const Ids part = packed_positions(Ids{0, 24}, {}, 3, rank).ids;
    all.insert(all.end(), part.begin(), part.end());
  }
  std::sort(all.begin(), all.end());
  CHECK(all == consecutive_positions(24).ids);
}

TEST_CASE("packed sequences that cannot be are refused") {
  CHECK_THROWS_AS(packed_positions(Ids{}), Error);
  CHECK_THROWS_AS(packed_positions(Ids{1, 4}), Error);
  CHECK_THROWS_AS(packed_positions(Ids{0, 4, 2}), Error);
  CHECK_THROWS_AS(packed_positions(Ids{0, 4}, Ids{0, 0}), Error);
  CHECK_THROWS_AS(packed_positions(Ids{0, 6}, {}, 2, 0), Error);
  CHECK_THROWS_AS(packed_positions(Ids{0, 4}, {}, 2, 2), Error);
  CHECK_THROWS_AS(packed_positions(Ids{0, std::int64_t{1} << 40}), Error);
}

TEST_CASE("a grid goes row by row, or merge by merge in blocks, after tokens that do not turn") {
  RopeConfig rope;
  rope.axes.rule = AxisRule::halves;
  const Positions rows = grid_positions(rope, 2, 3);
  CHECK(rows.ids == Ids{0, 0, 0, 1, 1, 1, 0, 1, 2, 0, 1, 2});
  const Positions blocks = grid_positions(rope, 2, 4, 2, 1);
  CHECK(blocks.ids == Ids{0, 0, 0, 1, 1, 0, 0, 1, 1, 0, 0, 1, 0, 1, 2, 3, 2, 3});
  CHECK_THROWS_AS(grid_positions(rope, 3, 4, 2), Error);
  rope.axes.rule = AxisRule::centred_grid; // patch centres as odd integers, symmetric about 0
  CHECK(grid_positions(rope, 1, 4).ids == Ids{0, 0, 0, 0, -3, -1, 1, 3});
}

TEST_CASE("each axis rule gives every pair one of its axes, and text tokens none to choose") {
  RopeConfig rope;
  rope.axes.mrope_section = {24, 20, 20};
  rope.axes.rule = AxisRule::sections_interleaved;
  std::vector<std::uint8_t> axes = pair_axes(rope, 3);
  CHECK(std::count(axes.begin(), axes.end(), 1) == 20);
  CHECK(std::count(axes.begin(), axes.end(), 2) == 20);
  CHECK((axes[0] == 0 && axes[1] == 1 && axes[2] == 2 && axes[59] == 2 && axes[61] == 0));
  rope.axes.rule = AxisRule::ggml_interleaved; // what is left over goes to the fourth axis
  rope.axes.mrope_section = {24, 20, 20, 0};
  CHECK(pair_axes(rope, 4)[61] == 3);
  rope.axes.rule = AxisRule::sections_ernie;
  rope.axes.mrope_section = {22, 22, 20};
  axes = pair_axes(rope, 3);
  CHECK((axes[0] == 1 && axes[1] == 2 && axes[43] == 2 && axes[44] == 0 && axes[63] == 0));
  rope.axes.rule = AxisRule::halves;
  CHECK((pair_axes(rope, 2)[31] == 0 && pair_axes(rope, 2)[32] == 1));
  rope.axes.rule = AxisRule::halves_xy;
  CHECK((pair_axes(rope, 2)[31] == 1 && pair_axes(rope, 2)[32] == 0));
  for (const std::uint8_t axis : pair_axes(rope, 1)) CHECK(axis == 0);
}

TEST_CASE("both axes of a patch turn by the same frequencies, those of a head half as wide") {
  RopeConfig rope;
  rope.axes.rule = AxisRule::halves;
  const Spectrum whole = make_spectrum(rope);
  RopeConfig half;
  half.layout.head_dim = half.layout.rotary_dim = 64;
  const Spectrum expected = make_spectrum(half);
  for (std::size_t i = 0; i < 32; ++i) {
    CHECK(whole.inv_freq[i] == expected.inv_freq[i]);
    CHECK(whole.inv_freq[i + 32] == expected.inv_freq[i]);
  }
}

TEST_CASE("after a long call dynamic NTK keeps its base until a call is shorter than the context") {
  RopeConfig rope;
  rope.scaling.rope_type = RopeType::dynamic;
  rope.scaling.factor = 2;
  rope.scaling.max_position_embeddings = 2048;
  CallSequence calls(rope);
  CHECK(calls.call(100) == std::nullopt);
  CHECK(calls.call(8192) == 8192);
  CHECK(calls.call(3000) == 8192);
  CHECK(calls.call(2048) == 8192); // exactly the context does not reset
  CHECK(calls.call(2047) == std::nullopt);
  CHECK(calls.max_seq_len_cached() == 2048);
}
