#pragma once
#include "core/check/choices/layouts.h"
#include "core/check/evidence/rounding_noise.h"
#include "core/check/evidence/whole_sums.h"
#include "core/check/finding.h"

namespace ropescope {

/// What every pair of a run did under a layout. `tolerance`: what rounding explains, relative.
Measurement measure(const KernelRun&, const LayoutChoice&, const Noise&, WholeSums&, double tolerance);

/// What is to be said of a frequency (rad/token) that was measured over positions which span so many tokens.
PairJudgement judge_frequency(double measured, double expected, double span, double tolerance);

} // namespace ropescope
