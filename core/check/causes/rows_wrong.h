#pragma once
#include <cmath>

#include <fmt/format.h>

#include "core/check/basics/formula.h"
#include "core/check/basics/words.h"

namespace ropescope::cause {

/// The rows of some tokens are off, and no account of the others explains them.
struct RowsWrong {
  std::vector<std::int64_t> rows = {}; ///< tokens

  static constexpr std::string_view name = "rows_wrong";
  static constexpr FactKind fact = FactKind::heads_and_rows;

  Parameters parameters() const { return {{"rows", rows}}; }
  std::string sentence(const KernelRun&) const {
    return fmt::format("gets row{} {} wrong, and the others right", rows.size() == 1 ? "" : "s", exact_words(rows));
  }
  std::string brief(const KernelRun&) const {
    return fmt::format("{} {} wrong", rows.size() == 1 ? "row" : "rows", short_words(rows));
  }

  static std::vector<Example> examples(const ExampleModel& model) {
    Formula bug = model.right();
    bug.rotates = [width = model.length() / 24](double p, std::int64_t) {
      return std::fmod(std::floor(p / width), 8.0) != 5.0; // stripes that a small picture can show
    };
    return one_example("rows wrong", "stripes across", bug);
  }
};

} // namespace ropescope::cause
