#pragma once
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "core/check/basics/hypothesis.h"
#include "core/check/causes/precision.h"
#include "core/check/evidence/comparison.h"
#include "core/check/proof/score.h"
#include "core/rope/recipe.h"

namespace ropescope {

/// The arithmetic of the expected rotation that explains an output.
struct PrecisionFit {
  cause::Precision arithmetic; ///< its recipe is "exact" where nothing weaker is to be seen
  bool match = false;          ///< no more than what rounding of the rows explains, or hardly more
  double residual = 0;         ///< under that recipe
  std::string reason;          ///< why it counts as a match or not, half a sentence
  Multipliers table;           ///< what it multiplies by; empty: what is expected, or nearly
  double slack = 0;            ///< rad; what single entries may be off besides, where it rounds on its own
};

/// How well a recipe explains some rows.
struct TriedRecipe {
  const Recipe* recipe;
  bool chain = false;
  bool in_double = false; ///< its one rounding in otherwise exact arithmetic fits better than as model code computes it
  Score score;
};

/// The expected rotation in exact arithmetic against every row, as the rounding of the rows allows, and as the model's
/// own float32 angles do besides.
struct ExactScores {
  Score of_rows, with_angles;
};
/// `all`: every row, under the expected layout: of a sample a single wrong row might pass.
ExactScores exact_scores(const Prediction& expected, const Noise&, const Reduced& all);

/// A match, if rounding of the rows alone explains every row; else nothing.
std::optional<PrecisionFit> explain_by_rows(const ExactScores&);

/// Every recipe that can be, exact first, then the model's own; on rows reduced under the expected layout. Throws
/// Cancelled.
std::vector<TriedRecipe> try_recipes(const KernelRun&, const Prediction& expected, const Noise&, const Reduced& sample,
                                     const std::stop_token&);

/// Whether some arithmetic explains the rows; nothing where none does.
std::optional<PrecisionFit> explain_by_precision(const KernelRun&, const Prediction& expected, const Noise&,
                                                 const Reduced& all, const ExactScores&,
                                                 const std::vector<TriedRecipe>&);

/// Whether a matrix unit explains the rows: input, cos and sin rounded to TF32 or to 16 bits, products and sum in
/// float32.
std::optional<PrecisionFit> explain_by_products(const KernelRun&, const PairComponents& at, const Prediction& expected,
                                                const Noise&, const ExactScores&, const std::stop_token&);

/// The least residual of each recipe's name, for the list of hypotheses.
std::vector<Hypothesis> precision_hypotheses(const std::vector<TriedRecipe>&);

} // namespace ropescope
