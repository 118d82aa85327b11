#pragma once
#include <cmath>
#include <cstdlib>

#include <fmt/format.h>

#include "core/check/basics/formula.h"
#include "core/check/basics/words.h"

namespace ropescope::cause {

/// The kernel turns each row by its number in the run, though other positions are given.
struct PositionsRowNumber {
  std::int64_t first = 0; ///< of row 0

  static constexpr std::string_view name = "positions_row_number";
  static constexpr FactKind fact = FactKind::positions;

  Parameters parameters() const { return {{"first", first}}; }
  std::string sentence(const KernelRun&) const {
    return fmt::format("uses the number of the token in the run ({}, {}, {} …) instead of the positions given", first,
                       first + 1, first + 2);
  }
  std::string brief(const KernelRun&) const { return "number of the token for position"; }

  /// Every second row was dropped, and the rest are counted.
  static std::vector<Example> examples(const ExampleModel& model) {
    Formula counted = model.right();
    counted.position = [](double p, std::int64_t, std::int64_t) { return std::floor(p / 2); };
    return one_example("row number", "of rows with gaps", counted);
  }
};

} // namespace ropescope::cause
