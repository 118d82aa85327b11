#pragma once
#include <fmt/format.h>

#include "core/check/basics/formula.h"
#include "core/check/basics/words.h"
#include "core/rope/axis_plan.h"
#include "core/rope/spectrum.h"

namespace ropescope::cause {

/// The kernel counts the frequencies of the axes otherwise than the model does.
struct AxisFrequencies {
  std::string rule = "run_on"; ///< one of `known`
  std::string axis = {};       ///< of the positions, where it is one's alone

  static constexpr std::string_view name = "axis_frequencies";
  static constexpr FactKind fact = FactKind::base;

  struct Known {
    std::string_view rule, words, brief;
  };
  static constexpr Known known[] = {
      {"run_on", "counts frequencies on from one axis to the next, base^(−2i/rotary_dim) for pair i of the head",
       "frequencies that run on"},
      {"restart", "begins the frequencies anew for each axis, base^(−2j/d) for pair j of an axis's d components",
       "frequencies anew for each axis"},
      {"shared", "deals one list of frequencies out to the axes in turn", "frequencies dealt out"},
      {"whole_head", "divides the exponents by the whole rotary part and not by the components of each axis",
       "exponents over the whole head"},
      {"falling", "lets the frequencies fall from 1, base^(−2j/d)", "frequencies that fall"},
      {"rising", "lets the frequencies rise, base^(j/(n − 1))·π/2", "frequencies that rise"},
      {"unscaled", "leaves out the scaling of the frequencies", "scaling of an axis left out"},
      {"not_held", "leaves the pair that is to be held at its own wavelength", "held pair left alone"},
      {"no_gain", "leaves out the factor that all frequencies have", "factor of the frequencies left out"},
  };

  Parameters parameters() const {
    Parameters all{{"rule", rule}};
    if (!axis.empty()) all.push_back({"axis", axis});
    return all;
  }
  std::string sentence(const KernelRun&) const {
    return fmt::format("{}{}{}; the model's own code has others", found().words, axis.empty() ? "" : " of ",
                       axis.empty() ? "" : axis_words(axis));
  }
  std::string brief(const KernelRun&) const {
    return fmt::format("{}{}{}", found().brief, axis.empty() ? "" : ", axis ", axis);
  }

  /// Frequencies that run on, where the model's begin anew; or the other way.
  static std::vector<Example> examples(const ExampleModel& model) {
    const std::int64_t count = axis_count(model.rope());
    if (count < 2) return no_example("its tokens have one position each");
    Formula bug = model.right();
    const auto pairs = static_cast<std::int64_t>(bug.theta.size());
    const bool own = of_patches(model.rope().axes.rule);
    for (std::int64_t i = 0; i < pairs; ++i) {
      const std::int64_t each = std::max<std::int64_t>(1, pairs / count), j = own ? i : i % each;
      bug.theta[static_cast<std::size_t>(i)] =
          std::pow(model.rope().base, -static_cast<double>(j) / static_cast<double>(own ? pairs : each)) *
          model.rope().layout.pairs.direction;
    }
    if (bug.theta == model.right().theta) return no_example("its frequencies are the same so");
    return one_example(own ? "frequencies run on" : "frequencies anew", "the axes behind the first", bug);
  }

private:
  const Known& found() const {
    for (const Known& one : known)
      if (one.rule == rule) return one;
    return known[0];
  }
};

} // namespace ropescope::cause
