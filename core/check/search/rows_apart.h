#pragma once
#include <optional>
#include <stop_token>
#include <vector>

#include "core/check/choices/layouts.h"
#include "core/check/evidence/rounding_noise.h"

namespace ropescope {

/// Rows of one token that were turned differently: heads or batch rows taken for positions.
struct RowsApart {
  std::vector<Cause> causes;
  double residual = 0; ///< RMS relative, over a sample
  const LayoutChoice* layout = nullptr;
};

/// Measures every row (head × batch) by itself, under each of `layouts` until one explains them; the result points
/// into them. Nothing where no rule explains the rows; `without_rule`: where each row has positions of its own, they
/// are told as they were measured.
std::optional<RowsApart> explain_rows_apart(const KernelRun&, const std::vector<LayoutChoice>& layouts, const Noise&,
                                            const std::stop_token&, bool without_rule = false);

} // namespace ropescope
