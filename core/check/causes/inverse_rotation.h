#pragma once
#include "core/check/basics/formula.h"
#include "core/check/basics/words.h"

namespace ropescope::cause {

/// The kernel turns by −θ where the model turns by θ.
struct InverseRotation {
  static constexpr std::string_view name = "inverse_rotation";
  static constexpr FactKind fact = FactKind::sign;

  Parameters parameters() const { return {}; }
  std::string sentence(const KernelRun& run) const {
    return run.tables ? "has sin with the opposite sign"
                      : "rotates by the opposite angle (the sign of sin is exchanged)";
  }
  std::string brief(const KernelRun&) const { return "inverse rotation (−θ)"; }

  static std::vector<Example> examples(const ExampleModel& model) {
    Formula bug = model.right();
    bug.position = [](double p, std::int64_t, std::int64_t) { return -p; };
    return one_example("opposite angle", "as unrotated, steeper", bug);
  }
};

} // namespace ropescope::cause
