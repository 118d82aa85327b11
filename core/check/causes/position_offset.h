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

  static constexpr std::string_view name = "position_offset";
  static constexpr FactKind fact = FactKind::positions;

  Parameters parameters() const {
    if (!by_batch.empty()) return {{"by_batch", by_batch}};
    return {{"offset", offset}};
  }
  std::string sentence(const KernelRun&) const {
    if (!by_batch.empty()) return fmt::format("rotates by positions off by {} by batch row", exact_words(by_batch));
    return fmt::format("rotates by position m {} {}", offset < 0 ? "−" : "+", std::abs(offset));
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
