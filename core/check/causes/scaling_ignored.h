#pragma once
#include <fmt/format.h>

#include "core/check/basics/formula.h"
#include "core/check/basics/words.h"
#include "core/rope/scheme.h"

namespace ropescope::cause {

/// The kernel has the frequencies that the model had before its context was extended.
struct ScalingIgnored {
  std::string scheme = {};     ///< the model's rope_type, or "freq_factors" (ggml's tensor)
  std::string layer_type = {}; ///< the model's layer type that is not scaled, where one is

  static constexpr std::string_view name = "scaling_ignored";
  static constexpr FactKind fact = FactKind::scaling;

  Parameters parameters() const {
    Parameters all{{"scheme", scheme}};
    if (!layer_type.empty()) all.push_back({"layer_type", layer_type});
    return all;
  }
  std::string sentence(const KernelRun&) const { return fmt::format("ignores the {} scaling of frequencies", scheme); }
  std::string brief(const KernelRun&) const { return scheme + " scaling ignored"; }

  static std::vector<Example> examples(const ExampleModel& model) {
    RopeConfig plain = model.rope();
    const Scheme& scheme = scheme_of(plain);
    if (!scheme.takes_factor)
      plain.scaling.freq_factors.clear();
    else if (const auto unscaled = with_scheme(plain, RopeType::standard, 1))
      plain = *unscaled;
    Formula bug = model.formula(plain);
    if (bug.theta == model.right().theta) return no_example("this model's frequencies are not scaled");
    bug.gain = model.right().gain;
    return one_example("scaling ignored",
                       scheme.acts_on == ActsOn::every_pair ? "fast pairs first" : "fast pairs are right", bug);
  }
};

} // namespace ropescope::cause
