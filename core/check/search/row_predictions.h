#pragma once
#include <cstdint>
#include <span>
#include <stop_token>
#include <vector>

#include "core/check/basics/cause.h"
#include "core/check/basics/run.h"
#include "core/check/choices/prediction.h"
#include "core/check/evidence/rounding_noise.h"

namespace ropescope {

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
