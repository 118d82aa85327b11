#pragma once
#include <cstdlib>

#include <fmt/format.h>

#include "core/check/basics/formula.h"
#include "core/check/basics/words.h"

namespace ropescope::cause {

/// The kernel adds a number to every position.
struct PositionOffset {
  std::int64_t offset = 0;                 ///< tokens
  std::vector<std::int64_t> by_batch = {}; ///< instead: tokens, one number for each row of the batch
  bool said_with_scale = false;            ///< the cause beside it is a PositionScale that says it too
  std::vector<std::int64_t> tokens = {};   ///< only of these, where the others are right; empty: of all

  static constexpr std::string_view name = "position_offset";
  static constexpr FactKind fact = FactKind::positions;

  Parameters parameters() const {
    if (!by_batch.empty()) return {{"by_batch", by_batch}};
    Parameters all{{"offset", offset}};
    if (!tokens.empty()) all.push_back({"tokens", tokens});
    return all;
  }
  std::string sentence(const KernelRun&) const {
    if (!by_batch.empty()) {
      std::string rows;
      for (std::size_t b = 0; b < by_batch.size(); ++b) rows += fmt::format("{}{}", b == 0 ? "" : ", ", b);
      return fmt::format("adds {} to the positions of batch rows {}", exact_words(by_batch), rows);
    }
    if (said_with_scale) return "";
    if (!tokens.empty())
      return offset_words(static_cast<double>(offset), "the positions of " + token_words(tokens)) +
             "; the other tokens are right";
    return offset_words(static_cast<double>(offset), "every position");
  }
  std::string brief(const KernelRun&) const {
    return by_batch.empty() ? "position offset " + signed_words(offset) : "position offset by batch row";
  }

  static std::vector<Example> examples(const ExampleModel& model) {
    Formula bug = model.right();
    bug.position = [](double p, std::int64_t, std::int64_t) { return p + 1; };
    return one_example("m + 1", "alike in every row", bug);
  }
};

} // namespace ropescope::cause
