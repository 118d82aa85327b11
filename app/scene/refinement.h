#pragma once
#include <condition_variable>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "core/analysis/score_curve.h"

namespace ropescope {

/// A curve that is to be scanned at every distance, and how far it is.
struct PendingCurve {
  std::size_t series = 0;
  std::vector<std::uint64_t> turns;
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
class Refinement {
public:
  Refinement() = default;
  ~Refinement();
  Refinement(const Refinement&) = delete;
  Refinement& operator=(const Refinement&) = delete;

  /// Abandons what is under way, without waiting for it, and begins this.
  void begin(std::vector<PendingCurve>);
  void abandon();

  bool working() const; ///< asked before take(), false means that everything is taken then
  double share() const; ///< of the points, 0 … 1

  /// What was scanned since the last call, in order. Nothing of what was abandoned.
  std::vector<ScannedBins> take();

private:
  void run(const std::stop_token&);

  mutable std::mutex mutex_; // guards all below but the thread
  std::condition_variable_any wake_;
  std::optional<CurveScans> wanted_; // not yet begun
  std::vector<ScannedBins> scanned_;
  std::uint64_t generation_ = 0; // of what is wanted; a slice of an earlier one is thrown away
  double share_ = 1;
  bool working_ = false;
  std::jthread thread_; // started when first needed; destroyed first
};

} // namespace ropescope
