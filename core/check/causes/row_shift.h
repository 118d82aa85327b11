#pragma once
#include <fmt/format.h>

#include "core/check/basics/formula.h"
#include "core/check/basics/words.h"

namespace ropescope::cause {

/// Every row of the output is the right one of another token: an index that is off where rows are written.
struct RowShift {
  std::int64_t by = 0;      ///< tokens: row t of the output is row t − by of the right output
  bool turned_here = false; ///< the row of token t − by, turned at the position of token t: off where rows are read

  static constexpr std::string_view name = "row_shift";
  static constexpr FactKind fact = FactKind::heads_and_rows;

  Parameters parameters() const { return {{"by", by}, {"turned_here", turned_here}}; }
  std::string sentence(const KernelRun&) const {
    if (turned_here)
      return fmt::format("turns the input of token t {} {} at the position of token t: an index is off where rows are "
                         "read",
                         by < 0 ? "+" : "−", std::abs(by));
    return fmt::format("writes the right rows {} token{} {}: row t holds what belongs to row t {} {}", std::abs(by),
                       std::abs(by) == 1 ? "" : "s", by < 0 ? "too early" : "too late", by < 0 ? "+" : "−",
                       std::abs(by));
  }
  std::string brief(const KernelRun&) const { return "rows shifted by " + signed_words(by); }

  static std::vector<Example> examples(const ExampleModel& model) {
    Formula bug = model.right();
    bug.position = [](double p, std::int64_t, std::int64_t) { return p - 2; };
    return one_example("rows shifted", "alike in every row, darker", bug);
  }
};

} // namespace ropescope::cause
