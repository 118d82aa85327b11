#pragma once
#include <optional>
#include <vector>

#include "core/check/basics/hypothesis.h"
#include "core/check/search/evidence.h"

namespace ropescope {

/// What a run was found to be.
struct Explanation {
  std::vector<Cause> causes; ///< empty: none was found
  double residual = 0;       ///< RMS relative, over every row that is not named wrong; over a sample of tokens where
                             ///< no rotation of whole tokens explains them (row_predictions, rows_apart, sin_missing)
  std::vector<Cause> alike;  ///< what the rows cannot tell from the causes
  std::vector<Hypothesis> tried;
  const LayoutChoice* layout = nullptr; ///< under which the kernel was measured
  std::optional<Prediction> prediction; ///< what turns whole tokens so, where that is the explanation
};

/// Looks for causes: none or one first, then two and three of layout, frequencies and operation; then what the kernel
/// took as positions, its gain, and heads and rows that differ from the others.
/// The result points into the evidence's layouts. Throws Cancelled.
Explanation explain(const Evidence&);

/// The frequencies of a run under a layout, from a sample of its tokens.
std::vector<FrequencyFit> fit_layout(const KernelRun&, const LayoutChoice&, const Noise&);

} // namespace ropescope
