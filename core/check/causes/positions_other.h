#pragma once
#include <algorithm>

#include <fmt/format.h>

#include "core/check/basics/formula.h"
#include "core/check/basics/words.h"

namespace ropescope::cause {

/// Every row is turned right, at another position than it was given: the one that was measured.
struct PositionsOther {
  std::vector<std::int64_t> positions = {}; ///< of each row, tokens; of fractions the nearest
  std::string rule = {};                    ///< by which they follow from those given; empty: none was found

  static constexpr std::string_view name = "positions_other";
  static constexpr FactKind fact = FactKind::positions;

  Parameters parameters() const {
    Parameters all{{"positions", positions}};
    if (!rule.empty()) all.push_back({"rule", rule});
    return all;
  }
  std::string sentence(const KernelRun& run) const {
    if (run.positions.axes == 1)
      if (std::string words = other_position_words(run.positions.ids, positions); !words.empty()) {
        const std::size_t others = words.find("; the other");
        if (!rule.empty()) words.insert(std::min(others, words.size()), fmt::format(", by the rule: {}", rule));
        return words;
      }
    const std::string list = exact_words(positions);
    if (rule.empty()) return fmt::format("turns the tokens by other positions than those given: {}", list);
    // A formula of p, or half a sentence.
    const auto letter = [&](std::size_t n) { return n < rule.size() && rule[n] >= 'a' && rule[n] <= 'z'; };
    bool of_p = false;
    for (std::size_t n = 0; n < rule.size(); ++n)
      of_p |= rule[n] == 'p' && !letter(n + 1) && (n == 0 || !letter(n - 1));
    return fmt::format("turns each token by {}, not by its position{}: {}", rule,
                       of_p ? ", where p is the position given" : "", list);
  }
  std::string brief(const KernelRun&) const { return rule.empty() ? "other positions" : "positions: " + rule; }

  static std::vector<Example> examples(const ExampleModel& model) {
    Formula bug = model.right();
    bug.position = [length = model.length()](double p, std::int64_t, std::int64_t) { return length - 1 - p; };
    return one_example("from the end", "a cross in slow pairs", bug);
  }
};

} // namespace ropescope::cause
