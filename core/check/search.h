#pragma once
#include "core/check/kernel.h"

namespace ropescope {

/// What a run was found to be.
struct Explanation {
  std::vector<Cause> causes; ///< empty: none was found
  double residual = 0;       ///< proved on every row that is not named wrong
  double allowed = 0;
  std::vector<Cause> alike;
  std::vector<Hypothesis> tried;
  const LayoutChoice* layout = nullptr; ///< under which the kernel was measured
};

/// Looks for causes, one first, then two, over layouts, frequencies, operations, positions, gains, heads and rows.
/// `layouts`: layout_choices(); the result points into it.
Explanation explain(const KernelRun&, const Kernel& expected, const std::vector<LayoutChoice>& layouts, const Noise&,
                    const Changes&);

/// The sampled frequencies of a run under a layout.
std::vector<FrequencyFit> fit_layout(const KernelRun&, const LayoutChoice&, const Noise&);

} // namespace ropescope
