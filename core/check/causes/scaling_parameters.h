#pragma once
#include <algorithm>
#include <optional>

#include <fmt/format.h>

#include "core/check/basics/formula.h"
#include "core/check/basics/words.h"
#include "core/rope/scheme.h"
#include "core/rope/scheme_keys.h"

namespace ropescope::cause {

/// The kernel extends frequencies by the model's scheme with another parameter, or by another scheme.
struct ScalingParameters {
  std::string scheme = {};          ///< the model's rope_type
  std::string parameter = "factor"; ///< what differs, by its key in config.json; or "beta_swapped", "inverted",
                                    ///< "ramp_inverted", "smoothing_inverted", "factors" and "factors_reversed" (of
                                    ///< LongRoPE), "seq_len", "measured_scheme", "layer_type", "length_of_token",
                                    ///< "long_factors_in" (tokens)
  ParameterValue value = 1.0;       ///< the kernel's

  static constexpr std::string_view name = "scaling_parameters";
  static constexpr FactKind fact = FactKind::scaling;

  Parameters parameters() const { return {{"scheme", scheme}, {parameter, value}}; }
  std::string sentence(const KernelRun& run) const {
    const bool* flag = std::get_if<bool>(&value);
    const std::string words = exact_words(value);
    if (parameter == "measured_scheme") return fmt::format("applies {} scaling; the model asks for {}", words, scheme);
    if (parameter == "layer_type") return fmt::format("scales frequencies as the model's {} layers do", words);
    if (parameter == "beta_swapped") return fmt::format("exchanges beta_fast and beta_slow of {}", scheme);
    if (parameter == "ramp_inverted")
      return fmt::format("has the ramp of {} upside down: it divides the fast pairs and keeps the slow ones", scheme);
    if (parameter == "smoothing_inverted")
      return fmt::format(
          "exchanges the two parts of {}'s smoothing: pairs between the fast and the slow ones are scaled "
          "less where they should be scaled more",
          scheme);
    if (parameter == "factors_reversed")
      return fmt::format("takes the factors of {} in reverse order: the last pair's for the first", scheme);
    if (parameter == "inverted") return fmt::format("multiplies frequencies where {} divides them", scheme);
    if (parameter == "factors")
      return fmt::format("takes the {} factors of {}, not the {} ones", words, scheme,
                         words == "long" ? "short" : "long");
    if (parameter == "seq_len")
      return fmt::format("scales by {} as for a sequence of {} tokens; this run has {}", scheme, short_words(value),
                         short_words(run.length()));
    if (parameter == "length_of_token")
      return fmt::format(
          "scales each token by {} as for a sequence that ends there; the model takes one length for the "
          "whole run, {} tokens here",
          scheme, short_words(run.length()));
    if (parameter == "long_factors_in")
      return fmt::format("takes the long factors of {} in tokens {}, and the short ones in the others; the model takes "
                         "one list for the whole run",
                         scheme, words);
    if (parameter == "truncate" && flag)
      return fmt::format("{} the ends of {}'s ramp to whole pairs; the model does {}",
                         *flag ? "rounds" : "does not round", scheme, *flag ? "not" : "so");
    if (flag)
      return fmt::format("scales by {} with {} {}; the model has it {}", scheme, parameter, *flag ? "on" : "off",
                         *flag ? "off" : "on");
    const auto model = of_model(run.rope);
    return fmt::format("scales by {} with {} {}{}", scheme, parameter, words,
                       model ? "; the model has " + exact_words(*model) : "");
  }
  std::string brief(const KernelRun& run) const {
    if (parameter == "measured_scheme") return fmt::format("{} instead of {}", exact_words(value), scheme);
    if (parameter == "layer_type") return fmt::format("{} of the {} layers", scheme, exact_words(value));
    if (parameter == "beta_swapped") return scheme + ": beta_fast and beta_slow exchanged";
    if (parameter == "ramp_inverted") return scheme + ": ramp upside down";
    if (parameter == "smoothing_inverted") return scheme + ": smoothing exchanged";
    if (parameter == "factors_reversed") return scheme + ": factors reversed";
    if (parameter == "inverted") return scheme + ": multiplies instead of divides";
    if (parameter == "factors") return fmt::format("{}: the {} factors", scheme, exact_words(value));
    if (parameter == "seq_len") return fmt::format("{} for {} tokens", scheme, short_words(value));
    if (parameter == "length_of_token") return scheme + ": a length for each token";
    if (parameter == "long_factors_in") return scheme + ": long factors in some tokens";
    std::string key = parameter;
    std::replace(key.begin(), key.end(), '_', ' ');
    if (const bool* flag = std::get_if<bool>(&value)) return fmt::format("{}: {}{}", scheme, *flag ? "" : "no ", key);
    const auto model = of_model(run.rope);
    return fmt::format("{}: {} {}{}", scheme, key, short_words(value),
                       model ? " instead of " + short_words(*model) : "");
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

private:
  /// What the model has in the place of a number; nothing where that is not known by this name.
  std::optional<double> of_model(const RopeConfig& rope) const {
    if (parameter == key::factor.key) return extension_factor(rope);
    if (parameter == "original_max_position_embeddings") return trained_length(rope);
    for (const Parameter* known : scheme_of(rope).parameters)
      if (known->key == parameter && known->kind == ParameterKind::number)
        return rope.scaling.parameters.number(*known);
    return std::nullopt;
  }
};

} // namespace ropescope::cause
