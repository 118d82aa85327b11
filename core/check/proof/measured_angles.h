#pragma once
#include <optional>

#include "core/check/proof/arithmetic.h"

namespace ropescope {

/// Whether every pair of every token is turned by the right angle as far as the budget allows (KernelRun::budget), in
/// whatever arithmetic: the angles are measured, one for all rows of a pair, and have to explain the rows. Nothing
/// where there is no budget. `all`: every row, under the expected layout.
std::optional<PrecisionFit> explain_by_budget(const KernelRun&, const Prediction& expected, const Noise&,
                                              const Reduced& all);

} // namespace ropescope
