#pragma once
#include <memory>
#include <stop_token>

#include "core/check/checked_kernel.h"
#include "core/check/run_files.h"

namespace ropescope {

/// Reads a kernel's files and judges them. Where more than one axis may count the tokens, each is tried: that under
/// which the rows are the expected rotation is taken, else that under which all heads of a token are turned alike and a
/// cause is found. README.md says what is asked for all the same, and why no head count ever excludes an axis.
/// Throws Error; AmbiguousTokenAxis where the data fit two readings of which one is right and the other wrong; and
/// Cancelled soon after a stop is requested.
std::shared_ptr<const CheckedKernel> check_files(const KernelFiles&, const Model&, const LayerRope&,
                                                 const std::stop_token& stop = {});

} // namespace ropescope
