#pragma once
#include <fmt/format.h>

#include "core/check/basics/formula.h"
#include "core/check/basics/words.h"

namespace ropescope::cause {

/// The kernel counts the rows and takes no notice of the positions given.
struct PositionsRowNumber {
  std::int64_t first = 0; ///< the number it gives to the first row

  static constexpr std::string_view name = "positions_row_number";
  static constexpr FactKind fact = FactKind::positions;

  Parameters parameters() const { return {{"first", first}}; }
  std::string sentence(const KernelRun&) const {
    return fmt::format("turns each row by its number ({}, {}, {} …) instead of the position given", first, first + 1,
                       first + 2);
  }
  std::string brief(const KernelRun&) const { return "row numbers for positions"; }

  /// Positions with gaps, of which the kernel counts the rows.
  static std::vector<Example> examples(const ExampleModel& model) {
    Formula gaps = model.right();
    gaps.position = [half = std::floor(model.length() / 2)](double p, std::int64_t, std::int64_t) {
      return p < half ? p : p + half;
    };
    return {{"rows counted", "right up to the first gap", model.right(), gaps, {}}};
  }
};

} // namespace ropescope::cause
