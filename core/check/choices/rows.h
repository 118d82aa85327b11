#pragma once
#include <functional>
#include <span>
#include <utility>
#include <vector>

#include "core/check/basics/cause.h"
#include "core/check/basics/run.h"
#include "core/check/choices/prediction.h"

namespace ropescope {

/// What a kernel would write for a row, where no multiplier of pairs says it.
struct RowPrediction {
  /// `in`: the row as the kernel got it; `out`: as long, filled with `in`, to be overwritten.
  using Write = std::function<void(const RowPlace&, std::span<const double> in, std::span<double> out)>;

  Cause cause;
  Write write;
  std::vector<std::int64_t> components; ///< those it speaks of, by which it is judged; empty: all of a head
};

/// The predictions of whole rows that causes suggest by suggest_rows. References hold as long as the run does.
class RowPredictions {
public:
  RowPredictions(const KernelRun& run, const Prediction& expected) : run_(run), expected_(expected) {}

  const KernelRun& run() const { return run_; }
  const Prediction& expected() const { return expected_; } ///< the model's own rotation

  void add(Cause cause, RowPrediction::Write write, std::vector<std::int64_t> components = {}) {
    predictions_.push_back({std::move(cause), std::move(write), std::move(components)});
  }
  const std::vector<RowPrediction>& all() const { return predictions_; }

private:
  const KernelRun& run_;
  const Prediction& expected_;
  std::vector<RowPrediction> predictions_;
};

} // namespace ropescope
