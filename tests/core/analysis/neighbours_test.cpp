// How well schemes tell a token from its neighbours, against published figures and plain loops in long double.
#include "core/analysis/neighbours.h"

#include <doctest/doctest.h>

#include "core/analysis/contributions.h"
#include "tests/core/analysis/chain_cases.h"

using namespace ropescope;

namespace {

Neighbours of(const Spectrum& s, std::int64_t first = -16, std::int64_t last = 16) {
  return neighbours_of(contributions(head_of_ones(s.pairs())), s.inv_freq, s.turns, first, last);
}

} // namespace

TEST_CASE("what is lost one token away, where a tenth is lost, and the curvature are those of the table") {
  struct Row {
    RopeType type;
    double percent, tenth, curvature, at_16;
  };
  for (const Row& row : {Row{RopeType::standard, 2.978619, 1.9594, -0.06247356, 0.620338},
                         Row{RopeType::yarn, 2.976753, 1.9603, -0.06243623, 0.624969},
                         Row{RopeType::ntk, 2.373660, 2.2724, -0.04987407, 0.706106},
                         Row{RopeType::linear, 0.012200, 31.3496, -0.00024404, 0.970214}}) {
    CAPTURE(static_cast<int>(row.type));
    const Neighbours n = of(make_spectrum(test::llama_2(row.type)));
    CHECK(std::abs(100 * n.lost_at_one - row.percent) < 6e-7);
    REQUIRE(n.tenth_lost);
    // The table has the first of all multiples of 0.0001 where a tenth is lost.
    CHECK(*n.tenth_lost <= row.tenth);
    CHECK(*n.tenth_lost > row.tenth - 1e-4);
    CHECK(std::abs(n.curvature - row.curvature) < 6e-9);
    CHECK(std::abs(n.score(16) - row.at_16) < 6e-7);
    for (std::int64_t d = 0; d <= 16; ++d) CHECK(n.score(d) == doctest::Approx(n.score(-d)).epsilon(1e-15));
  }
}

TEST_CASE(
    "interpolation flattens the peak by the square of its factor, and its 16th neighbour is the plain one's first") {
  const Neighbours none = of(make_spectrum(test::llama_2())),
                   linear = of(make_spectrum(test::llama_2(RopeType::linear)));
  CHECK(none.curvature / linear.curvature == doctest::Approx(256).epsilon(1e-12));
  CHECK(linear.score(16) == doctest::Approx(none.score(1)).epsilon(1e-12));
  CHECK(*linear.tenth_lost == doctest::Approx(16 * *none.tenth_lost).epsilon(1e-9));
}

TEST_CASE("scores, curvature and the tenth of two other models are those of plain loops in long double") {
  for (const auto& [base, dim] : {std::pair{500000.0, 96}, {1000.0, 40}}) {
    RopeConfig config;
    config.base = base;
    config.layout.head_dim = config.layout.rotary_dim = dim;
    const Neighbours n = of(make_spectrum(config), -40, 90);
    const auto theta = test::plain_frequencies(static_cast<long double>(base), dim);
    const auto score = [&](long double distance) {
      long double sum = 0;
      for (const long double t : theta) sum += cosl(distance * t) / static_cast<long double>(theta.size());
      return sum;
    };
    long double curvature = 0;
    for (const long double t : theta) curvature -= t * t / static_cast<long double>(theta.size());
    for (std::int64_t d = -40; d <= 90; ++d)
      CHECK(std::abs(static_cast<long double>(n.score(d)) - score(static_cast<long double>(d))) < 1e-12L);
    CHECK(n.curvature == doctest::Approx(static_cast<double>(curvature)).epsilon(1e-12));
    long double first = 0; // in steps of a thousandth, which no score of these falls and rises within
    while (score(first) >= 0.9L) first += 0.001L;
    REQUIRE(n.tenth_lost);
    CHECK(std::abs(static_cast<long double>(*n.tenth_lost) - first) < 0.0011L);
    CHECK(std::abs(score(static_cast<long double>(*n.tenth_lost)) - 0.9L) < 1e-9L);
  }
}

TEST_CASE("a head that never loses a tenth says so, and one without a peak has nothing to lose") {
  const std::vector<double> theta(8, 0.0);
  const std::vector<std::uint64_t> turns(8, 0);
  const Neighbours still = neighbours_of(contributions(head_of_ones(8)), theta, turns, 0, 4);
  CHECK(!still.tenth_lost);
  CHECK(still.lost_at_one == 0);
  HeadPair opposed = head_of_ones(8);
  for (std::complex<double>& z : opposed.key) z = -1;
  const Neighbours none = neighbours_of(contributions(opposed), theta, turns, 0, 4);
  CHECK(!none.tenth_lost);
  CHECK(std::isnan(none.lost_at_one));
}
