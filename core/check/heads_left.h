#pragma once
#include "core/check/finding.h"
#include "core/check/kernel_run.h"

namespace ropescope {

/// The rows (head × batch) that turn, where others pass unchanged; empty where none does or all do.
RowFilter rotated_rows(const Changes&);

/// The heads left out, and of which rows of the batch, where they are not left out of all.
Cause heads_left(const KernelRun&, const RowFilter& rotated);

} // namespace ropescope
