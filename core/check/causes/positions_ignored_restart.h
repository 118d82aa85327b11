#pragma once
#include <cmath>

#include "core/check/basics/formula.h"
#include "core/check/basics/words.h"

namespace ropescope::cause {

/// The kernel counts on where the model's positions begin again, as those of packed sequences do.
struct PositionsIgnoredRestart {
  static constexpr std::string_view name = "positions_ignored_restart";
  static constexpr FactKind fact = FactKind::positions;

  Parameters parameters() const { return {}; }
  std::string sentence(const KernelRun&) const {
    return "counts positions on where a packed sequence should begin at 0";
  }
  std::string brief(const KernelRun&) const { return "packed sequences not begun again"; }

  /// Two sequences in one pack.
  static std::vector<Example> examples(const ExampleModel& model) {
    Formula packed = model.right();
    packed.position = [at = std::floor(model.length() * 2 / 3)](double p, std::int64_t, std::int64_t) {
      return p < at ? p : p - at;
    };
    return {{"not restarted", "right for the first", model.right(), packed, {}}};
  }
};

} // namespace ropescope::cause
