#pragma once
#include <cmath>

#include <fmt/format.h>

#include "core/check/basics/formula.h"
#include "core/check/basics/words.h"

namespace ropescope::cause {

/// The kernel begins again at 0 somewhere, where the model's positions go on.
struct PositionsRestart {
  std::int64_t at = 0;                 ///< position at which it begins again
  std::vector<std::int64_t> rows = {}; ///< tokens at which it does so, where it does so more than once

  static constexpr std::string_view name = "positions_restart";
  static constexpr FactKind fact = FactKind::positions;

  Parameters parameters() const {
    Parameters all{{"at", at}};
    if (!rows.empty()) all.push_back({"rows", rows});
    return all;
  }
  std::string sentence(const KernelRun&) const {
    if (!rows.empty()) return fmt::format("counts positions from 0 again at tokens {}", range_words(rows));
    return fmt::format("counts positions from 0 again at position {}", at);
  }
  std::string brief(const KernelRun&) const { return "positions begin again at " + short_words(at); }
  std::string decide_by() const {
    return "a longer run: a table that wraps begins again at twice its length, a restart does not";
  }

  static std::vector<Example> examples(const ExampleModel& model) {
    Formula bug = model.right();
    bug.position = [at = std::floor(model.length() / 3)](double p, std::int64_t, std::int64_t) {
      return p < at ? p : p - at;
    };
    return one_example("restarted", "nothing, then flat", bug);
  }
};

} // namespace ropescope::cause
