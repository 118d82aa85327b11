#pragma once
#include <algorithm>

#include <fmt/format.h>

#include "core/check/basics/formula.h"
#include "core/check/basics/words.h"
#include "core/rope/scheme_keys.h"

namespace ropescope::cause {

/// The kernel extends frequencies by the model's scheme with another parameter, or by another scheme.
struct ScalingParameters {
  std::string scheme = {}; ///< the model's rope_type
  std::string parameter =
      "factor";               ///< what differs, by its key in config.json; or "beta_swapped", "inverted",
                              ///< "ramp_inverted", "factors" (of LongRoPE), "seq_len", "measured_scheme", "layer_type"
  ParameterValue value = 1.0; ///< the kernel's

  static constexpr std::string_view name = "scaling_parameters";
  static constexpr FactKind fact = FactKind::scaling;

  Parameters parameters() const { return {{"scheme", scheme}, {parameter, value}}; }
  std::string sentence(const KernelRun&) const {
    const bool* flag = std::get_if<bool>(&value);
    const std::string words = exact_words(value);
    if (parameter == "measured_scheme") return fmt::format("applies {} scaling; the model asks for {}", words, scheme);
    if (parameter == "layer_type") return fmt::format("scales frequencies as the model's {} layers do", words);
    if (parameter == "beta_swapped") return fmt::format("exchanges beta_fast and beta_slow of {}", scheme);
    if (parameter == "ramp_inverted")
      return fmt::format("has the ramp of {} upside down: it divides the fast pairs and keeps the slow ones", scheme);
    if (parameter == "inverted") return fmt::format("multiplies frequencies where {} divides them", scheme);
    if (parameter == "factors") return fmt::format("takes the {} factors of {}, not the others", words, scheme);
    if (parameter == "seq_len")
      return fmt::format("scales by {} as for a sequence of {} tokens", scheme, short_words(value));
    if (parameter == "truncate" && flag)
      return fmt::format("{} the ends of {}'s ramp to whole pairs; the model does {}",
                         *flag ? "rounds" : "does not round", scheme, *flag ? "not" : "so");
    if (flag) return fmt::format("scales by {} with {} {}", scheme, parameter, *flag ? "on" : "off");
    return fmt::format("scales by {} with {} {}", scheme, parameter, words);
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
