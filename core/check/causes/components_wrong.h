#pragma once
#include <fmt/format.h>

#include "core/check/basics/formula.h"
#include "core/check/basics/words.h"

namespace ropescope::cause {

/// Components behind the rotated part, which should pass unchanged, do not.
struct ComponentsWrong {
  std::vector<std::int64_t> components = {};
  std::string how = "other"; ///< "rotated", "zero", "copied", "multiplied" or "other"
  std::string from = {};     ///< of "copied": where from, in words
  std::int64_t shift = 0;    ///< of "copied" within the row: the source of component j is j + shift
  double factor = 1;         ///< of "multiplied"

  static constexpr std::string_view name = "components_wrong";
  static constexpr FactKind fact = FactKind::rotary_dim;

  Parameters parameters() const {
    Parameters all{{"components", components}, {"how", how}};
    if (!from.empty()) all.push_back({"from", from});
    if (how == "multiplied") all.push_back({"factor", factor});
    return all;
  }
  std::string sentence(const KernelRun& run) const {
    const std::string part = fmt::format("component{} {}", components.size() == 1 ? "" : "s", range_words(components));
    const std::string pass = fmt::format("{} of a head, which should pass unchanged; only {} components should turn",
                                         part, 2 * pair_count(run.rope));
    if (how == "rotated") return "turns " + pass;
    if (how == "multiplied") return fmt::format("multiplies by {:.4g} {}", factor, pass);
    if (how == "zero") return "writes zeros to " + pass;
    if (how != "copied") return "changes " + pass;
    std::vector<std::int64_t> sources = components;
    for (std::int64_t& j : sources) j += shift;
    const std::string source =
        shift != 0 ? fmt::format("what is at {} of the input", range_words(sources)) : "what belongs there in " + from;
    return fmt::format("writes to {} {}; they should pass unchanged", part, source);
  }
  std::string brief(const KernelRun&) const { return fmt::format("components {} {}", range_words(components), how); }

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
