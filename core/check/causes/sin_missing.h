#pragma once
#include "core/check/basics/formula.h"
#include "core/check/basics/words.h"

namespace ropescope::cause {

/// The kernel multiplies by cosines alone, and rotates nothing.
struct SinMissing {
  static constexpr std::string_view name = "sin_missing";
  static constexpr FactKind fact = FactKind::sign;
  static constexpr bool hides_amplitude = true; ///< |cos| shortens every pair

  Parameters parameters() const { return {}; }
  std::string sentence(const KernelRun&) const { return "multiplies by the cosine alone: the sine is missing"; }
  std::string brief(const KernelRun&) const { return "sine missing"; }

  static std::vector<Example> examples(const ExampleModel& model) {
    Formula bug = model.right();
    bug.sine = [](double) { return 0.0; };
    return one_example("sine missing", "as unrotated, by half", bug);
  }
};

} // namespace ropescope::cause
