#include "core/rope/positions.h"

#include <algorithm>
#include <functional>
#include <limits>
#include <optional>
#include <string>

#include <doctest/doctest.h>

#include "core/error.h"
#include "core/io/position_source.h"
#include "core/rope/call_sequence.h"
#include "core/rope/engine.h"
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

namespace {

/// Numbers at which a difference, a sum or a product overflows.
constexpr std::int64_t extremes[] = {std::numeric_limits<std::int64_t>::min(),
                                     std::numeric_limits<std::int64_t>::min() + 1,
                                     -(std::int64_t{1} << 32),
                                     -1,
                                     0,
                                     1,
                                     2,
                                     16,
                                     65536,
                                     std::int64_t{1} << 20,
                                     (std::int64_t{1} << 31) + 1,
                                     std::int64_t{1} << 32,
                                     std::int64_t{1} << 62,
                                     std::numeric_limits<std::int64_t>::max() - 1,
                                     std::numeric_limits<std::int64_t>::max()};

/// Runs it; the tokens it made, or nothing where it was refused by an Error. Anything else that is thrown fails.
std::optional<std::int64_t> tokens_of(const std::function<Positions()>& make) {
  try {
    return make().tokens();
  } catch (const Error&) {
    return std::nullopt;
  }
}

} // namespace

TEST_CASE("packed sequences of any numbers whatever are refused, or hold as many tokens as they end at") {
  for (const std::int64_t middle : extremes)
    for (const std::int64_t last : extremes)
      for (const std::int64_t start : extremes) {
        if (middle == 1 << 20 || last == 1 << 20) continue; // allowed, and slow to make so often
        CAPTURE(middle);
        CAPTURE(last);
        CAPTURE(start);
        const Ids ends{0, 1, middle, last}, starts{0, start, 0};
        const auto tokens = tokens_of([&] { return packed_positions(ends, starts); });
        CHECK(tokens.value_or(last) == last);
        if (middle < 1 || last < middle) CHECK(!tokens);
      }
  for (const std::int64_t size : extremes)
    for (const std::int64_t rank : extremes) {
      const auto tokens = tokens_of([&] { return packed_positions(Ids{0, 32}, {}, size, rank); });
      CHECK(tokens.has_value() == (rank >= 0 && rank < size && size <= 16));
    }
}

TEST_CASE("a grid of any numbers whatever is refused, or has as many tokens as patches and prefix") {
  RopeConfig rope;
  rope.axes.rule = AxisRule::halves;
  for (const std::int64_t height : extremes)
    for (const std::int64_t width : extremes)
      for (const std::int64_t other : extremes) {
        if (height > 0 && width > 0 && height <= 65536 && width <= 65536 && height * width > 4096) continue; // slow
        const auto with_prefix = tokens_of([&] { return grid_positions(rope, height, width, 1, other); });
        if (with_prefix) CHECK(*with_prefix == height * width + other);
        const auto merged = tokens_of([&] { return grid_positions(rope, height, width, other, 0); });
        if (merged) CHECK(*merged == height * width);
      }
  CHECK(!tokens_of([&] { return grid_positions(rope, 65536, 65536); })); // 64 GiB
}

TEST_CASE("a source of positions with any numbers whatever gives a position for each token, or is refused") {
  const std::int64_t tokens = 16;
  const auto given = [&](const PositionSource& source) {
    const auto made = tokens_of([&] { return source.read(RopeConfig(), tokens, "x.npy"); });
    CHECK(made.value_or(tokens) == tokens);
    (void)tokens_of([&] { return consecutive_positions(std::clamp<std::int64_t>(source.count().value_or(0), 0, 16)); });
  };
  for (const std::int64_t a : extremes)
    for (const std::int64_t b : extremes) {
      given({.offset = a, .cp_size = b});
      given({.offset = a, .cp_size = 2, .cp_rank = b});
      given({.start_positions = {a}, .cp_size = 2, .cp_rank = 1});
      given({.cu_seqlens = {0, a, b}});
      given({.cu_seqlens = {a, b}, .cp_size = b});
      given({.cu_seqlens = {0, 1, a, 16}, .start_positions = {0, b, 0}});
      for (const char* grid : {"4x4", "65536x65536", "4", "9223372036854775807x2", "-1x-16"})
        given({.grid = grid, .merge = a, .prefix = b});
    }
}

TEST_CASE("an array of more tokens than all ranks may have together is refused before positions are made") {
  const PositionSource source{.cp_size = 1 << 20};
  CHECK_THROWS_WITH_AS(source.read(RopeConfig(), std::int64_t{1} << 60, "x.npy"), doctest::Contains("x.npy has"),
                       Error);
}

TEST_CASE("the words about positions speak of tokens and grids, and of no option that a window does not have") {
  const auto words = [](const PositionSource& source, std::int64_t tokens) -> std::string {
    try {
      source.read(RopeConfig(), tokens, "q.npy");
    } catch (const Error& error) {
      CHECK(std::string(error.what()).find("--") == std::string::npos);
      return error.what();
    }
    return "";
  };
  CHECK(words({.grid = "14x14", .prefix = 1}, 196) ==
        "the grid 14x14 with 1 prefix token: 197 tokens, and q.npy has 196");
  for (const PositionSource& source :
       {PositionSource{.grid = "3x"}, PositionSource{.grid = "70000x2"}, PositionSource{.cp_size = 0},
        PositionSource{.cu_seqlens = {0, 2}}, PositionSource{.offset = std::int64_t{1} << 40},
        PositionSource{.start_positions = {std::int64_t{1} << 40}}})
    CHECK(words(source, 196) != "");
}

TEST_CASE("the least and the greatest position are found wherever they are, and far ones refused wherever they are") {
  constexpr std::size_t tokens = 300000; // of several tasks
  for (const std::size_t at :
       {std::size_t{0}, std::size_t{65535}, std::size_t{65536}, std::size_t{200000}, tokens - 1}) {
    CAPTURE(at);
    Ids ids(tokens, 5);
    ids[at] = 9;
    CHECK(extent(ids).least == 5);
    CHECK(extent(ids).greatest == 9);
    CHECK(sequence_length({1, ids}) == 10);
    ids[at] = -7;
    CHECK(extent(ids).least == -7);
    CHECK(extent(ids).greatest == 5);
    for (const std::int64_t far : {greatest_position + 1, -greatest_position - 1}) {
      Positions positions{1, ids};
      positions.ids[at] = far;
      const Rotation none{.turns = {}, .layout = {}, .pair_axis = {}, .positions = positions};
      CHECK_THROWS_WITH_AS(validate(none, {1, std::int64_t{tokens}, 1, 2}, 0), doctest::Contains("beyond ±2^31"),
                           Error);
    }
  }
}
