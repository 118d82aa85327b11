#pragma once
#include "core/check/cause.h"
#include "core/check/evidence/changes.h"
#include "core/check/evidence/reduce.h"

namespace ropescope {

/// The rows (head × batch) that turn, where others pass unchanged; empty where none does or all do.
RowFilter rotated_rows(const Changes&);

/// The heads left out, and of which rows of the batch, where they are not left out of all.
Cause unrotated_heads(const KernelRun&, const RowFilter& rotated);

} // namespace ropescope
