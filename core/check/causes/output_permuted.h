#pragma once
#include "core/check/basics/formula.h"
#include "core/check/basics/words.h"

namespace ropescope::cause {

/// The kernel writes the components of a pair in another order, which leaves scores as they are where q and k share
/// it: no wrong rotation.
struct OutputPermuted {
  static constexpr std::string_view name = "output_permuted";
  static constexpr FactKind fact = FactKind::output_order;
  static constexpr Verdict verdict = Verdict::match;

  Parameters parameters() const { return {}; }
  std::string sentence(const KernelRun&) const {
    return "writes the components of a pair in another order (scores are unharmed where q and k share it)";
  }
  std::string brief(const KernelRun&) const { return "output in another order"; }

  static std::vector<Example> examples(const ExampleModel& model) {
    PairLayout layout = model.rope().layout.pairs;
    layout.output = layout.output == Pairing::half ? Pairing::interleaved : Pairing::half;
    return one_example("output order", "flat, row 0 too", model.formula(model.rope(), layout));
  }
};

} // namespace ropescope::cause
