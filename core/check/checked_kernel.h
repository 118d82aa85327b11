#pragma once
#include <cmath>
#include <complex>
#include <cstdint>
#include <memory>
#include <stop_token>

#include "core/check/basics/run.h"
#include "core/check/finding.h"

namespace ropescope {

/// One pair of one row: as it came in, as it should have gone out, and as it did.
struct PairOfRow {
  std::int64_t head = 0;
  std::complex<double> input, expected, kernel;
  double theta = 0; ///< rad/token, with direction
};

/// A run with what was found, to look at its rows one by one.
struct CheckedKernel {
  KernelRun run;
  Finding finding;

  /// The position (tokens) that turns a pair; of a fraction the nearest.
  std::int64_t position(std::int64_t token, std::int64_t pair) const {
    return std::llround(finding.expected.position(run, token, pair));
  }

  /// A pair of a token, of the head given or, for −1, of the head that is furthest off. Where the batch has several
  /// rows, of the one that is furthest off.
  PairOfRow pair_of_row(std::int64_t head, std::int64_t token, std::int64_t pair) const;
};

/// check(), with the run beside it. Throws what it throws.
std::shared_ptr<const CheckedKernel> checked_kernel(KernelRun, const std::stop_token& stop = {});

/// The errors of one head, RMS over the rows of the batch.
ErrorMap errors_of_head(const CheckedKernel&, std::int64_t head);

} // namespace ropescope
