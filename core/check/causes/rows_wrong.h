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
  std::string equal_to = {}; ///< "input" or "zero", where all numbers of those rows are that; "expected" where
                             ///< another cause is wrong, which these rows alone do not have
  bool only_some = false;    ///< of those heads in those tokens

  static constexpr std::string_view name = "rows_wrong";
  static constexpr FactKind fact = FactKind::heads_and_rows;

  Parameters parameters() const {
    Parameters all{{"rows", rows}};
    if (!heads.empty()) all.push_back({"heads", heads});
    if (!equal_to.empty()) all.push_back({"equal_to", equal_to});
    return all;
  }
  std::string which(const KernelRun& run) const {
    std::string words = token_words(rows);
    if (!heads.empty()) words += " of " + head_words(heads, run);
    return only_some ? "some rows of " + words : words;
  }
  std::string sentence(const KernelRun& run) const {
    if (equal_to == "expected") return "turns " + which(run) + " rightly all the same";
    const std::string words = equal_to == "zero"    ? "writes zeros to " + which(run)
                              : equal_to == "input" ? "leaves " + which(run) + " as in the input"
                                                    : "gets " + which(run) + " wrong";
    return words + (heads.empty() ? "; the other tokens are right" : "; the others are right");
  }
  std::string brief(const KernelRun& run) const {
    return which(run) + (equal_to == "zero"       ? " zero"
                         : equal_to == "input"    ? " not rotated"
                         : equal_to == "expected" ? " right"
                                                  : " wrong");
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
