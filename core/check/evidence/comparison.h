#pragma once
#include <complex>
#include <vector>

#include "core/check/basics/run.h"
#include "core/check/evidence/pair_components.h"

namespace ropescope {

/// Every entry of the output against a prediction, out = multiplier·in.
struct Comparison {
  double max_abs = 0;            ///< greatest |out − prediction| over all entries
  std::vector<float> error;      ///< [token][pair], RMS over heads and batch
  std::vector<float> head_error; ///< per head, RMS over its entries
};
using Multipliers = std::vector<std::complex<double>>; ///< [token][pair]

/// Runs on every processor. Requires a multiplier for every token and pair.
Comparison compare(const KernelRun&, const PairComponents&, const Multipliers&);

} // namespace ropescope
