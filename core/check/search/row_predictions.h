#pragma once
#include <functional>
#include <optional>
#include <span>
#include <stop_token>
#include <utility>
#include <vector>

#include "core/check/cause.h"
#include "core/check/evidence/rounding_noise.h"
#include "core/check/proof/prediction.h"
#include "core/check/run.h"

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

/// A prediction of rows, tried.
struct TriedRows {
  Cause cause;
  double residual = 0;    ///< RMS relative, over the tokens
  bool explained = false; ///< no more than rounding
};

/// Every suggestion, tried on some tokens of the run; the best of each cause, in the order of the rows of causes.
std::vector<TriedRows> try_row_predictions(const KernelRun&, const Prediction& expected, const Noise&,
                                           std::span<const std::int64_t> tokens, const std::stop_token&);

} // namespace ropescope
