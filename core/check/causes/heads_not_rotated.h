#pragma once
#include <optional>

#include <fmt/format.h>

#include "core/check/basics/formula.h"
#include "core/check/basics/words.h"

namespace ropescope::cause {

/// Some heads pass unchanged.
struct HeadsNotRotated {
  std::vector<std::int64_t> heads = {};
  std::optional<std::vector<std::int64_t>> batch = {}; ///< rows of the batch in which they pass, where not in all
  std::vector<std::int64_t> rows = {}; ///< batch × heads + head, where other heads pass in other rows of the batch

  static constexpr std::string_view name = "heads_not_rotated";
  static constexpr FactKind fact = FactKind::heads_and_rows;

  Parameters parameters() const {
    Parameters all{{"heads", heads}};
    if (batch) all.push_back({"batch", *batch});
    if (!rows.empty()) all.push_back({"rows", rows});
    return all;
  }
  /// The heads and where they are; of whole rows of the batch these alone.
  std::string which(const KernelRun& run) const {
    if (!rows.empty()) return fmt::format("rows {} (batch × heads + head)", range_words(rows));
    if (!batch) return head_words(heads, run);
    const bool all = static_cast<std::int64_t>(heads.size()) == run.heads;
    return all ? batch_words(*batch) : head_words(heads, run) + " of " + batch_words(*batch);
  }
  std::string sentence(const KernelRun& run) const { return fmt::format("leaves {} unrotated", which(run)); }
  std::string brief(const KernelRun& run) const { return which(run) + " not rotated"; }

  static std::vector<Example> examples(const ExampleModel& model) {
    Formula bug = model.right();
    bug.rotates = [](double, std::int64_t head) { return head != 0; };
    return one_example("a head left out", "as unrotated, fainter", bug);
  }
};

} // namespace ropescope::cause
