#pragma once
#include <utility>
#include <vector>

#include "app/scene/latest.h"
#include "core/analysis/score_curve.h"

namespace ropescope {

/// A curve that is to be scanned at every distance, and how far it is.
struct PendingCurve {
  std::size_t series = 0;
  std::vector<std::uint64_t> turns;
  std::vector<ScoreScan::Weight> weights;
  std::vector<std::int64_t> edges;
};

/// Some bins of a curve, scanned.
struct ScannedBins {
  std::size_t series = 0, first = 0;
  std::vector<ScoreBin> bins;
};

/// Curves scanned slice by slice, by whatever engine, on whatever thread.
class CurveScans {
public:
  CurveScans() = default;
  explicit CurveScans(std::vector<PendingCurve>);

  bool done() const { return at_ == curves_.size(); }
  double share() const;      ///< of the points, 0 … 1
  ScannedBins next(Engine&); ///< Requires that there is more.

private:
  std::vector<PendingCurve> curves_;
  std::size_t at_ = 0, bin_ = 0;
  std::int64_t points_ = 0, of_points_ = 0;
};

/// The same on a thread of its own with an engine of its own, while the window goes on.
class Refinement : public Latest<CurveScans, ScannedBins> {
public:
  Refinement();
  void begin(std::vector<PendingCurve> curves) { Latest::begin(CurveScans(std::move(curves))); }
};

} // namespace ropescope
