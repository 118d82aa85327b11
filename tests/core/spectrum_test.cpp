#include "core/rope/spectrum.h"

#include <cmath>
#include <numbers>

#include <doctest/doctest.h>

#include "core/error.h"
#include "core/rope/scheme_keys.h"

using namespace ropescope;

namespace {

RopeConfig llama(RopeType type, double factor) {
  RopeConfig rope;
  rope.scaling.rope_type = type;
  rope.scaling.factor = factor;
  rope.scaling.max_position_embeddings = 4096;
  return rope;
}

} // namespace

TEST_CASE("NTK-aware scaling keeps the fastest pair and divides the slowest by exactly the factor") {
  const Spectrum spectrum = make_spectrum(llama(RopeType::ntk, 8));
  CHECK(spectrum.inv_freq.front() == 1.0);
  CHECK(spectrum.inv_freq.back() == doctest::Approx(spectrum.unscaled.back() / 8).epsilon(1e-14));
}

TEST_CASE("YaRN keeps pairs of more than 32 turns and interpolates every pair of less than one") {
  const Spectrum spectrum = make_spectrum(llama(RopeType::yarn, 16));
  for (std::int64_t i = 0; i < spectrum.pairs(); ++i) {
    const double turns = 4096 * spectrum.unscaled[static_cast<std::size_t>(i)] / (2 * std::numbers::pi);
    CAPTURE(i);
    // The ends of the ramp are rounded outwards to whole pairs.
    if (turns > 32 * 1.16) CHECK(fate(spectrum, i) == PairFate::kept);
    if (turns < 1 / 1.16) CHECK(fate(spectrum, i) == PairFate::interpolated);
  }
}

TEST_CASE("the fixed-point frequency is the frequency in turns") {
  const Spectrum spectrum = make_spectrum(llama(RopeType::yarn, 16));
  for (std::size_t i = 0; i < spectrum.inv_freq.size(); ++i)
    CHECK(std::ldexp(static_cast<double>(spectrum.turns[i]), -64) * 2 * std::numbers::pi ==
          doctest::Approx(spectrum.inv_freq[i]).epsilon(1e-14));
}

TEST_CASE("LongRoPE takes the long factors from the first token beyond the original context, and says so") {
  RopeConfig rope = llama(RopeType::longrope, 32);
  rope.scaling.original_max_position_embeddings = 4096;
  rope.scaling.set(key::short_factor, std::vector<double>(64, 1.0));
  rope.scaling.set(key::long_factor, std::vector<double>(64, 2.0));
  CHECK(make_spectrum(rope, 4096).inv_freq.front() == 1.0);
  CHECK(make_spectrum(rope, 4097).inv_freq.front() == 0.5);
  CHECK(make_spectrum(rope, 3900).rule == "LongRoPE: short factors, because 3 900 ≤ 4 096.");
  CHECK(make_spectrum(rope, 4097).attention_factor == make_spectrum(rope, 4096).attention_factor);
}

TEST_CASE("an odd rotary_dim has one frequency more than half of it") {
  RopeConfig rope;
  rope.layout.head_dim = 10;
  rope.layout.rotary_dim = 5;
  const Spectrum spectrum = make_spectrum(rope);
  CHECK(spectrum.pairs() == 3);
  CHECK(spectrum.inv_freq[2] == doctest::Approx(std::pow(10000.0, -4.0 / 5)).epsilon(1e-15));
}

TEST_CASE("a spectrum refuses what no formula is made for") {
  RopeConfig rope;
  SUBCASE("head_dim 0") { rope.layout.head_dim = 0; }
  SUBCASE("negative head_dim") { rope.layout.head_dim = -128; }
  SUBCASE("a head of 2⁴⁰ components") { rope.layout.head_dim = std::int64_t{1} << 40; }
  SUBCASE("base 0") { rope.base = 0; }
  SUBCASE("a factor of 0") { rope = llama(RopeType::proportional, 0); }
  SUBCASE("a beta that is no number") {
    rope = llama(RopeType::yarn, 4);
    rope.scaling.set(key::beta_fast, std::nan(""));
  }
  SUBCASE("a scheme without its factor") { rope.scaling.rope_type = RopeType::yarn; }
  SUBCASE("NTK of a single pair") {
    rope = llama(RopeType::ntk, 2);
    rope.layout.rotary_dim = 2;
  }
  SUBCASE("LongRoPE factors of the wrong length") {
    rope = llama(RopeType::longrope, 2);
    rope.scaling.set(key::short_factor, std::vector<double>(64, 1.0));
    rope.scaling.set(key::long_factor, std::vector<double>(63, 1.0));
  }
  CHECK_THROWS_AS(make_spectrum(rope), Error);
}

TEST_CASE("a pair counts as interpolated only where it is slowed by the whole factor") {
  // The ramp of so long a context ends beyond the last pair: none is interpolated in full.
  RopeConfig rope = llama(RopeType::yarn, 4);
  rope.layout.head_dim = rope.layout.rotary_dim = 64;
  rope.scaling.original_max_position_embeddings = 1048576;
  const Spectrum blended = make_spectrum(rope);
  CHECK(fate(blended, blended.pairs() - 1) == PairFate::blended);
  const Spectrum linear = make_spectrum(llama(RopeType::linear, 4));
  for (std::int64_t i = 0; i < linear.pairs(); ++i) CHECK(fate(linear, i) == PairFate::interpolated);
  const Spectrum plain = make_spectrum(RopeConfig{});
  for (std::int64_t i = 0; i < plain.pairs(); ++i) CHECK(fate(plain, i) == PairFate::kept);
}

TEST_CASE("p-RoPE spans the whole head of a model that turns a part of it") {
  RopeConfig partial;
  partial.layout.head_dim = 80;
  partial.layout.rotary_dim = 32;
  const auto rope = with_scheme(partial, RopeType::proportional, 1);
  REQUIRE(rope);
  CHECK(pair_count(*rope) == make_spectrum(*rope).pairs());
  partial.scaling.rope_type = RopeType::proportional;
  CHECK_THROWS_AS(make_spectrum(partial), Error);
}

TEST_CASE("a file's frequency factors divide pair by pair, are said, and go when another scheme is tried on") {
  RopeConfig rope;
  rope.scaling.max_position_embeddings = 4096;
  rope.scaling.freq_factors.assign(64, 1);
  for (std::size_t i = 40; i < 64; ++i) rope.scaling.freq_factors[i] = 8;
  const Spectrum spectrum = make_spectrum(rope);
  CHECK(fate(spectrum, 39) == PairFate::kept);
  CHECK(fate(spectrum, 40) == PairFate::interpolated);
  CHECK(spectrum.inv_freq[63] * 8 == doctest::Approx(spectrum.unscaled[63]).epsilon(1e-15));
  CHECK(spectrum.rule == "The file's factors divide 24 of 64 pairs, by up to 8.");
  const auto tried = with_scheme(rope, RopeType::yarn, 4);
  REQUIRE(tried);
  CHECK(tried->scaling.freq_factors.empty());
  rope.scaling.freq_factors[3] = 0;
  CHECK_THROWS_AS(make_spectrum(rope), Error);
}
