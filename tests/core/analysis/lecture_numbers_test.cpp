// Numbers that lectures show: one pair's arrow, keys from a cache, xPos, ALiBi's reach, number lines, squares of
// scores.

#include <cmath>
#include <numbers>

#include <doctest/doctest.h>

#include "core/analysis/attention_map.h"
#include "core/analysis/fading.h"
#include "core/analysis/head_source.h"
#include "core/analysis/number_line.h"
#include "core/analysis/pair_view.h"
#include "core/rope/spectrum.h"
#include "core/word_vector.h"

using namespace ropescope;

namespace {

RopeConfig plain(std::int64_t head_dim, double base) {
  RopeConfig rope;
  rope.layout.head_dim = rope.layout.rotary_dim = head_dim;
  rope.base = base;
  return rope;
}

long double theta(std::int64_t head_dim, double base, std::int64_t pair) {
  return std::pow(static_cast<long double>(base),
                  -2.0L * static_cast<long double>(pair) / static_cast<long double>(head_dim));
}

TokenRows word_rows(const Spectrum& spectrum, const char* word, Pairing pairing, std::int64_t tokens) {
  HeadSource source;
  source.kind = HeadSource::Kind::word;
  source.word = word;
  PairLayout layout;
  layout.pairing = layout.output = pairing;
  return tokens_alike(head_pair(source, source, layout, spectrum.head_dim, spectrum.turns), tokens);
}

} // namespace

TEST_CASE("a position turns an arrow by position times frequency and keeps its length") {
  struct Model {
    std::int64_t head_dim;
    double base;
    std::int64_t pair;
  };
  for (const auto& [head_dim, base, pair] : {Model{128, 10000, 6}, Model{64, 500000, 11}, Model{80, 1e6, 39}}) {
    const Spectrum spectrum = make_spectrum(plain(head_dim, base));
    const std::int64_t positions[] = {0, 1, 2, 3, 4, 137, 1'000'001};
    const std::complex<double> arrow(0.6, -0.8);
    for (const PairPlace& place : places_of_pair(arrow, spectrum.turns[static_cast<std::size_t>(pair)], positions)) {
      const long double angle = std::fmod(theta(head_dim, base, pair) * static_cast<long double>(place.position),
                                          2 * std::numbers::pi_v<long double>);
      const auto x = static_cast<double>(0.6L * std::cos(angle) + 0.8L * std::sin(angle)),
                 y = static_cast<double>(0.6L * std::sin(angle) - 0.8L * std::cos(angle));
      CAPTURE(place.position);
      CHECK(std::abs(place.x - x) < 2e-9);
      CHECK(std::abs(place.y - y) < 2e-9);
      CHECK(std::abs(place.length - 1) < 1e-12);
    }
  }
}

TEST_CASE("a key that was stored under another table has the angle of that table, and its score that of a plain loop") {
  const Spectrum now = make_spectrum(plain(128, 40890)), then = make_spectrum(plain(128, 10000));
  std::vector<std::complex<double>> products(64, 1.0 / 64);
  const std::int64_t m = 8192, n = 8191;
  const CachedPair pair = cached_pair(products, now.turns, then.turns, 50, m, n);
  long double fresh = 0, cached = 0;
  for (std::int64_t i = 0; i < 64; ++i) {
    fresh += std::cos(theta(128, 40890, i) * (m - n)) / 64;
    cached += std::cos(theta(128, 40890, i) * m - theta(128, 10000, i) * n) / 64;
  }
  CHECK(pair.fresh_total == doctest::Approx(static_cast<double>(fresh)).epsilon(1e-9));
  CHECK(std::abs(pair.cached_total - static_cast<double>(cached)) < 1e-7);
  CHECK(std::abs(pair.cached_total - pair.fresh_total) > 0.5);
  CHECK(pair.cached_pair ==
        doctest::Approx(static_cast<double>(std::cos(theta(128, 40890, 50) * m - theta(128, 10000, 50) * n)))
            .epsilon(1e-6));
  const CachedPair same = cached_pair(products, now.turns, now.turns, 50, m, n);
  CHECK(same.cached_total == same.fresh_total);
}

TEST_CASE("xPos fades by law: the paper's numbers, its ceiling above every score, and float16's end") {
  const Spectrum spectrum = make_spectrum(plain(128, 10000));
  CHECK(std::abs(fading_score(spectrum.turns, 0.4, 512) - 0.2207) < 5e-5);
  CHECK(std::abs(fading_ceiling(64, 0.4, 512) - 0.6373) < 5e-5);
  CHECK(std::abs(fading_ceiling(64, 0.4, 8192) - 0.0748) < 5e-5);
  CHECK(fading_end_of_float16(0.4) == 4533);
  std::vector<std::int64_t> edges;
  for (std::int64_t d = 0; d <= 4096; d += 32) edges.push_back(d);
  const Fading fading = fading_scores(spectrum.turns, 0.4, edges);
  REQUIRE(fading.mean.size() == edges.size() - 1);
  for (std::size_t b = 0; b < fading.mean.size(); ++b) {
    CHECK(fading.least[b] <= fading.mean[b]);
    CHECK(fading.mean[b] <= fading.greatest[b]);
    CHECK(fading.greatest[b] <= fading.ceiling[b] + 1e-12);
  }
  // A plain loop of another fade constant.
  long double sum = 0;
  for (int i = 0; i < 64; ++i) {
    const long double zeta = (2.0L * i + 1.1L * 128) / (2.1L * 128);
    sum += std::pow(zeta, 300 / 512.0L) * std::cos(300 * theta(128, 10000, i)) / 64;
  }
  CHECK(std::abs(fading_score(spectrum.turns, 1.1, 300) - static_cast<double>(sum)) < 1e-7);
}

TEST_CASE("a head of ALiBi keeps 99 % of its attention within ln 100 / slope") {
  for (const double slope : {0.5, 1.0 / 16, 1.0 / 256}) {
    const std::int64_t reach = reach_of_slope(slope);
    // Of e^(−slope·Δ) over all Δ, as an integral: 1 − e^(−slope·reach).
    CHECK(1 - std::exp(-slope * static_cast<double>(reach)) >= 0.99);
    CHECK(1 - std::exp(-slope * static_cast<double>(reach - 1)) < 0.99);
  }
  CHECK(reach_of_slope(1.0 / 256) == 1179);
}

TEST_CASE("a number line begins with the tokens that share m's place, and places are counted as rounding has them") {
  const NumberLine line = number_line(NumberFormat::bfloat16, 15962, 64);
  CHECK(line.first == 15905);
  REQUIRE(line.places.size() == 128);
  CHECK(line.places.front() == 15936);
  CHECK(line.places.back() == 16000);
  CHECK(number_line(NumberFormat::bfloat16, 100, 8).first == 92);
  CHECK(number_line(NumberFormat::float16, 3, 8).first == 0);
  CHECK(distinct_places(NumberFormat::bfloat16, 32768) == 1153);
  CHECK(distinct_places(NumberFormat::float16, 2049) == 2049);
  CHECK(distinct_places(NumberFormat::float16, 2052) == 2051); // 2049 lies with 2048, 2051 with 2052
  CHECK(first_lost_position(NumberFormat::bfloat16) == 257);
  CHECK(first_lost_position(NumberFormat::float16) == 2049);
}

TEST_CASE("a square of scores has RoPE's diagonals level, waves' not, and rows of softmax that add up to 1") {
  const Spectrum spectrum = make_spectrum(plain(128, 10000));
  const PlaceContext context{spectrum.turns, spectrum.turns, true};
  const TokenRows rope_rows = word_rows(spectrum, "dog", Pairing::half, 96),
                  wave_rows = word_rows(spectrum, "dog", Pairing::interleaved, 96);
  const auto& rope = *find_position_scheme("rope");
  const auto& waves = *find_position_scheme("sinusoidal");
  for (const auto& [m, n] : {std::pair<std::int64_t, std::int64_t>{5, 3}, {105, 103}, {1005, 1003}})
    CHECK(std::abs(score_of_places(rope_rows, rope, context, m, n) - 0.8794f) < 5e-5f);
  CHECK(std::abs(score_of_places(wave_rows, waves, context, 5, 3) - 1.0134f) < 5e-5f);
  CHECK(std::abs(score_of_places(wave_rows, waves, context, 105, 103) - 1.0902f) < 5e-5f);
  CHECK(std::abs(score_of_places(wave_rows, waves, context, 1005, 1003) - 1.0097f) < 5e-5f);
  const auto level = square_of_scores(rope_rows, rope, context), broken = square_of_scores(wave_rows, waves, context);
  REQUIRE(level.size() == 96 * 96);
  for (const std::int64_t distance : {-7, 0, 2, 40}) {
    CHECK(spread_of_diagonal(level, 96, distance) < 1e-5f);
    if (distance != 0) CHECK(spread_of_diagonal(broken, 96, distance) > 0.05f);
  }
  // A query before its key has a score too: of RoPE with one word it is the same as behind it.
  CHECK(std::abs(level[3 * 96 + 10] - level[10 * 96 + 3]) < 1e-6f);
  for (const bool masked : {true, false}) {
    const auto weights = weights_of_square(broken, 96, 11, masked);
    for (std::int64_t m = 0; m < 96; ++m) {
      double sum = 0;
      for (std::int64_t n = 0; n < 96; ++n) {
        const float w = weights[static_cast<std::size_t>(m * 96 + n)];
        if (masked && n > m) CHECK(w == 0);
        sum += static_cast<double>(w);
      }
      CHECK(sum == doctest::Approx(1).epsilon(1e-5));
    }
  }
  const auto none =
      weights_of_square(square_of_scores(rope_rows, *find_position_scheme("none"), context), 96, 11, true);
  CHECK(none[9 * 96 + 4] == doctest::Approx(0.1).epsilon(1e-5));
}
