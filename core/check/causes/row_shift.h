#pragma once
#include <fmt/format.h>

#include "core/check/basics/formula.h"
#include "core/check/basics/words.h"

namespace ropescope::cause {

/// Every row of the output is the right one of another token: an index that is off where rows are written.
struct RowShift {
  std::int64_t by = 0;      ///< tokens: row t of the output is row t − by of the right output
  bool turned_here = false; ///< the row of token t − by, turned at the position of token t: off where rows are read
  std::string unit = "tokens";          ///< of `by`; "rows" (head × token) or "numbers" in the order of the file
  std::string source = {};              ///< the token that row t is taken from, in words, where that is not t − by
  std::vector<std::int64_t> heads = {}; ///< of the file, where it is not so in all; of "rows"
  std::string strides = {};             ///< how rows are read or written, in words after "reads " or "writes "

  static constexpr std::string_view name = "row_shift";
  static constexpr FactKind fact = FactKind::heads_and_rows;

  Parameters parameters() const {
    if (!strides.empty()) return {{"strides", strides}, {"turned_here", turned_here}};
    if (!source.empty()) return {{"source", source}, {"turned_here", turned_here}};
    Parameters all{{"by", by}, {"turned_here", turned_here}};
    if (unit != "tokens") all.push_back({"unit", unit});
    return all;
  }
  std::string sentence(const KernelRun& run) const {
    if (!strides.empty()) return (turned_here ? "reads " : "writes ") + strides;
    if (!source.empty())
      return turned_here ? fmt::format("turns the input of token {} at the position of token t: an index is off where "
                                       "rows are read",
                                       source)
                         : fmt::format("writes to row t of each head the right row of token {}", source);
    // What is read from before its place appears behind it.
    if (unit != "tokens")
      return fmt::format("{}{} {} {}{}{} too {} in memory, as the file lies: a pointer or a stride is off{}",
                         turned_here ? "reads its input" : "writes the right numbers",
                         heads.empty() ? "" : " of " + head_words(heads, run), std::abs(by),
                         unit == "rows" ? "row" : "number", std::abs(by) == 1 ? "" : "s",
                         unit == "rows" ? " (head × token)" : "", (by < 0) != turned_here ? "early" : "late",
                         heads.empty() ? "" : "; the others are right");
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
