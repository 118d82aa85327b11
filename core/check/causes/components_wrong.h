#pragma once
#include <fmt/format.h>

#include "core/check/basics/formula.h"
#include "core/check/basics/words.h"

namespace ropescope::cause {

/// Components behind the rotated part, which should pass unchanged, do not.
struct ComponentsWrong {
  std::vector<std::int64_t> components = {};
  std::string how = "other"; ///< "rotated", "zero", "copied" or "other"
  std::string from = {};     ///< of "copied": where from, in words

  static constexpr std::string_view name = "components_wrong";
  static constexpr FactKind fact = FactKind::rotary_dim;

  Parameters parameters() const {
    Parameters all{{"components", components}, {"how", how}};
    if (!from.empty()) all.push_back({"from", from});
    return all;
  }
  /// "40 … 63" where they follow one another.
  std::string which() const {
    const bool run = components.size() > 4 &&
                     components.back() - components.front() + 1 == static_cast<std::int64_t>(components.size());
    return run ? fmt::format("{} … {}", components.front(), components.back()) : exact_words(components);
  }
  std::string sentence(const KernelRun& run) const {
    const std::string part =
        fmt::format("components {} of a head, behind the {} that turn,", which(), 2 * pair_count(run.rope));
    const std::string should = "which should pass unchanged";
    if (how == "rotated") return fmt::format("turns {} {}", part, should);
    if (how == "zero") return fmt::format("writes zeros to {} {}", part, should);
    if (how == "copied") return fmt::format("takes {} {}, from {}", part, should, from);
    return fmt::format("changes {} {}", part, should);
  }
  std::string brief(const KernelRun&) const { return fmt::format("components {} {}", which(), how); }

  /// The rest of a head as pairs that do not turn, which turn with the first.
  static std::vector<Example> examples(const ExampleModel& model) {
    const std::int64_t pairs = static_cast<std::int64_t>(model.right().theta.size()),
                       head_dim = model.rope().layout.head_dim;
    const PairLayout& layout = model.rope().layout.pairs;
    if (2 * pairs >= head_dim || head_dim % (2 * pairs) != 0 || layout.blocks != 1 || layout.trailing)
      return no_example("all of its head turns");
    Formula right = model.right();
    right.index.block = pairs;
    Formula bug = right;
    for (std::int64_t i = pairs; i < head_dim / 2; ++i) {
      right.theta.push_back(0);
      bug.theta.push_back(right.theta[static_cast<std::size_t>(i % pairs)]);
    }
    return {{"rest turned too", "behind the part alone", bug, right, {}}};
  }
};

} // namespace ropescope::cause
