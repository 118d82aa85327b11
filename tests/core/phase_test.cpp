#include "core/rope/phase.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <random>

#include <doctest/doctest.h>

#include "core/rope/spectrum.h"
#include "core/rope/table_kernel.h"
#include "tests/instruction_sets.h"

using namespace ropescope;

namespace {

/// cos and sin of a fraction of a turn in long double, reduced to the nearest quarter first.
CosSin<long double> true_cos_sin(std::uint64_t phase) {
  const long double turns = std::ldexp(static_cast<long double>(phase), -64);
  const long double angle = 2 * std::numbers::pi_v<long double> * turns;
  return {std::cos(angle), std::sin(angle)};
}

} // namespace

TEST_CASE("a phase wraps exactly: position × turns modulo one turn, for positions of either sign") {
  std::mt19937_64 random(1);
  for (int i = 0; i < 10000; ++i) {
    const std::uint64_t turns = random();
    const auto position = static_cast<std::int64_t>(random() >> 32) - (std::int64_t{1} << 31);
    __extension__ using Wide = __int128;
    const auto whole = static_cast<Wide>(position) * static_cast<Wide>(turns);
    CHECK(phase64(position, turns) == static_cast<std::uint64_t>(whole));
  }
}

TEST_CASE("the 32-bit phase is the 64-bit phase rounded, and a full turn is no turn") {
  CHECK(phase32(1, 0x0000000080000000u) == 1);
  CHECK(phase32(1, 0x000000007fffffffu) == 0);
  CHECK(phase32(1, 0xffffffff80000000u) == 0);
  CHECK(phase32(4, std::uint64_t{1} << 62) == 0);
  CHECK(phase32(3, std::uint64_t{1} << 62) == 0xc0000000u);
}

TEST_CASE("cos and sin of quarter turns are exactly 0 and ±1") {
  const float expected[4][2] = {{1, 0}, {0, 1}, {-1, 0}, {0, -1}};
  for (std::uint32_t quarter = 0; quarter < 4; ++quarter) {
    const auto narrow = cos_sin(quarter << 30);
    const auto wide = cos_sin(static_cast<std::uint64_t>(quarter) << 62);
    CHECK(narrow.cos == expected[quarter][0]);
    CHECK(narrow.sin == expected[quarter][1]);
    CHECK(wide.cos == static_cast<double>(expected[quarter][0]));
    CHECK(wide.sin == static_cast<double>(expected[quarter][1]));
  }
}

TEST_CASE("cos and sin are within 1.2e-7 in float and 4e-16 in double everywhere on the circle") {
  std::mt19937_64 random(2);
  double worst_float = 0, worst_double = 0;
  for (int i = 0; i < 200000; ++i) {
    const std::uint64_t phase = random();
    const auto exact = true_cos_sin(phase);
    const auto wide = cos_sin(phase);
    worst_double = std::max({worst_double, static_cast<double>(std::abs(wide.cos - exact.cos)),
                             static_cast<double>(std::abs(wide.sin - exact.sin))});
    const auto narrow = cos_sin(static_cast<std::uint32_t>(phase >> 32));
    const auto exact_narrow = true_cos_sin(phase >> 32 << 32);
    worst_float =
        std::max({worst_float, static_cast<double>(std::abs(static_cast<long double>(narrow.cos) - exact_narrow.cos)),
                  static_cast<double>(std::abs(static_cast<long double>(narrow.sin) - exact_narrow.sin))});
  }
  CHECK(worst_float <= 1.2e-7);
  CHECK(worst_double <= 4e-16);
}

TEST_CASE("the phase of the fastest pair is right at position 2³¹") {
  const Spectrum spectrum = make_spectrum(RopeConfig{});
  // 2³¹ rad modulo 2π, from 40-digit arithmetic
  const double cosine = std::cos(std::fmod(2147483648.0L, 2 * std::numbers::pi_v<long double>));
  CHECK(cos_sin_at<double>(std::int64_t{1} << 31, spectrum.turns[0]).cos == doctest::Approx(cosine).epsilon(5e-9));
}

TEST_CASE("the CPU's vectors take the same phase to the bit as one number at a time, on every instruction set") {
  constexpr std::size_t pairs = 71; // whole vectors, and what is left
  std::mt19937_64 random(3);
  std::vector<std::uint64_t> turns(pairs);
  std::vector<std::uint32_t> upper, lower;
  for (std::uint64_t& t : turns) {
    t = random();
    upper.push_back(static_cast<std::uint32_t>(t >> 32));
    lower.push_back(static_cast<std::uint32_t>(t));
  }
  test::on_every_instruction_set([&] {
    for (const std::int64_t position : {std::int64_t{0}, std::int64_t{1}, std::int64_t{-1}, std::int64_t{131071},
                                        std::int64_t{1} << 31, -(std::int64_t{1} << 31), std::int64_t{-70001}}) {
      std::vector<std::uint32_t> phases(pairs);
      table_kernel::phases(position, upper.data(), lower.data(), pairs, phases.data());
      for (std::size_t i = 0; i < pairs; ++i) CHECK(phases[i] == phase32(position, turns[i]));
    }
  });
}

TEST_CASE("the CPU's vectors take cos and sin in double as one number at a time does, on every instruction set") {
  std::mt19937_64 random(4);
  std::vector<std::uint64_t> phases;
  for (int eighth = 0; eighth < 8; ++eighth) // quarter turns, and where one quadrant ends and the next begins
    for (const int step : {-1, 0, 1})
      phases.push_back((static_cast<std::uint64_t>(eighth) << 61) + static_cast<std::uint64_t>(step));
  while (phases.size() < 2000) phases.push_back(random());
  test::on_every_instruction_set([&] {
    for (const std::size_t count : {std::size_t{1}, std::size_t{7}, std::size_t{1999}}) {
      std::vector<double> cos(count + 1, 7), sin(count + 1, 7);
      table_kernel::table(phases.data(), count, 2.0, -3.0, cos.data(), sin.data());
      double worst = 0;
      for (std::size_t i = 0; i < count; ++i) {
        const CosSin<double> at = cos_sin(phases[i]);
        worst = std::max({worst, std::abs(cos[i] - 2 * at.cos), std::abs(sin[i] + 3 * at.sin)});
      }
      CHECK(worst <= 4e-16); // where a compiler makes one operation of a product and a sum the last bit may differ
      CHECK(cos[count] == 7);
      CHECK(sin[count] == 7);
    }
  });
}
