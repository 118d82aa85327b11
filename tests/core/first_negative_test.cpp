#include "core/analysis/first_negative.h"

#include <algorithm>

#include <doctest/doctest.h>

#include "core/rope/cpu_engine.h"
#include "core/rope/spectrum.h"

using namespace ropescope;

TEST_CASE("the first negative score is the first of every integer distance, whatever the bins") {
  // 1 707 and 18 438: summed in NumPy, for 64 pairs.
  for (const auto& [base, expected] : {std::pair{1e4, 1707}, std::pair{5e5, 18438}})
    for (const std::int64_t columns : {1, 7, 300, 5000}) {
      RopeConfig config;
      config.base = base;
      const Spectrum spectrum = make_spectrum(config);
      const auto weights = equal_weights(spectrum.pairs());
      CpuEngine engine;
      const ScoreCurve curve = score_curve(engine, {spectrum.turns, weights, 1}, log_bin_edges(65536, columns));
      const auto first = first_negative(curve, spectrum.turns, equal_weights(spectrum.pairs()));
      REQUIRE(first.distance);
      CHECK(*first.distance == expected);
      const std::vector<double> exact = exact_scores({spectrum.turns, weights, 0}, expected + 1);
      CHECK(std::find_if(exact.begin(), exact.end(), [](double s) { return s < 0; }) - exact.begin() == expected);
    }
}

TEST_CASE("where no score is negative, none is named") {
  const Spectrum spectrum = make_spectrum(RopeConfig{});
  const auto weights = equal_weights(spectrum.pairs());
  CpuEngine engine;
  const ScoreCurve curve = score_curve(engine, {spectrum.turns, weights, 1}, log_bin_edges(1706, 40));
  CHECK(!first_negative(curve, spectrum.turns, equal_weights(spectrum.pairs())).distance);
  CHECK(!first_negative({}, spectrum.turns, equal_weights(spectrum.pairs())).distance);
}
