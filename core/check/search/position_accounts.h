#pragma once
#include <span>
#include <vector>

#include "core/check/choices/positions.h"

namespace ropescope {

/// The accounts of one run. `shifts`: per token of the run.
std::vector<PositionAccount> position_accounts(const KernelRun&, std::span<const TokenShift> shifts);

} // namespace ropescope
