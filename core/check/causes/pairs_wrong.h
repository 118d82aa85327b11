#pragma once
#include <fmt/format.h>

#include "core/check/basics/formula.h"
#include "core/check/basics/words.h"

namespace ropescope::cause {

/// Some pairs are wrong in every head, and the others right.
struct PairsWrong {
  std::vector<std::int64_t> pairs = {};
  std::string axis = {};              ///< of the positions, where exactly its pairs are wrong
  std::vector<double> frequency = {}; ///< rad/token per pair, where they turn all the same
  std::vector<double> offset = {};    ///< rad per pair, at position 0; empty: none
  std::string like = {};              ///< a matrix that they go through (PairMatrix::known), or "zero"

  static constexpr std::string_view name = "pairs_wrong";
  static constexpr FactKind fact = FactKind::base;

  Parameters parameters() const {
    Parameters all{{"pairs", pairs}};
    if (!axis.empty()) all.push_back({"axis", axis});
    if (!frequency.empty()) all.push_back({"frequency", frequency});
    if (!offset.empty()) all.push_back({"offset", offset});
    if (!like.empty()) all.push_back({"like", like});
    return all;
  }
  std::string which() const {
    const bool run = pairs.size() > 4 && pairs.back() - pairs.front() + 1 == static_cast<std::int64_t>(pairs.size());
    return run ? fmt::format("{} … {}", pairs.front(), pairs.back()) : exact_words(pairs);
  }
  std::string sentence(const KernelRun& run) const {
    if (like == "zero" && 2 * static_cast<std::int64_t>(pairs.size()) == run.rope.layout.rotary_dim)
      return "writes zeros to the whole rotated part";
    std::string words =
        fmt::format("gets pair{} {} wrong, and the other pairs right", pairs.size() == 1 ? "" : "s", which());
    if (!axis.empty()) words += fmt::format(": those that turn by axis {}", axis);
    if (like == "not_rotated") return words + "; those do not turn";
    if (like == "zero") return words + "; it writes zeros there";
    if (like.starts_with("ax")) return words + fmt::format("; those turn by {}", like);
    if (!like.empty()) return words + fmt::format("; there it is as in {}", like);
    if (!frequency.empty())
      words += fmt::format("; they turn by {} rad/token{}", exact_words(frequency),
                           offset.empty() ? "" : fmt::format(", from {} rad at position 0", exact_words(offset)));
    return words;
  }
  std::string brief(const KernelRun&) const {
    return fmt::format("{} {} wrong", pairs.size() == 1 ? "pair" : "pairs", short_words(pairs));
  }

  static std::vector<Example> examples(const ExampleModel& model) {
    Formula bug = model.right();
    const std::size_t pairs = bug.theta.size();
    for (std::size_t i = pairs / 4; i < std::max(pairs / 4 + 1, pairs / 2); ++i) bug.theta[i] *= 1.5;
    return one_example("some pairs", "columns", bug);
  }
};

} // namespace ropescope::cause
