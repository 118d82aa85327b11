#pragma once
#include <vector>

#include "core/check/hypothesis.h"
#include "core/check/search/evidence.h"

namespace ropescope {

/// What a run was found to be.
struct Explanation {
  std::vector<Cause> causes; ///< empty: none was found
  double residual = 0;       ///< RMS relative, proved on every row that is not named wrong
  std::vector<Cause> alike;  ///< what the rows cannot tell from the causes
  std::vector<Hypothesis> tried;
  const LayoutChoice* layout = nullptr; ///< under which the kernel was measured
};

/// Looks for causes, one first, then two, over layouts, frequencies, operations, positions, gains, heads and rows.
/// The result points into the evidence's layouts. Throws Cancelled.
Explanation explain(const Evidence&);

/// The frequencies of a run under a layout, from a sample of its tokens.
std::vector<FrequencyFit> fit_layout(const KernelRun&, const LayoutChoice&, const Noise&);

} // namespace ropescope
