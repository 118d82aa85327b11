#pragma once
#include <fmt/format.h>

#include "core/check/basics/formula.h"
#include "core/check/basics/words.h"

namespace ropescope::cause {

/// The kernel's positions depend on the head: an index that counts heads, or rows, where it should count tokens.
/// One of the three members counts.
struct PositionByHead {
  std::string by = {};                    ///< what stands for the position: "head", "row", "flat row" …; "own": no
                                          ///< rule is seen, and `offsets` are the heads' positions at `token`
  std::int64_t per_head = 0;              ///< tokens that each head adds to those of the head before
  std::vector<std::int64_t> offsets = {}; ///< tokens that each head adds, where no rule is seen
  std::int64_t begin = 0;                 ///< position that is added to what stands for it
  std::int64_t token = 0;

  static constexpr std::string_view name = "position_by_head";
  static constexpr FactKind fact = FactKind::positions;

  Parameters parameters() const {
    if (by == "own") return {{"by", by}, {"token", token}, {"positions", offsets}};
    if (!by.empty() && begin != 0) return {{"by", by}, {"begin", begin}};
    if (!by.empty()) return {{"by", by}};
    if (!offsets.empty()) return {{"offsets", offsets}};
    return {{"per_head", per_head}};
  }
  std::string sentence(const KernelRun&) const {
    if (by == "own")
      return fmt::format("turns the heads of one token by different positions: those of token {} by {}", token,
                         exact_words(offsets));
    if (by == "head") return "takes the head number for the position";
    const std::string from = begin == 0 ? "" : fmt::format("{} + ", begin);
    if (by == "row")
      return "takes " + from +
             "(token × heads + head) mod tokens for the position: it counts rows where it should count tokens";
    if (by == "every row") return "takes " + from + "token × heads + head for the position: it counts rows, not tokens";
    if (by == "flat row by turns")
      return "takes " + from +
             "(head × tokens + token) mod heads for the position: it divides the row index by the wrong axis";
    if (by == "row by tokens")
      return "takes " + from +
             "(token × heads + head) ÷ tokens, rounded down, for the position: it divides the row index by the wrong "
             "axis";
    if (!by.empty())
      return "takes " + from +
             "(head × tokens + token) ÷ heads, rounded down, for the position: it divides the row index by the "
             "wrong axis";
    if (!offsets.empty())
      return fmt::format("adds a number of its own to the positions of each head: {}", exact_words(offsets));
    return fmt::format("adds {} × head to the position of a token", exact_words(per_head));
  }
  std::string brief(const KernelRun&) const {
    if (by == "head") return "head number for position";
    if (by == "row") return "row number over tokens and heads for position";
    if (by == "own") return "a position for each head";
    if (!by.empty()) return "row index by the wrong axis for position";
    return offsets.empty() ? "position + " + short_words(per_head) + " × head" : "an offset for each head";
  }

  static std::vector<Example> examples(const ExampleModel& model) {
    Formula bug = model.right();
    bug.position = [](double p, std::int64_t, std::int64_t head) { return p + static_cast<double>(head); };
    return one_example("m + head", "alike in every row", bug);
  }
};

} // namespace ropescope::cause
