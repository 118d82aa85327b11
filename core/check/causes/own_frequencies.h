#pragma once
#include <fmt/format.h>

#include "core/check/basics/formula.h"
#include "core/check/basics/words.h"

namespace ropescope::cause {

/// Every pair turns by a frequency of its own, which no known rule yields.
struct OwnFrequencies {
  std::vector<double> inv_freq = {}; ///< rad/token per pair, as measured; signed
  std::vector<double> factor = {};   ///< per pair, the unscaled frequency by it: a list that LongRoPE configs take
  std::string like = {};             ///< a rule that yields them nearly, "base^(−2i)"; may be empty

  static constexpr std::string_view name = "own_frequencies";
  static constexpr FactKind fact = FactKind::base;

  Parameters parameters() const {
    Parameters all{{"inv_freq", inv_freq}};
    if (!factor.empty()) all.push_back({"longrope_factor", factor});
    if (!like.empty()) all.push_back({"like", like});
    return all;
  }
  std::string sentence(const KernelRun&) const {
    if (!like.empty())
      return fmt::format("takes {} for the frequency of pair i: {} rad/token", like, exact_words(inv_freq));
    return fmt::format(
        "rotates correctly by frequencies of its own, which no known scheme yields: {} rad/token; a config "
        "of rope_type longrope can have such frequencies; the JSON has its factors as longrope_factor",
        exact_words(inv_freq));
  }
  std::string brief(const KernelRun&) const { return like.empty() ? "frequencies of its own" : "frequencies " + like; }
  std::string decide_by() const {
    return "a config of rope_type longrope with these factors, which the kernel should match";
  }

  static std::vector<Example> examples(const ExampleModel& model) {
    Formula bug = model.right();
    for (std::size_t i = 0; i < bug.theta.size(); ++i) bug.theta[i] *= i % 3 == 0 ? 1.25 : 0.8;
    return one_example("frequencies of its own", "all pairs, unevenly", bug);
  }
};

} // namespace ropescope::cause
