#pragma once
#include <complex>
#include <vector>

#include "core/check/basics/run.h"
#include "core/check/evidence/pair_components.h"
#include "core/check/evidence/rounding_noise.h"

namespace ropescope {

/// Every entry of the output against a prediction, out = multiplier·in.
struct Comparison {
  double max_abs = 0;            ///< greatest |out − prediction| over all entries
  std::vector<float> error;      ///< [token][pair], RMS over heads and batch
  std::vector<float> head_error; ///< per head, RMS over its entries
  std::vector<std::int64_t> odd; ///< tokens with an entry that no rounding explains (EntryBounds)
  double odd_from = 0;           ///< in bounds
};
using Multipliers = std::vector<std::complex<double>>; ///< [token][pair]

/// What rounding may do to a single entry.
struct EntryBounds {
  const Noise& noise;
  std::vector<float> turned; ///< rad, [token][pair]: what the angle may be off by; empty: nothing
};

/// Runs on every processor. Requires a multiplier for every token and pair. Without bounds no entry is odd.
Comparison compare(const KernelRun&, const PairComponents& at, const Multipliers&, const EntryBounds* = nullptr);

} // namespace ropescope
