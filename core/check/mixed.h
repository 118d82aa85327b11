#pragma once
#include <stop_token>

#include "core/check/basics/run.h"
#include "core/check/finding.h"

namespace ropescope {

/// check() of a model whose own code turns the two components of a pair by different angles (is_mixed). Such code is
/// what its weights were trained with: a kernel that does the same agrees, and one that turns pairs as a rotation does
/// is named as that. Axes and positions are searched as for any model (explain_mixed_axes); nothing else is.
/// Requires a run that can be judged. Throws Error where the output is not finite, and Cancelled.
Finding check_mixed(const KernelRun&, const std::stop_token&);

} // namespace ropescope
