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
  std::string equal_to = {};      ///< "input" or "zero", where all numbers of those rows are that; "expected" where
                                  ///< another cause is wrong, which these rows alone do not have
  bool only_some = false;         ///< of those heads in those tokens
  std::string inner = {};         ///< what the kernel does there instead, where it was found; after "there it "
  std::int64_t count = 0, of = 0; ///< rows (head × token) that are so, of how many looked at; 0: all of those tokens
  bool every_head = false;        ///< of those tokens looked at every row is so, and `rows` are those alone
  std::int64_t from = -1;         ///< all tokens looked at are so from this one on, and none before; -1: not so

  /// What rows may hold beside the above, row by row: the right row of another head or token, the right rotation done
  /// twice.
  static constexpr std::string_view another_row = "another_row", twice = "twice";

  static constexpr std::string_view name = "rows_wrong";
  static constexpr FactKind fact = FactKind::heads_and_rows;

  Parameters parameters() const {
    Parameters all{{"rows", rows}};
    if (!heads.empty()) all.push_back({"heads", heads});
    if (!equal_to.empty()) all.push_back({"equal_to", equal_to});
    if (count > 0) all.push_back({"count", count});
    if (!inner.empty()) all.push_back({"they", inner});
    return all;
  }
  std::string which(const KernelRun& run) const {
    if (every_head) return from < 0 ? token_words(rows) : fmt::format("tokens from {} on", from);
    std::string words = token_words(rows);
    if (!heads.empty()) words += " of " + head_words(heads, run);
    return only_some ? "some rows of " + words : words;
  }
  std::string sentence(const KernelRun& run) const {
    if (count > 0) return of_rows(run);
    if (!inner.empty()) return fmt::format("gets {} wrong; there it {}; the other tokens are right", which(run), inner);
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

private:
  /// Rows that are told one by one, by their number: listed they would fill a page.
  std::string of_rows(const KernelRun& run) const {
    if (every_head) return of_tokens();
    const std::string some = fmt::format("{} of the {} rows (head × token) looked at", count, of);
    return does(some) + ", in " + which(run) +
           "; run it twice: where they change from run to run it is a race; the other rows are right";
  }
  /// Whole tokens of which nothing says what they hold.
  std::string of_tokens() const {
    const std::string looked_at = fmt::format("{} of the tokens looked at", rows.size());
    if (from < 0) return does("every head of " + looked_at) + ": " + token_words(rows) + "; the other tokens are right";
    return does(fmt::format("every head of the tokens from {} on", from)) + " (" + looked_at +
           "), as behind the end of a table; the tokens before are right";
  }
  std::string does(const std::string& what) const {
    if (equal_to == "input") return fmt::format("leaves {} as in the input", what);
    if (equal_to == "zero") return fmt::format("writes zeros to {}", what);
    if (equal_to == twice) return fmt::format("turns {} twice", what);
    if (equal_to == another_row) return fmt::format("writes to {} the right rows of other heads or tokens", what);
    return fmt::format("gets {} wrong", what);
  }
};

} // namespace ropescope::cause
