#pragma once
#include <optional>
#include <string>

#include "core/check/kernel.h"

namespace ropescope {

/// The arithmetic of the expected rotation that explains an output.
struct PrecisionFit {
  std::string recipe;      ///< as `check --json` names it; "exact" where nothing weaker is to be seen
  Verdict verdict = Verdict::match;
  double residual = 0;     ///< under that recipe
  std::string reason;      ///< why it counts as a match or not, half a sentence
};

/// Judges rows reduced under the expected layout; nothing where no arithmetic explains them. `sample`: the same of fewer
/// tokens, on which recipes are told apart.
std::optional<PrecisionFit> explain_by_precision(const KernelRun&, const Kernel& expected, const Noise&,
                                                 const Reduced& all, const Reduced& sample);

/// Residuals of recipes on the sample, for the list of hypotheses.
std::vector<Hypothesis> precision_hypotheses(const KernelRun&, const Kernel& expected, const Noise&,
                                             const Reduced& sample);

} // namespace ropescope
