#pragma once
#include "core/check/basics/formula.h"
#include "core/check/basics/words.h"

namespace ropescope::cause {

/// The kernel multiplies every position, or every frequency, by one number.
struct PositionScale {
  double scale = 1;
  double offset = 0;           ///< tokens, of the PositionOffset beside it where there is one
  bool offset_is_first = true; ///< added before the position is multiplied

  static constexpr std::string_view name = "position_scale";
  static constexpr FactKind fact = FactKind::positions;

  Parameters parameters() const { return {{"scale", scale}}; }
  std::string sentence(const KernelRun&) const {
    if (offset == 0) return fmt::format("multiplies every position by {}", exact_words(scale));
    if (offset_is_first)
      return fmt::format("{} and then multiplies it by {}", offset_words(offset, "every position"), exact_words(scale));
    return fmt::format("multiplies every position by {} and then {}", exact_words(scale), offset_words(offset, "it"));
  }
  std::string brief(const KernelRun&) const { return "positions × " + short_words(scale); }

  static std::vector<Example> examples(const ExampleModel& model) {
    Formula bug = model.right();
    bug.position = [](double p, std::int64_t, std::int64_t) { return p / 8; };
    return one_example("m ÷ 8", "as unrotated, softer", bug);
  }
};

} // namespace ropescope::cause
