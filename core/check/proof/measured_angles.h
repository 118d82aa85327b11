#pragma once
#include <optional>

#include "core/check/proof/arithmetic.h"

namespace ropescope {

/// Whether every pair of every token is turned by the right angle as far as the budget allows (KernelRun::budget), in
/// whatever arithmetic: the angles are measured, one for all rows of a pair, and have to explain the rows. Nothing
/// where there is no budget. `all`: every row, under the expected layout.
std::optional<PrecisionFit> explain_by_budget(const KernelRun&, const Prediction& expected, const Noise&,
                                              const Reduced& all);

/// Whether every pair of every token is turned by nearly the right angle (within a tenth of a radian and a tenth of its
/// length), in many of them by no right one, so that no pair and no token stands out: arithmetic coarser than the rows,
/// with the steps that its angles or its cos and sin come in where they do. Never explained: no name, no budget.
std::optional<PrecisionFit> explain_by_coarse_arithmetic(const Prediction& expected, const Noise&,
                                                         const Reduced& all);

} // namespace ropescope
