#pragma once
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
  std::string inner = {};                  ///< what those heads do instead, where it was found; after "they are: "

  static constexpr std::string_view name = "heads_wrong";
  static constexpr FactKind fact = FactKind::heads_and_rows;

  Parameters parameters() const {
    Parameters all{{"heads", heads}, {"how", how}};
    if (!from.empty()) all.push_back({"from", from});
    if (!batch.empty()) all.push_back({"batch", batch});
    if (!of_batch.empty()) all.push_back({"from_batch", of_batch});
    if (!inner.empty()) all.push_back({"they", inner});
    return all;
  }
  std::string sentence(const KernelRun&) const {
    const std::string which = fmt::format("head{} {}", heads.size() == 1 ? "" : "s", exact_words(heads));
    const std::string where =
        batch.empty() ? "" : fmt::format(" of batch row{} {}", batch.size() == 1 ? "" : "s", exact_words(batch));
    if (how == "transposed")
      return "writes the rows of heads and tokens in each other's order: the output lies as [token, head] where it is "
             "read as [head, token], or the reverse";
    if (how == "zero") return fmt::format("writes zeros to {}{}", which, where);
    if (!of_batch.empty())
      return fmt::format("writes to batch row{} {} what belongs to batch row{} {}", batch.size() == 1 ? "" : "s",
                         exact_words(batch), of_batch.size() == 1 ? "" : "s", exact_words(of_batch));
    if (!from.empty())
      return fmt::format("writes to {}{} what belongs to head{} {}", which, where, from.size() == 1 ? "" : "s",
                         exact_words(from));
    std::string words = fmt::format("gets {}{} wrong, and the others right", which, where);
    if (!inner.empty()) words += fmt::format("; there it {}", inner);
    return words;
  }
  std::string brief(const KernelRun&) const {
    if (!of_batch.empty()) return fmt::format("batch rows {} {}", short_words(batch), how);
    return fmt::format("{} {} {}", heads.size() == 1 ? "head" : "heads", short_words(heads),
                       how == "other" ? "wrong" : how);
  }

  static std::vector<Example> examples(const ExampleModel& model) {
    Formula bug = model.right();
    bug.position = [](double p, std::int64_t, std::int64_t head) { return head == 0 ? 1.02 * p : p; };
    return one_example("a head otherwise", "faint, all rows", bug);
  }
};

} // namespace ropescope::cause
