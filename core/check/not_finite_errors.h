#pragma once
#include "core/check/checked_kernel.h"

namespace ropescope {

/// check() judges the rows that are finite and takes the others for zeros, whose errors are 0. This puts into the
/// finding what the run really holds: NaN and infinity where they are, and the true errors of the numbers beside them.
/// Nothing changes where every number is finite. Whoever puts a finding and its run together calls it.
void show_what_is_not_finite(CheckedKernel&);

} // namespace ropescope
