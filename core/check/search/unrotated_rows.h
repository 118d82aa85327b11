#pragma once
#include "core/check/basics/cause.h"
#include "core/check/evidence/changes.h"
#include "core/check/evidence/reduce.h"

namespace ropescope {

/// The rows (head × batch) that turn, where others pass unchanged; empty where none does or all do.
RowFilter rotated_rows(const Changes&);

/// The cause that names the heads which pass unchanged; and the rows of the batch in which they do, where that is not
/// in all of them.
Cause unrotated_heads(const KernelRun&, const RowFilter& rotated);

} // namespace ropescope
