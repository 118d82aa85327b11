#include "core/analysis/score_curve.h"

#include <algorithm>
#include <cmath>
#include <random>

#include <doctest/doctest.h>

#include "core/rope/cpu_engine.h"
#include "tests/instruction_sets.h"

using namespace ropescope;

TEST_CASE("bins of a logarithmic axis hold every distance exactly once, whatever the sizes") {
  for (const std::int64_t greatest : {1, 2, 7, 1000, 65536, 1000003})
    for (const std::int64_t columns : {1, 3, 64, 1200}) {
      const std::vector<std::int64_t> edges = log_bin_edges(greatest, columns);
      CHECK(edges.front() == 1);
      CHECK(edges.back() == greatest + 1);
      CHECK(std::adjacent_find(edges.begin(), edges.end(), std::greater_equal<>()) == edges.end());
      CHECK(static_cast<std::int64_t>(edges.size()) <= columns + 1);
    }
}

TEST_CASE("a bin's least, greatest and mean are those of every integer distance in it") {
  const Spectrum spectrum = make_spectrum(RopeConfig{});
  const auto weights = equal_weights(64);
  CpuEngine engine;
  const ScoreCurve curve = score_curve(engine, {spectrum.turns, weights, 1}, log_bin_edges(20000, 150));
  const std::vector<double> exact = exact_scores({spectrum.turns, weights, 0}, 20001);
  for (std::size_t b = 0; b < curve.bins.size(); ++b) {
    double least = 2, greatest = -2, sum = 0;
    for (std::int64_t d = curve.edges[b]; d < curve.edges[b + 1]; ++d) {
      const double s = exact[static_cast<std::size_t>(d)];
      least = std::min(least, s);
      greatest = std::max(greatest, s);
      sum += s;
    }
    CHECK(std::abs(static_cast<double>(curve.bins[b].least) - least) < 2e-6);
    CHECK(std::abs(static_cast<double>(curve.bins[b].greatest) - greatest) < 2e-6);
    CHECK(std::abs(static_cast<double>(curve.bins[b].mean) -
                   sum / static_cast<double>(curve.edges[b + 1] - curve.edges[b])) < 2e-6);
  }
}

TEST_CASE("a coarse curve's bins lie within the finished ones', and near their means where it takes many distances") {
  for (const double base : {1e4, 5e5}) {
    RopeConfig config;
    config.base = base;
    const Spectrum spectrum = make_spectrum(config);
    const auto weights = equal_weights(64);
    CpuEngine engine;
    const ScoreScan scan{spectrum.turns, weights, 1};
    const ScoreCurve finished = score_curve(engine, scan, log_bin_edges(1'000'000, 300)),
                     coarse = coarse_score_curve(engine, scan, log_bin_edges(1'000'000, 300));
    REQUIRE(coarse.edges == finished.edges);
    std::int64_t narrower = 0;
    for (std::size_t b = 0; b < coarse.bins.size(); ++b) {
      CHECK(coarse.bins[b].least >= finished.bins[b].least - 4e-6f);
      CHECK(coarse.bins[b].greatest <= finished.bins[b].greatest + 4e-6f);
      CHECK(std::abs(coarse.local_mean[b] - finished.local_mean[b]) < 0.02f);
      narrower += coarse.bins[b].greatest < finished.bins[b].greatest - 4e-6f;
    }
    CHECK(narrower > 0); // or it was no coarse one
  }
}

TEST_CASE("slices of a long scan cover every bin once, in order") {
  for (const std::int64_t greatest : {1, 500, 3'000'000, 20'000'000})
    for (const std::int64_t columns : {1, 7, 600}) {
      const std::vector<std::int64_t> edges = log_bin_edges(greatest, columns);
      std::size_t begin = 0;
      while (begin + 1 < edges.size()) {
        const std::size_t end = end_of_slice(edges, begin);
        REQUIRE(end > begin);
        REQUIRE(end < edges.size());
        CHECK((edges[end] - edges[begin] <= (1 << 20) || end == begin + 1));
        begin = end;
      }
      CHECK(begin + 1 == edges.size());
    }
}

TEST_CASE("a scan stays within 2e-6 of double precision out to ten million tokens") {
  const Spectrum spectrum = make_spectrum(RopeConfig{});
  const auto weights = equal_weights(64);
  CpuEngine engine;
  for (const std::int64_t first : {std::int64_t{0}, std::int64_t{999000}, std::int64_t{9999000}}) {
    std::vector<float> scores(1000);
    engine.scan({spectrum.turns, weights, first}, scores);
    const std::vector<double> exact = exact_scores({spectrum.turns, weights, first}, 1000);
    for (std::size_t i = 0; i < scores.size(); ++i) CHECK(std::abs(static_cast<double>(scores[i]) - exact[i]) < 2e-6);
  }
}

TEST_CASE("the mean cosine first turns negative where double precision says: 1 707 for base 10⁴, 18 438 for 5·10⁵") {
  for (const auto& [base, first] : {std::pair{1e4, 1707}, std::pair{5e5, 18438}}) {
    RopeConfig rope;
    rope.base = base;
    const Spectrum spectrum = make_spectrum(rope);
    const std::vector<double> scores = exact_scores({spectrum.turns, equal_weights(64), 0}, first + 1);
    const auto negative = std::find_if(scores.begin(), scores.end(), [](double s) { return s < 0; });
    CHECK(negative - scores.begin() == first);
  }
}

TEST_CASE("the weights of a query and key give the score of their rotated heads, in either pairing and direction") {
  std::mt19937 random(3);
  std::normal_distribution<double> normal;
  std::vector<double> heads(32);
  for (double& x : heads) x = normal(random);
  RopeConfig rope;
  rope.layout.head_dim = rope.layout.rotary_dim = 16;
  const Spectrum spectrum = make_spectrum(rope);
  for (const Pairing pairing : {Pairing::half, Pairing::interleaved})
    for (const std::int8_t direction : {std::int8_t{1}, std::int8_t{-1}}) {
      const PairLayout layout{pairing, pairing, false, direction};
      const auto weights = weights_of(layout, 8, std::span(heads).first(16), std::span(heads).last(16));
      const Positions positions{1, {1234 + 57, 1234}};
      std::vector<double> turned(32);
      CpuEngine().rotate({spectrum.turns, 1.0, layout, {}, positions}, {1, 2, 1, 16}, std::span<const double>(heads),
                         turned);
      double score = 0;
      for (std::size_t i = 0; i < 16; ++i) score += turned[i] * turned[16 + i];
      CHECK(exact_scores({spectrum.turns, weights, 57}, 1).front() * 8 == doctest::Approx(score).epsilon(1e-12));
    }
}

TEST_CASE("a scan is as exact on every instruction set that this processor has") {
  const Spectrum spectrum = make_spectrum(RopeConfig{});
  const auto weights = equal_weights(64);
  const std::vector<double> truth = exact_scores({spectrum.turns, weights, 9'999'000}, 1000);
  CpuEngine engine;
  test::on_every_instruction_set([&] {
    std::vector<float> scores(truth.size());
    engine.scan({spectrum.turns, weights, 9'999'000}, scores);
    double greatest = 0;
    for (std::size_t i = 0; i < truth.size(); ++i)
      greatest = std::max(greatest, std::abs(static_cast<double>(scores[i]) - truth[i]));
    CHECK(greatest <= 3e-7);
  });
}
