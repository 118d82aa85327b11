#pragma once
#include <optional>
#include <string>

#include "core/check/kernel.h"
#include "core/rope/recipe.h"

namespace ropescope {

/// The arithmetic of the expected rotation that explains an output.
struct PrecisionFit {
  std::string recipe; ///< as `check --json` names it; "exact" where nothing weaker is to be seen
  Verdict verdict = Verdict::match;
  double residual = 0; ///< under that recipe
  std::string reason;  ///< why it counts as a match or not, half a sentence
};

/// How well recipes explain some rows.
struct TriedRecipe {
  const Recipe* recipe;
  Score score;
};

/// Every recipe that can be, exact first, then the model's own; on rows reduced under the expected layout.
std::vector<TriedRecipe> try_recipes(const KernelRun&, const Kernel& expected, const Noise&, const Reduced& sample);

/// Whether what rounding of the rows alone explains is all there is.
std::optional<PrecisionFit> explain_by_rows(const Kernel& expected, const Noise&, const Reduced& all);

/// Whether some arithmetic explains the rows; nothing where none does.
std::optional<PrecisionFit> explain_by_precision(const KernelRun&, const Kernel& expected, const Noise&,
                                                 const Reduced& all, const std::vector<TriedRecipe>&);

/// Residuals of recipes, for the list of hypotheses.
std::vector<Hypothesis> precision_hypotheses(const std::vector<TriedRecipe>&);

} // namespace ropescope
