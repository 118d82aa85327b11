#pragma once
#include "core/check/basics/formula.h"
#include "core/check/basics/words.h"

namespace ropescope::cause {

/// The kernel agrees with the model.
struct Match {
  std::string rows = {};  ///< the format of rows of 8 bits, which show less than others
  std::string mixed = {}; ///< of a model whose own code is no rotation: a sentence on that

  static constexpr std::string_view name = "match";
  static constexpr FactKind fact = FactKind::rotation;
  static constexpr Verdict verdict = Verdict::match;

  Parameters parameters() const { return {}; }
  std::string sentence(const KernelRun&) const {
    if (!mixed.empty()) return "agrees with the model's own code; " + mixed;
    return rows.empty() ? "agrees with the model" : "agrees with the model, as far as rows in " + rows + " show it";
  }
  std::string brief(const KernelRun&) const { return "as the model asks"; }

  /// What rounding alone leaves, to compare the others with.
  static std::vector<Example> examples(const ExampleModel& model) {
    Formula right = model.right();
    right.bfloat16 = true;
    return one_example("right: bfloat16", "faint and flat", right);
  }
};

} // namespace ropescope::cause
