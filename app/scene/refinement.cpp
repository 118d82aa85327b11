#include "app/scene/refinement.h"

#include <utility>

#include "core/rope/cpu_engine.h"
namespace ropescope {

CurveScans::CurveScans(std::vector<PendingCurve> curves) : curves_(std::move(curves)) {
  for (const PendingCurve& curve : curves_) of_points_ += curve.edges.back() - curve.edges.front();
}

double CurveScans::share() const {
  return of_points_ == 0 ? 1.0 : static_cast<double>(points_) / static_cast<double>(of_points_);
}

ScannedBins CurveScans::next(Engine& engine) {
  const PendingCurve& curve = curves_[at_];
  const std::size_t first = bin_, end = end_of_slice(curve.edges, first), last = curve.edges.size() - 1;
  const auto weights = equal_weights(static_cast<std::int64_t>(curve.turns.size()));
  ScannedBins scanned{curve.series, first, std::vector<ScoreBin>(end - first)};
  const std::span<const std::int64_t> edges = std::span(curve.edges).subspan(first, end - first + 1);
  scan_slice(engine, {.turns = curve.turns, .weights = weights}, edges, 0, end - first, scanned.bins);
  points_ += edges.back() - edges.front();
  bin_ = end == last ? 0 : end;
  at_ += end == last;
  return scanned;
}

Refinement::~Refinement() { abandon(); }

void Refinement::begin(std::vector<PendingCurve> curves) {
  const std::lock_guard lock(mutex_);
  ++generation_;
  wanted_.emplace(std::move(curves));
  scanned_.clear();
  share_ = 0;
  working_ = true;
  if (!thread_.joinable()) thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
  wake_.notify_one();
}

void Refinement::abandon() {
  const std::lock_guard lock(mutex_);
  ++generation_;
  wanted_.reset();
  scanned_.clear();
  working_ = false;
}

bool Refinement::working() const {
  const std::lock_guard lock(mutex_);
  return working_;
}

double Refinement::share() const {
  const std::lock_guard lock(mutex_);
  return share_;
}

std::vector<ScannedBins> Refinement::take() {
  const std::lock_guard lock(mutex_);
  return std::exchange(scanned_, {});
}

void Refinement::run(const std::stop_token& stop) {
  CpuEngine engine;
  std::unique_lock lock(mutex_);
  while (wake_.wait(lock, stop, [this] { return wanted_.has_value(); })) {
    CurveScans scans = *std::exchange(wanted_, std::nullopt);
    const std::uint64_t mine = generation_;
    while (!scans.done() && mine == generation_) {
      lock.unlock();
      ScannedBins scanned = scans.next(engine);
      lock.lock();
      if (mine != generation_) break;
      scanned_.push_back(std::move(scanned));
      share_ = scans.share();
      working_ = !scans.done();
    }
  }
}

} // namespace ropescope
