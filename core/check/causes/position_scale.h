#pragma once
#include "core/check/basics/formula.h"
#include "core/check/basics/words.h"

namespace ropescope::cause {

/// The kernel multiplies every position, or every frequency, by one number.
struct PositionScale {
  double scale = 1;

  static constexpr std::string_view name = "position_scale";
  static constexpr FactKind fact = FactKind::positions;

  Parameters parameters() const { return {{"scale", scale}}; }
  std::string sentence(const KernelRun&) const { return "rotates by position m × " + exact_words(scale); }
  std::string brief(const KernelRun&) const { return "positions × " + short_words(scale); }

  static std::vector<Example> examples(const ExampleModel& model) {
    Formula bug = model.right();
    bug.position = [](double p, std::int64_t, std::int64_t) { return p / 8; };
    return one_example("m ÷ 8", "as unrotated, softer", bug);
  }
};

} // namespace ropescope::cause
