#pragma once
#include <algorithm>
#include <cstdlib>

#include <fmt/format.h>

#include "core/check/basics/formula.h"
#include "core/check/basics/words.h"

namespace ropescope::cause {

/// Some heads, or rows of the batch, are wrong in every token, and the others right.
struct HeadsWrong {
  std::vector<std::int64_t> heads = {};
  std::string how = "other";               ///< "zero", "exchanged", "repeated", "transposed" or "other"
  std::vector<std::int64_t> from = {};     ///< per head, the head whose result it holds; of exchanged and repeated
  std::vector<std::int64_t> batch = {};    ///< rows of the batch in which it is so, where it is not in all of them
  std::vector<std::int64_t> of_batch = {}; ///< per row of `batch`, the row whose result it holds
  std::string inner = {};                  ///< what those heads do instead, where it was found; after "there it "
  /// Batch × heads + head, where it is not so in all those heads of all those rows of the batch; and per row of `rows`
  /// the one whose result it holds.
  std::vector<std::int64_t> rows = {}, from_rows = {};

  static constexpr std::string_view name = "heads_wrong";
  static constexpr FactKind fact = FactKind::heads_and_rows;

  Parameters parameters() const {
    Parameters all{{"heads", heads}, {"how", how}};
    if (!from.empty()) all.push_back({"from", from});
    if (!batch.empty()) all.push_back({"batch", batch});
    if (!of_batch.empty()) all.push_back({"from_batch", of_batch});
    if (!rows.empty()) all.push_back({"rows", rows});
    if (!from_rows.empty()) all.push_back({"from_rows", from_rows});
    if (!inner.empty()) all.push_back({"they", inner});
    return all;
  }
  /// The heads and where they are; of whole rows of the batch these alone.
  std::string which(const KernelRun& run) const {
    if (!rows.empty()) return fmt::format("rows {} (batch × heads + head)", range_words(rows));
    if (batch.empty()) return head_words(heads, run);
    const bool all = static_cast<std::int64_t>(heads.size()) == run.heads;
    return all ? batch_words(batch) : head_words(heads, run) + " of " + batch_words(batch);
  }
  std::string sentence(const KernelRun& run) const {
    if (how == "transposed")
      return "writes the rows of heads and tokens in each other's order: the output lies as [token, head] where it is "
             "read as [head, token], or the reverse";
    if (how == "zero") return "writes zeros to " + which(run);
    if (!from_rows.empty()) return moved_rows();
    if (!of_batch.empty()) {
      const bool all = static_cast<std::int64_t>(heads.size()) == run.heads;
      return moved("batch row", batch, of_batch, all ? "" : " in " + head_words(heads, run));
    }
    if (!from.empty()) return moved("head", heads, from, batch.empty() ? "" : " in " + batch_words(batch));
    std::string words = "gets " + which(run) + " wrong";
    if (!inner.empty()) words += "; there it " + inner;
    return words + (run.tables ? "; the other is right" : "; the others are right");
  }
  std::string brief(const KernelRun& run) const {
    return which(run) + (how == "other" ? " wrong" : how == "zero" ? " zero" : " " + how);
  }

  static std::vector<Example> examples(const ExampleModel& model) {
    Formula bug = model.right();
    bug.position = [](double p, std::int64_t, std::int64_t head) { return head == 0 ? 1.02 * p : p; };
    return one_example("a head otherwise", "faint, all rows", bug);
  }

private:
  /// Each of some holds what belongs to another of its kind.
  static std::string moved(const std::string& what, const std::vector<std::int64_t>& to,
                           const std::vector<std::int64_t>& sources, const std::string& where) {
    if (to.size() == 2 && to[0] == sources[1] && to[1] == sources[0])
      return fmt::format("exchanges {}s {} and {}{}", what, to[0], to[1], where);
    const std::string ends = to.size() == 1 ? "" : "s";
    if (std::all_of(sources.begin(), sources.end(), [&](std::int64_t source) { return source == sources[0]; }))
      return fmt::format("writes {} {}'s result to {}{} {}{}", what, sources[0], what, ends, range_words(to), where);
    return fmt::format("writes to {}{} {} what belongs to {}{} {}{}", what, ends, exact_words(to), what, ends,
                       exact_words(sources), where);
  }
  std::string moved_rows() const {
    const std::int64_t by = from_rows[0] - rows[0];
    bool alike = rows.size() > 1;
    for (std::size_t n = 0; n < rows.size(); ++n) alike &= from_rows[n] - rows[n] == by;
    if (alike)
      return fmt::format("writes to each row r of {} what belongs to row r {} {} (row = batch × heads + head)",
                         range_words(rows), by < 0 ? "−" : "+", std::abs(by));
    return moved("row", rows, from_rows, " (row = batch × heads + head)");
  }
};

} // namespace ropescope::cause
