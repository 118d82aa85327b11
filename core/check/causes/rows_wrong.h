#pragma once
#include <cmath>

#include <fmt/format.h>

#include "core/check/basics/formula.h"
#include "core/check/basics/words.h"

namespace ropescope::cause {

/// The rows of some tokens are off, and no account of the others explains them.
struct RowsWrong {
  std::vector<std::int64_t> rows = {};  ///< tokens
  std::vector<std::int64_t> heads = {}; ///< those that are off there, where the others are right; empty: all

  static constexpr std::string_view name = "rows_wrong";
  static constexpr FactKind fact = FactKind::heads_and_rows;

  Parameters parameters() const {
    Parameters all{{"rows", rows}};
    if (!heads.empty()) all.push_back({"heads", heads});
    return all;
  }
  std::string sentence(const KernelRun&) const {
    const std::string of =
        heads.empty() ? "" : fmt::format(" of head{} {}", heads.size() == 1 ? "" : "s", exact_words(heads));
    return fmt::format("gets row{} {}{} wrong, and the others right", rows.size() == 1 ? "" : "s", exact_words(rows),
                       of);
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
