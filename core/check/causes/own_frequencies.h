#pragma once
#include <cmath>

#include <fmt/format.h>

#include "core/check/basics/formula.h"
#include "core/check/basics/words.h"
#include "core/rope/spectrum.h"

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
  std::string sentence(const KernelRun& run) const {
    if (!like.empty())
      return fmt::format("takes {} for the frequency of pair i: {} rad/token", like, exact_words(inv_freq));
    const std::vector<double> model = make_spectrum(run.rope, run.length()).inv_freq;
    if (std::string order = order_of(model); !order.empty()) return order;
    return fmt::format("rotates, but by frequencies of its own, which no known scheme yields: {} rad/token, where the "
                       "model has {}; a config of rope_type longrope can have such frequencies; the JSON has its "
                       "factors as longrope_factor",
                       exact_words(inv_freq), exact_words(model));
  }
  std::string brief(const KernelRun&) const { return like.empty() ? "frequencies of its own" : "frequencies " + like; }
  std::string decide_by() const {
    return "a config of rope_type longrope with these factors, which the kernel should match";
  }

  /// The model's frequencies in another order: backwards, or some pairs further.
  std::string order_of(const std::vector<double>& model) const {
    const std::size_t pairs = model.size();
    if (inv_freq.size() != pairs || pairs < 4) return "";
    constexpr double near = 1e-3; // neighbours of a spectrum lie further apart
    const auto is = [&](auto source) {
      for (std::size_t i = 0; i < pairs; ++i)
        if (std::abs(inv_freq[i] - model[source(i)]) > near * std::abs(model[source(i)])) return false;
      return true;
    };
    if (is([&](std::size_t i) { return pairs - 1 - i; }))
      return fmt::format("takes the list of frequencies backwards: for pair i that of pair {} − i", pairs - 1);
    for (std::size_t by = 1; by < pairs; ++by)
      if (is([&](std::size_t i) { return (i + by) % pairs; })) {
        const bool back = 2 * by > pairs;
        return fmt::format("takes for pair i the frequency of pair i {} {}, and begins anew at the end of the list",
                           back ? "−" : "+", back ? pairs - by : by);
      }
    return "";
  }

  static std::vector<Example> examples(const ExampleModel& model) {
    Formula bug = model.right();
    for (std::size_t i = 0; i < bug.theta.size(); ++i) bug.theta[i] *= i % 3 == 0 ? 1.25 : 0.8;
    return one_example("frequencies of its own", "all pairs, unevenly", bug);
  }
};

} // namespace ropescope::cause
