#pragma once
#include <string>

#include "core/check/basics/run.h"
#include "core/check/finding.h"

namespace ropescope {

/// What the command `check` prints as JSON: one object, its last line ended.
std::string finding_json(const Finding&, const KernelRun&);

} // namespace ropescope
