#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <random>

#include <doctest/doctest.h>

#include "core/error.h"
#include "core/rope/cpu_engine.h"
#include "tests/instruction_sets.h"

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
  rope.layout.head_dim = 12;
  rope.layout.rotary_dim = 4;
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
  rope.axes.rule = AxisRule::sections;
  for (const std::vector<std::int64_t>& sections : {std::vector<std::int64_t>{-16, 40, 40},
                                                    {std::int64_t{1} << 50, 64 - (std::int64_t{1} << 50), 0},
                                                    {16, 24, 23},
                                                    {32, 32}}) {
    rope.axes.mrope_section = sections;
    CHECK_THROWS_AS(pair_axes(rope, 3), Error);
  }
  rope.axes.mrope_section = {16, 24, 24};
  CHECK(pair_axes(rope, 3).at(15) == 0);
  CHECK(pair_axes(rope, 3).at(16) == 1);
  CHECK(pair_axes(rope, 3).at(63) == 2);
}

namespace {

struct Shaped {
  PairLayout layout;
  std::int64_t head_dim, rotary_dim;
};

/// Whole vectors, what is left of them, parts of heads, two blocks, and components written elsewhere than read.
std::vector<Shaped> shapes() {
  const Pairing half = Pairing::half, interleaved = Pairing::interleaved;
  std::vector<Shaped> all;
  for (const Pairing in : {half, interleaved})
    for (const Pairing out : {half, interleaved})
      for (const auto& [head_dim, rotary_dim] : {std::pair{128, 128}, {96, 24}, {80, 80}, {64, 2}, {256, 90}})
        for (const bool trailing : {false, true}) all.push_back({{in, out, trailing, +1}, head_dim, rotary_dim});
  all.push_back({{half, half, false, -1, 0, 2}, 128, 128});
  all.push_back({{half, half, false, +1, 3, 2}, 128, 52});
  return all;
}

/// What a rotation is, by its definition, in double.
std::vector<double> turned_by_definition(const Rotation& rotation, const RowShape& shape, std::span<const float> in) {
  std::vector<double> out(in.begin(), in.end());
  const PairIndex index = pair_index(rotation.layout, shape.head_dim, rotation.pairs());
  for (std::int64_t row = 0; row < shape.rows(); ++row)
    for (std::int64_t i = 0; i < rotation.pairs(); ++i) {
      const auto position = static_cast<double>(rotation.positions.at(0, shape.token_of_row(row)));
      const double angle =
          2 * M_PI * position * std::ldexp(static_cast<double>(rotation.turns[static_cast<std::size_t>(i)]), -64);
      const double c = std::cos(angle) * rotation.attention_factor,
                   s = std::sin(angle) * rotation.attention_factor * rotation.layout.direction;
      const auto at = [&](std::int64_t component) {
        return static_cast<std::size_t>(row * shape.head_dim + component);
      };
      const auto x = static_cast<double>(in[at(index.in_first(i))]),
                 y = static_cast<double>(in[at(index.in_second(i))]);
      out[at(index.out_first(i))] = x * c - y * s;
      out[at(index.out_second(i))] = y * c + x * s;
    }
  return out;
}

double furthest(std::span<const float> ours, const std::vector<double>& expected) {
  double greatest = 0;
  for (std::size_t i = 0; i < ours.size(); ++i)
    greatest = std::max(greatest, std::abs(static_cast<double>(ours[i]) - expected[i]));
  return greatest;
}

/// Runs `check(shaped, rotation, shape)` for every shape.
template <typename Check>
void for_each_shape(Check check) {
  const Positions positions{1, {0, 7, 131, 4000, 1}};
  for (const Shaped& shaped : shapes()) {
    RopeConfig rope;
    rope.layout.head_dim = shaped.head_dim;
    rope.layout.rotary_dim = shaped.rotary_dim;
    const Spectrum spectrum = make_spectrum(rope);
    CAPTURE(shaped.head_dim);
    CAPTURE(shaped.rotary_dim);
    check(Rotation{spectrum.turns, 1.25, shaped.layout, {}, positions}, RowShape{2, 5, 3, shaped.head_dim});
  }
}

} // namespace

TEST_CASE("every layout and width turns by its definition on every instruction set, in place and out of place alike") {
  test::on_every_instruction_set([] {
    for_each_shape([](const Rotation& rotation, const RowShape& shape) {
      const std::vector<float> in = random_rows(shape.size());
      std::vector<float> out(in.size()), same = in;
      CpuEngine().rotate(rotation, shape, std::span<const float>(in), out);
      CHECK(furthest(out, turned_by_definition(rotation, shape, in)) <= 5e-6);
      CpuEngine().rotate(rotation, shape, std::span<const float>(same), same);
      CHECK(same == out);
    });
  });
}

TEST_CASE("16-bit rows are the float rows' numbers rounded to nearest, on every instruction set") {
  test::on_every_instruction_set([] {
    for_each_shape([](const Rotation& rotation, const RowShape& shape) {
      std::vector<float> rows = random_rows(shape.size());
      std::vector<Bfloat16> b(rows.size()), b_out(rows.size());
      std::vector<Float16> h(rows.size()), h_out(rows.size());
      std::vector<float> of_b(rows.size()), of_h(rows.size());
      for (std::size_t i = 0; i < rows.size(); ++i) {
        b[i] = Bfloat16{bfloat16_from_float(rows[i])};
        h[i] = Float16{half_from_float(rows[i])};
        of_b[i] = rounded(NumberFormat::bfloat16, rows[i]);
        of_h[i] = rounded(NumberFormat::float16, rows[i]);
      }
      CpuEngine engine;
      engine.rotate(rotation, shape, std::span<const float>(of_b), of_b);
      engine.rotate(rotation, shape, std::span<const float>(of_h), of_h);
      engine.rotate(rotation, shape, std::span<const Bfloat16>(b), b_out);
      engine.rotate(rotation, shape, std::span<const Float16>(h), h_out);
      std::size_t differ = 0;
      for (std::size_t i = 0; i < rows.size(); ++i)
        differ += static_cast<std::uint16_t>(b_out[i]) != bfloat16_from_float(of_b[i]) ||
                  static_cast<std::uint16_t>(h_out[i]) != half_from_float(of_h[i]);
      CHECK(differ == 0);
    });
  });
}

TEST_CASE("every 16-bit number passes a rotation by nothing as it is, on every instruction set") {
  constexpr std::int64_t pairs = 64, rows = 65536 / pairs;
  const std::vector<std::uint64_t> still(pairs, 0);
  const Positions positions = consecutive_positions(rows);
  const auto same = [](float a, float b) { return a == b || (std::isnan(a) && std::isnan(b)); };
  for (const Pairing pairing : {Pairing::half, Pairing::interleaved})
    test::on_every_instruction_set([&] {
      const Rotation rotation{still, 1.0, {pairing, pairing}, {}, positions};
      const PairIndex index = pair_index(rotation.layout, 2 * pairs, pairs);
      std::vector<Bfloat16> b(2 * 65536), b_out(b.size());
      std::vector<Float16> h(b.size()), h_out(b.size());
      // One to a pair: its neighbour enters as 0·y, which what is no number would spoil.
      const auto at = [&](std::int64_t bits) {
        return static_cast<std::size_t>(bits / pairs * 2 * pairs + index.in_first(bits % pairs));
      };
      for (std::uint32_t bits = 0; bits < 65536; ++bits) {
        b[at(bits)] = Bfloat16{static_cast<std::uint16_t>(bits)};
        h[at(bits)] = Float16{static_cast<std::uint16_t>(bits)};
      }
      CpuEngine engine;
      engine.rotate(rotation, {1, rows, 1, 2 * pairs}, std::span<const Bfloat16>(b), b_out);
      engine.rotate(rotation, {1, rows, 1, 2 * pairs}, std::span<const Float16>(h), h_out);
      std::size_t differ = 0;
      for (std::uint32_t bits = 0; bits < 65536; ++bits) {
        const auto word = static_cast<std::uint16_t>(bits);
        differ += !same(float_from_bfloat16(static_cast<std::uint16_t>(b_out[at(bits)])), float_from_bfloat16(word)) +
                  !same(float_from_half(static_cast<std::uint16_t>(h_out[at(bits)])), float_from_half(word));
      }
      CHECK(differ == 0);
    });
}

TEST_CASE("rows too many for the caches are written past them with the same bits, on any number of threads") {
  const Spectrum spectrum = make_spectrum(RopeConfig{});
  constexpr std::int64_t tokens = 700;
  const Positions positions = consecutive_positions(tokens, 5);
  for (const Pairing pairing : {Pairing::half, Pairing::interleaved})
    for (const std::size_t shift : {0, 1, 16}) {
      const Rotation rotation{spectrum.turns, 1.0, {pairing, pairing}, {}, positions};
      const RowShape shape{1, tokens, 32, 128};
      const std::vector<float> in = random_rows(shape.size());
      std::vector<float> expected = in, out(in.size() + 16 + shift);
      CpuEngine(1).rotate(rotation, shape, std::span<const float>(expected), expected);
      auto* aligned = out.data() + shift;
      while (reinterpret_cast<std::uintptr_t>(aligned - shift) % 64 != 0) ++aligned;
      for (const int threads : {0, 1, 2}) {
        const std::span<float> written(aligned, in.size());
        std::fill(written.begin(), written.end(), 0.0f);
        CpuEngine(threads).rotate(rotation, shape, std::span<const float>(in), written);
        CHECK(std::equal(written.begin(), written.end(), expected.begin()));
      }
    }
}

TEST_CASE("an output that begins anywhere in a line, of rows of any kind, has the same bits as rows turned in place") {
  const auto expect = [](const RopeConfig& rope, const RowShape& shape, auto number) {
    using Number = decltype(number);
    const Spectrum spectrum = make_spectrum(rope);
    const Positions positions = consecutive_positions(shape.tokens, 3);
    const Rotation rotation{spectrum.turns, 1.5, rope.layout.pairs, {}, positions};
    const std::vector<float> floats = random_rows(shape.size());
    std::vector<Number> in(floats.size());
    for (std::size_t i = 0; i < in.size(); ++i) {
      if constexpr (std::is_same_v<Number, Bfloat16>)
        in[i] = Bfloat16{static_cast<std::uint16_t>(std::bit_cast<std::uint32_t>(floats[i]) >> 16)};
      else
        in[i] = static_cast<Number>(floats[i]);
    }
    std::vector<Number> expected = in;
    CpuEngine(1).rotate(rotation, shape, std::span<const Number>(expected), std::span<Number>(expected));
    std::vector<Number> room(in.size() + 256);
    REQUIRE(room.size() * sizeof(Number) > std::size_t{1} << 23); // enough to be written past the caches
    for (const std::size_t shift : {std::size_t{0}, std::size_t{1}, std::size_t{5}, 48 / sizeof(Number)}) {
      std::fill(room.begin(), room.end(), Number{});
      auto* line = room.data() + 64 / sizeof(Number);
      while (reinterpret_cast<std::uintptr_t>(line) % 64 != 0) ++line;
      const std::span<Number> out(line + shift, in.size());
      CpuEngine().rotate(rotation, shape, std::span<const Number>(in), out);
      CHECK(std::memcmp(out.data(), expected.data(), out.size_bytes()) == 0);
      const Number none{};
      CHECK(std::memcmp(out.data() - 1, &none, sizeof none) == 0);
      CHECK(std::memcmp(out.data() + out.size(), &none, sizeof none) == 0);
    }
  };
  for (const Pairing in : {Pairing::half, Pairing::interleaved})
    for (const Pairing out : {Pairing::half, Pairing::interleaved}) {
      CAPTURE(in);
      CAPTURE(out);
      RopeConfig rope;
      rope.layout.pairs.pairing = in;
      rope.layout.pairs.output = out;
      expect(rope, {2, 300, 32, 128}, float{});
      expect(rope, {1, 3, 5551, 130}, float{}); // more rows a token than are turned at once, of no whole lines
      expect(rope, {3, 1400, 4, 130}, double{});
      expect(rope, {1, 40001, 1, 130}, Bfloat16{});
      rope.layout.head_dim = 4096;
      rope.layout.rotary_dim = 100;
      expect(rope, {1, 601, 1, 4096}, float{});
    }
}
