#pragma once
#include <algorithm>

#include "core/check/basics/formula.h"
#include "core/check/basics/words.h"

namespace ropescope::cause {

/// No explanation that was tried leaves less than rounding.
struct Unknown {
  static constexpr std::string_view name = "unknown";
  static constexpr FactKind fact = FactKind::rotation;
  static constexpr bool hides_the_rest = true;

  Parameters parameters() const { return {}; }
  std::string sentence(const KernelRun&) const {
    return "does something else than the model, and no hypothesis explains it; below is what was measured";
  }
  std::string brief(const KernelRun&) const { return "no hypothesis fits"; }

  static std::vector<Example> examples(const ExampleModel& model) {
    Formula bug = model.right();
    bug.after = [](double, std::span<double> out) { std::reverse(out.begin(), out.end()); };
    return one_example("rows reversed", "noise everywhere", bug);
  }
};

} // namespace ropescope::cause
