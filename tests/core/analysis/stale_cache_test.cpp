#include "core/analysis/stale_cache.h"

#include <cmath>
#include <numbers>

#include <doctest/doctest.h>

#include "core/analysis/contributions.h"
#include "core/analysis/score_curve.h"
#include "core/rope/cpu_engine.h"
#include "core/rope/scheme.h"

using namespace ropescope;

namespace {

constexpr long double turn = 2 * std::numbers::pi_v<long double>;

/// Dynamic NTK of a model, for texts of some length.
Spectrum dynamic(double base, double trained, double factor, double length) {
  RopeConfig rope;
  rope.base = base;
  rope.scaling.max_position_embeddings = trained;
  return make_spectrum(*with_scheme(rope, RopeType::dynamic, factor), length);
}

double score(const StaleKey& key, std::int64_t distance) {
  const auto parts = contributions(head_of_ones(static_cast<std::int64_t>(key.query_turns.size())));
  const auto weights = stale_weights(key, parts);
  return exact_scores({.turns = key.key_turns, .weights = weights, .first = distance}, 1).front();
}

} // namespace

TEST_CASE("the cache remembers the old base: the scores and the angle that the lecture claims") {
  const Spectrum now = dynamic(10000, 8192, 1, 32768), then = dynamic(10000, 8192, 1, 8192);
  CHECK(now.base == doctest::Approx(40889.9));
  CHECK(score({now.turns, now.turns, 8192, 0}, 1) == doctest::Approx(0.9736).epsilon(1e-4));
  const StaleKey stale{now.turns, then.turns, 8192, 0};
  CHECK(score(stale, 1) == doctest::Approx(0.0944).epsilon(1e-3));
  CHECK(score({now.turns, then.turns, 4001, 0}, 1) == doctest::Approx(0.0429).epsilon(1e-3));
  const double degrees = 180 / std::numbers::pi;
  CHECK(std::abs(stale_angles(stale, 1)[50].stale) * degrees == doctest::Approx(125.202).epsilon(1e-5));
}

TEST_CASE("angles and scores of stale keys are those of plain loops in long double, of tables and shifts alike") {
  struct Case {
    double base, other;
    std::int64_t query, distance, shift;
  };
  for (const Case& of :
       {Case{10000, 500000, 4096, 37, 0}, Case{1e6, 1e6, 90000, 12345, 512}, Case{500000, 10000, 77, 77, 3}}) {
    RopeConfig rope, other;
    rope.base = of.base, other.base = of.other;
    rope.layout.head_dim = rope.layout.rotary_dim = other.layout.head_dim = other.layout.rotary_dim = 96;
    const Spectrum query = make_spectrum(rope), key = make_spectrum(other);
    const StaleKey at{query.turns, key.turns, of.query, of.shift};
    const auto angles = stale_angles(at, of.distance);
    long double sum = 0;
    for (std::size_t i = 0; i < angles.size(); ++i) {
      const long double exponent = -2.0L * static_cast<long double>(i) / 96;
      const long double a = std::pow(static_cast<long double>(of.base), exponent),
                        b = std::pow(static_cast<long double>(of.other), exponent);
      const long double fresh = static_cast<long double>(of.distance) * a,
                        stale = static_cast<long double>(of.query) * a -
                                static_cast<long double>(of.query - of.distance + of.shift) * b;
      const auto same = [](double got, long double wanted) {
        return std::abs(std::remainder(static_cast<long double>(got) - wanted, turn)) < 1e-8L &&
               std::abs(got) <= 3.1415927;
      };
      CHECK(same(angles[i].fresh, fresh));
      CHECK(same(angles[i].stale, stale));
      CHECK(same(angles[i].error, stale - fresh));
      sum += std::cos(stale) / 48;
    }
    CHECK(score(at, of.distance) == doctest::Approx(static_cast<double>(sum)).epsilon(1e-9));
  }
}

TEST_CASE("a cache that was shifted without turning its keys scores as if each key were nearer by the shift") {
  RopeConfig rope;
  const Spectrum table = make_spectrum(rope);
  const StaleKey shifted{table.turns, table.turns, 3000, 256};
  for (const std::int64_t distance : {256, 300, 2999})
    CHECK(score(shifted, distance) ==
          doctest::Approx(score({table.turns, table.turns, 3000, 0}, distance - 256)).epsilon(1e-12));
}

TEST_CASE("keys that are stored under the present table are not stale: every error is 0, and the curves are one") {
  CpuEngine engine;
  const Spectrum table = dynamic(10000, 4096, 2, 10000);
  const StaleKey same{table.turns, table.turns, 9999, 0};
  for (const StaleAngle& angle : stale_angles(same, 1234)) {
    CHECK(angle.error == 0);
    CHECK(angle.stale == angle.fresh);
  }
  const auto parts = contributions(head_of_ones(64));
  const auto stale = stale_weights(same, parts), fresh = fresh_weights(parts);
  const auto edges = log_bin_edges(9999, 100);
  const ScoreCurve a = score_curve(engine, {.turns = table.turns, .weights = stale, .first = 1}, edges),
                   b = score_curve(engine, {.turns = table.turns, .weights = fresh, .first = 1}, edges);
  for (std::size_t i = 0; i < a.bins.size(); ++i) CHECK(std::abs(a.bins[i].mean - b.bins[i].mean) < 1e-6f);
}
