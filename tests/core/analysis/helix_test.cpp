// Where the strands of a rope point, against published figures and plain loops in long double.
#include "core/analysis/helix.h"

#include <algorithm>
#include <numbers>

#include <doctest/doctest.h>

#include "tests/core/analysis/chain_cases.h"

using namespace ropescope;

namespace {

constexpr double degrees = 180 / std::numbers::pi;
constexpr long double turn = 2 * std::numbers::pi_v<long double>;

Helix helix_of(const Spectrum& s, std::int64_t m, std::int64_t n) {
  return helix_at(head_of_ones(s.pairs()), s.turns, m, n, {0, 0});
}

/// The angle between two directions, rad.
long double apart(long double a, long double b) { return std::abs(std::remainder(a - b, turn)); }

} // namespace

TEST_CASE("hands and wedges of the five ropes stand where the table says") {
  struct Row {
    std::size_t pair;
    double query, key, wedge, turns;
  };
  const Spectrum s = make_spectrum(test::llama_2());
  const Helix helix = helix_of(s, 137, 100);
  for (const Row& row : {Row{4, 94.110, 341.978, 112.132, 14.3199}, Row{12, 315.864, 298.879, 16.985, 4.5284},
                         Row{20, 81.411, 322.198, 119.213, 1.4320}, Row{28, 139.586, 101.888, 37.699, 0.4528},
                         Row{40, 24.822, 18.119, 6.704, 0.0805}}) {
    CAPTURE(row.pair);
    CHECK(std::abs(helix.query[row.pair] * degrees - row.query) < 6e-4);
    CHECK(std::abs(helix.key[row.pair] * degrees - row.key) < 6e-4);
    CHECK(std::abs(helix.wedge[row.pair] * degrees - row.wedge) < 6e-4);
    CHECK(std::abs(s.inv_freq[row.pair] * 160 * degrees / 360 - row.turns) < 6e-5);
  }
}

TEST_CASE("sliding both along by 1 000 tokens turns every hand and no wedge") {
  const Spectrum s = make_spectrum(test::llama_2());
  const Helix before = helix_of(s, 137, 100), after = helix_of(s, 1137, 1100);
  for (std::size_t i = 0; i < 64; ++i) {
    CHECK(std::abs(before.wedge[i] - after.wedge[i]) <= 1e-9);
    CHECK(apart(after.query[i] - after.key[i], before.query[i] - before.key[i]) < 1e-9L);
    CHECK(before.query[i] != after.query[i]);
  }
}

TEST_CASE("angles of two other models are those of a plain loop, between tokens too") {
  for (const auto& [base, dim] : {std::pair{500000.0, 96}, {1000.0, 40}}) {
    RopeConfig config;
    config.base = base;
    config.layout.head_dim = config.layout.rotary_dim = dim;
    const Spectrum s = make_spectrum(config);
    const auto theta = test::plain_frequencies(static_cast<long double>(base), dim);
    for (const auto& [m, n] : {std::pair{5000, 7}, {3, 90000}}) {
      const Helix helix = helix_of(s, m, n);
      for (std::size_t i = 0; i < theta.size(); ++i) {
        CHECK(apart(helix.query[i], static_cast<long double>(m) * theta[i]) < 1e-9L);
        CHECK(apart(helix.key[i], static_cast<long double>(n) * theta[i]) < 1e-9L);
        CHECK(apart(helix.wedge[i], static_cast<long double>(m - n) * theta[i]) < 1e-9L);
        CHECK(helix.wedge[i] >= 0);
        CHECK(helix.wedge[i] <= 2 * std::numbers::pi);
        for (const double position : {0.25, 1234.5, 60000.125})
          CHECK(apart(strand_angle(s.turns[i], position), static_cast<long double>(position) * theta[i]) < 1e-9L);
      }
    }
  }
}

TEST_CASE("strands begin where q and k point and are as far out as they are long, relative to the longest") {
  const Spectrum s = make_spectrum(test::llama_2());
  HeadPair head = head_of_ones(64);
  head.ones = head.equal = false;
  for (std::size_t i = 0; i < 64; ++i) {
    head.query[i] = std::polar(1.0 + static_cast<double>(i), 0.1);
    head.key[i] = std::polar(i == 3 ? 8.0 : 2.0, -2.0);
  }
  const Helix helix = helix_at(head, s.turns, 5, 4, {1, 2});
  for (std::size_t i = 0; i < 64; ++i) {
    CHECK(helix.query_start[i] == doctest::Approx(0.1));
    CHECK(helix.key_start[i] == doctest::Approx(-2));
    CHECK(helix.query_length[i] == doctest::Approx((1.0 + static_cast<double>(i)) / 64));
    CHECK(helix.key_length[i] == doctest::Approx(i == 3 ? 1 : 0.25));
  }
  const Helix example = helix_at(head_of_ones(64), s.turns, 5, 4, {1, 2});
  CHECK(example.query_start[7] == 1);
  CHECK(example.key_start[7] == 2);
}

TEST_CASE("the usual ropes of 64 pairs are 4, 12, 20, 28 and 40, of fewer pairs as many as differ") {
  const auto list = [](std::int64_t pairs, int ropes) {
    const UsualRopes usual = usual_ropes(pairs, ropes);
    return std::vector<std::int64_t>(usual.all().begin(), usual.all().end());
  };
  CHECK(list(64, 5) == std::vector<std::int64_t>{4, 12, 20, 28, 40});
  CHECK(list(64, 3) == std::vector<std::int64_t>{4, 20, 40});
  CHECK(list(64, 7) == std::vector<std::int64_t>{4, 8, 12, 20, 28, 40, 52});
  CHECK(list(1, 5) == std::vector<std::int64_t>{0});
  for (std::int64_t pairs = 1; pairs < 300; ++pairs)
    for (const int ropes : {3, 5, 7}) {
      const auto chosen = list(pairs, ropes);
      CHECK(!chosen.empty());
      CHECK(std::adjacent_find(chosen.begin(), chosen.end(), std::greater_equal<>()) == chosen.end());
      CHECK(chosen.back() < pairs);
    }
}
