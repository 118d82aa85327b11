#pragma once
#include "core/check/basics/formula.h"
#include "core/check/basics/words.h"

namespace ropescope::cause {

/// The kernel turns every pair by twice its angle.
struct AppliedTwice {
  static constexpr std::string_view name = "applied_twice";
  static constexpr FactKind fact = FactKind::positions;

  Parameters parameters() const { return {}; }
  std::string sentence(const KernelRun&) const { return "rotates twice as far as it should: applied twice"; }
  std::string brief(const KernelRun&) const { return "applied twice (2θ)"; }
  std::string decide_by() const {
    return "the output of a single call on a fresh input: a kernel that was called twice is right there";
  }

  static std::vector<Example> examples(const ExampleModel& model) {
    Formula bug = model.right();
    bug.position = [](double p, std::int64_t, std::int64_t) { return 2 * p; };
    return one_example("applied twice", "as unrotated", bug);
  }
};

} // namespace ropescope::cause
