#pragma once
#include <optional>

#include <fmt/format.h>

#include "core/check/basics/formula.h"
#include "core/check/basics/words.h"

namespace ropescope::cause {

/// Some heads pass unchanged.
struct HeadsNotRotated {
  std::vector<std::int64_t> heads = {};
  std::optional<std::vector<std::int64_t>> batch = {}; ///< rows of the batch, where all of each pass and others none

  static constexpr std::string_view name = "heads_not_rotated";
  static constexpr FactKind fact = FactKind::heads_and_rows;

  Parameters parameters() const {
    Parameters all{{"heads", heads}};
    if (batch) all.push_back({"batch", *batch});
    return all;
  }
  std::string sentence(const KernelRun&) const {
    return fmt::format("leaves head{} {} unrotated", heads.size() == 1 ? "" : "s", exact_words(heads));
  }
  std::string brief(const KernelRun&) const {
    return fmt::format("{} {} not rotated", heads.size() == 1 ? "head" : "heads", short_words(heads));
  }

  static std::vector<Example> examples(const ExampleModel& model) {
    Formula bug = model.right();
    bug.rotates = [](double, std::int64_t head) { return head != 0; };
    return one_example("a head left out", "as unrotated, fainter", bug);
  }
};

} // namespace ropescope::cause
