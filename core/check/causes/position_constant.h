#pragma once
#include <cmath>

#include <fmt/format.h>

#include "core/check/basics/formula.h"
#include "core/check/basics/words.h"

namespace ropescope::cause {

/// The kernel takes every token to be at one position.
struct PositionConstant {
  std::int64_t position = 0;

  static constexpr std::string_view name = "position_constant";
  static constexpr FactKind fact = FactKind::positions;

  Parameters parameters() const { return {{"position", position}}; }
  std::string sentence(const KernelRun&) const {
    return fmt::format("rotates every token as if at position {}", position);
  }
  std::string brief(const KernelRun&) const { return "every token at position " + short_words(position); }
  std::string decide_by() const { return "a run from position 0 on"; }

  static std::vector<Example> examples(const ExampleModel& model) {
    Formula bug = model.right();
    bug.position = [half = std::floor(model.length() / 2)](double, std::int64_t, std::int64_t) { return half; };
    return one_example("one position", "right in the middle row", bug);
  }
};

} // namespace ropescope::cause
