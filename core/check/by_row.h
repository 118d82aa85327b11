#pragma once
#include <optional>

#include "core/check/kernel.h"

namespace ropescope {

/// Rows of one token that were turned differently: heads or batch rows taken for positions.
struct ByRowFit {
  std::vector<Cause> causes;
  double residual = 0;
  Candidate candidate;
};

/// Measures every row (head × batch) by itself. `layouts`: as layout_choices made them; the result points into it.
/// Nothing where no rule explains the rows.
std::optional<ByRowFit> fit_by_row(const KernelRun&, const std::vector<LayoutChoice>& layouts, const Noise&);

} // namespace ropescope
