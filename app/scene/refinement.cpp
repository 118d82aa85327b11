#include "app/scene/refinement.h"

#include <utility>

#include "core/rope/cpu_engine.h"

namespace ropescope {

CurveScans::CurveScans(std::vector<PendingCurve> curves) : curves_(std::move(curves)) {
  // The work is counted in distances and not in bins: on a logarithmic axis the last bins hold nearly all of them.
  for (const PendingCurve& curve : curves_) of_points_ += curve.edges.back() - curve.edges.front();
}

double CurveScans::share() const {
  return of_points_ == 0 ? 1.0 : static_cast<double>(points_) / static_cast<double>(of_points_);
}

ScannedBins CurveScans::next(Engine& engine) {
  const PendingCurve& curve = curves_[at_];
  const std::size_t first = bin_, end = end_of_slice(curve.edges, first), last = curve.edges.size() - 1;
  ScannedBins scanned{curve.series, first, std::vector<ScoreBin>(end - first)};
  const std::span<const std::int64_t> edges = std::span(curve.edges).subspan(first, end - first + 1);
  scan_slice(engine, {.turns = curve.turns, .weights = curve.weights}, edges, 0, end - first, scanned.bins);
  // One slice is done. The next call goes on with the next bin, or with the first bin of the next curve.
  points_ += edges.back() - edges.front();
  bin_ = end == last ? 0 : end;
  at_ += end == last;
  return scanned;
}

Refinement::Refinement()
    : Latest([](CurveScans& scans, Run& run) {
        CpuEngine engine;
        while (!scans.done() && !run.stopped()) {
          ScannedBins scanned = scans.next(engine); // before share(), which counts it
          run.give(std::move(scanned), scans.share());
        }
      }) {}

} // namespace ropescope
