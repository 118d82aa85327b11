#pragma once
#include <algorithm>

#include <fmt/format.h>

#include "core/check/basics/formula.h"
#include "core/check/basics/words.h"
#include "core/rope/scheme_keys.h"

namespace ropescope::cause {

/// The kernel extends frequencies by the model's scheme with another parameter, or by another scheme.
struct ScalingParameters {
  std::string scheme = {};          ///< the model's rope_type
  std::string parameter = "factor"; ///< what differs, by its key in config.json; or "beta_swapped", "inverted",
                                    ///< "factors" (of LongRoPE), "seq_len", "measured_scheme", "layer_type"
  ParameterValue value = 1.0;       ///< the kernel's

  static constexpr std::string_view name = "scaling_parameters";
  static constexpr FactKind fact = FactKind::scaling;

  Parameters parameters() const { return {{"scheme", scheme}, {parameter, value}}; }
  std::string sentence(const KernelRun&) const {
    return fmt::format("scales frequencies by {} with other parameters: {} {}", scheme, parameter, exact_words(value));
  }
  std::string brief(const KernelRun&) const {
    std::string key = parameter;
    std::replace(key.begin(), key.end(), '_', ' ');
    if (const bool* flag = std::get_if<bool>(&value)) return fmt::format("{}: {}{}", scheme, *flag ? "" : "no ", key);
    return fmt::format("{}: {} {}", scheme, key, short_words(value));
  }

  static std::vector<Example> examples(const ExampleModel& model) {
    RopeConfig other = model.rope();
    if (other.scaling.rope_type == RopeType::standard) return no_example("this model has no scaling");
    other.scaling.factor = 4 * extension_factor(model.rope());
    other.scaling.parameters.erase(key::alpha);
    Formula bug = model.formula(other);
    if (bug.theta == model.right().theta) return no_example("its frequencies do not depend on one factor");
    bug.gain = model.right().gain;
    return one_example("factor × 4", "slow pairs alone", bug);
  }
};

} // namespace ropescope::cause
