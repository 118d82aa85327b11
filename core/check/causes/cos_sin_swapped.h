#pragma once
#include "core/check/basics/formula.h"
#include "core/check/basics/words.h"

namespace ropescope::cause {

/// The kernel takes the table of sines for that of cosines, and the reverse.
struct CosSinSwapped {
  static constexpr std::string_view name = "cos_sin_swapped";
  static constexpr FactKind fact = FactKind::sign;

  Parameters parameters() const { return {}; }
  std::string sentence(const KernelRun&) const { return "takes sine for cosine and cosine for sine"; }
  std::string brief(const KernelRun&) const { return "sine and cosine swapped"; }

  static std::vector<Example> examples(const ExampleModel& model) {
    Formula bug = model.right();
    std::swap(bug.sine, bug.cosine);
    return one_example("sin for cos", "all, row 0 too", bug);
  }
};

} // namespace ropescope::cause
