#pragma once
#include <fmt/format.h>

#include "core/check/basics/formula.h"
#include "core/check/basics/words.h"

namespace ropescope::cause {

/// The kernel multiplies cos and sin by another factor.
struct AttentionFactor {
  double measured = 1, expected = 1;

  static constexpr std::string_view name = "attention_factor";
  static constexpr FactKind fact = FactKind::amplitude;

  Parameters parameters() const { return {{"measured", measured}, {"expected", expected}}; }
  std::string sentence(const KernelRun&) const {
    return fmt::format("multiplies by attention factor {}; the model expects {}", exact_words(measured),
                       exact_words(expected));
  }
  std::string brief(const KernelRun&) const {
    return fmt::format("amplitude {} instead of {}", short_words(measured), short_words(expected));
  }

  static std::vector<Example> examples(const ExampleModel& model) {
    Formula bug = model.right();
    bug.gain = model.right().gain == 1 ? 1.2 : 1;
    return one_example(model.right().gain == 1 ? "amplitude 1.2" : "amplitude missing", "flat, row 0 too", bug);
  }
};

} // namespace ropescope::cause
