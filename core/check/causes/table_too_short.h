#pragma once
#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "core/check/basics/formula.h"
#include "core/check/basics/words.h"

namespace ropescope::cause {

/// The kernel has cos and sin of too few positions.
struct TableTooShort {
  enum class Beyond : std::uint8_t {
    clamp,   ///< it takes the last
    wrap,    ///< it begins again
    identity ///< it does not rotate
  };
  std::int64_t length = 0; ///< positions in the table
  Beyond beyond = Beyond::clamp;

  static constexpr std::string_view name = "table_too_short";
  static constexpr FactKind fact = FactKind::positions;

  std::string beyond_name() const {
    return beyond == Beyond::clamp ? "clamp" : beyond == Beyond::wrap ? "wrap" : "identity";
  }
  Parameters parameters() const { return {{"length", length}, {"beyond", beyond_name()}}; }
  std::string sentence(const KernelRun&) const {
    return fmt::format("has a table of {} positions, and beyond it {}", length,
                       beyond == Beyond::clamp  ? "takes the last"
                       : beyond == Beyond::wrap ? "begins again"
                                                : "does not rotate");
  }
  std::string brief(const KernelRun&) const {
    return fmt::format("table of {} positions ({})", short_words(length), beyond_name());
  }
  std::string decide_by() const {
    return "a longer run: a table that wraps begins again at twice its length, a restart does not";
  }

  static std::vector<Example> examples(const ExampleModel& model) {
    Formula bug = model.right();
    bug.position = [half = std::floor(model.length() / 2)](double p, std::int64_t, std::int64_t) {
      return std::min(p, half - 1);
    };
    return one_example("table too short", "nothing, then a step", bug);
  }
};

} // namespace ropescope::cause
