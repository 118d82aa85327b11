#include "app/scene/refinement.h"

#include <chrono>
#include <thread>

#include <doctest/doctest.h>

#include "core/rope/cpu_engine.h"
#include "core/rope/spectrum.h"

using namespace ropescope;

namespace {

PendingCurve pending(std::size_t series, double base, std::int64_t length) {
  RopeConfig config;
  config.base = base;
  const Spectrum spectrum = make_spectrum(config);
  return {series, spectrum.turns, equal_weights(spectrum.pairs()), log_bin_edges(length, 200)};
}

/// Waits for the end of what is under way.
std::vector<ScannedBins> all_of(Refinement& refinement) {
  std::vector<ScannedBins> all;
  for (bool working = true; working;) {
    working = refinement.working();
    for (ScannedBins& piece : refinement.take()) all.push_back(std::move(piece));
    if (working) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return all;
}

std::vector<ScoreBin> joined(const std::vector<ScannedBins>& pieces, std::size_t series) {
  std::vector<ScoreBin> bins;
  for (const ScannedBins& piece : pieces)
    if (piece.series == series) {
      CHECK(piece.first == bins.size());
      bins.insert(bins.end(), piece.bins.begin(), piece.bins.end());
    }
  return bins;
}

} // namespace

TEST_CASE("curves refined off the frame are to the bit those that were waited for") {
  Refinement refinement;
  refinement.begin({pending(0, 1e4, 3'000'000), pending(1, 5e5, 3'000'000)});
  const std::vector<ScannedBins> pieces = all_of(refinement);
  CHECK(pieces.size() > 4); // it comes piece by piece
  CHECK(refinement.share() == 1);
  CpuEngine engine;
  for (const auto& [series, base] : {std::pair{std::size_t{0}, 1e4}, std::pair{std::size_t{1}, 5e5}}) {
    const PendingCurve curve = pending(series, base, 3'000'000);
    const auto weights = equal_weights(64);
    CHECK(joined(pieces, series) ==
          score_curve(engine, {.turns = curve.turns, .weights = weights, .first = 1}, curve.edges).bins);
  }
}

TEST_CASE("a scan off the frame is abandoned when its inputs change: only the new one's pieces arrive, and soon") {
  Refinement refinement;
  std::vector<PendingCurve> endless; // as much as would take minutes
  for (std::size_t i = 0; i < 4000; ++i) endless.push_back(pending(i, 1e4, 16'000'000));
  refinement.begin(std::move(endless));
  while (refinement.take().empty()) std::this_thread::sleep_for(std::chrono::milliseconds(1)); // it is under way
  refinement.begin({pending(7, 5e5, 100'000)});
  const std::vector<ScannedBins> pieces = all_of(refinement);
  REQUIRE(!pieces.empty());
  for (const ScannedBins& piece : pieces) CHECK(piece.series == 7);
  CHECK(pieces.back().first + pieces.back().bins.size() + 1 == pending(7, 5e5, 100'000).edges.size());
}

TEST_CASE("what is abandoned delivers nothing, and a refinement may end while it works") {
  Refinement refinement;
  refinement.begin({pending(0, 1e4, 16'000'000)});
  refinement.abandon();
  CHECK(!refinement.working());
  std::this_thread::sleep_for(std::chrono::milliseconds(30));
  CHECK(refinement.take().empty());
  refinement.begin({pending(0, 1e4, 16'000'000)});
}
