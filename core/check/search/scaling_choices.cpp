#include "core/check/search/scaling_choices.h"

#include <algorithm>
#include <set>
#include <string>
#include <utility>

#include "core/check/causes/scaling_ignored.h"
#include "core/check/causes/scaling_parameters.h"
#include "core/check/causes/scaling_unexpected.h"
#include "core/rope/scheme.h"

namespace ropescope {

namespace {

std::string scheme_name(const FrequencyChoices& choices) {
  return std::string(rope_type_name(choices.config().scaling.rope_type));
}

Cause other_parameter(const FrequencyChoices& choices, std::string parameter, ParameterValue value) {
  return cause::ScalingParameters{scheme_name(choices), std::move(parameter), std::move(value)};
}

/// The config with a flag turned over.
RopeConfig turned_over(RopeConfig config, const Parameter& flag) {
  config.scaling.parameters.set_flag(flag, !config.scaling.parameters.flag(flag));
  return config;
}

/// Between which values a parameter is sought: its own range, and the other end of a ramp that it belongs to.
std::pair<double, double> range_of(const Scheme& scheme, const Parameter& parameter, const ParameterValues& values) {
  double least = parameter.least, greatest = parameter.greatest;
  for (const SchemeControl& control : scheme.controls) {
    if (!control.high) continue;
    if (control.low->key == parameter.key) greatest = std::min(greatest, values.number(*control.high) * 0.999);
    if (control.high->key == parameter.key) least = std::max(least, values.number(*control.low) * 1.001);
  }
  return {least, greatest};
}

/// The parameters that the scheme's row has, each by itself: flags turned over, ends of ramps exchanged, numbers
/// fitted.
void add_parameters(FrequencyChoices& choices) {
  const RopeConfig& config = choices.config();
  const Scheme& scheme = scheme_of(config);
  for (const Parameter* flag : scheme.parameters)
    if (flag->kind == ParameterKind::flag) {
      const RopeConfig changed = turned_over(config, *flag);
      choices.add({other_parameter(choices, std::string(flag->key), changed.scaling.parameters.flag(*flag))}, changed);
    }
  for (const SchemeControl& control : scheme.controls) {
    if (control.swapped.empty()) continue;
    RopeConfig swapped = config;
    swapped.scaling.parameters.set_number(*control.low, config.scaling.parameters.number(*control.high));
    swapped.scaling.parameters.set_number(*control.high, config.scaling.parameters.number(*control.low));
    const std::vector<Cause> causes{other_parameter(choices, std::string(control.swapped), true)};
    choices.add(causes, swapped);
    // A kernel that took one for the other need not round as the model does.
    for (const Parameter* flag : scheme.parameters)
      if (flag->kind == ParameterKind::flag) choices.add(causes, turned_over(swapped, *flag));
  }
  for (const Parameter* parameter : scheme.parameters) {
    if (parameter->kind != ParameterKind::number || parameter->greatest <= parameter->least) continue;
    const auto [least, greatest] = range_of(scheme, *parameter, config.scaling.parameters);
    choices.add_fitted([&](double value) { return other_parameter(choices, std::string(parameter->key), value); },
                       config, [=](RopeConfig& c, double v) { c.scaling.parameters.set_number(*parameter, v); }, least,
                       greatest);
  }
}

/// Of what length the kernel took the context to be.
void add_lengths(FrequencyChoices& choices) {
  constexpr double greatest = 1e7; // tokens, beyond any model's
  const RopeConfig& config = choices.config();
  if (scheme_of(config).memory == CallMemory::chooses) { // which of its two lists the length chooses
    for (const double length : {1.0, 1e9})
      choices.add({other_parameter(choices, "factors", std::string(length > 1 ? "long" : "short"))}, config, length);
    return;
  }
  if (scheme_of(config).memory == CallMemory::fixed) {
    choices.add_fitted(
        [&](double value) { return other_parameter(choices, "original_max_position_embeddings", value); }, config,
        [](RopeConfig& c, double v) { set_trained_length(c, v); }, 64, greatest);
    return;
  }
  const double stated = config.scaling.max_position_embeddings;
  choices.add({other_parameter(choices, "seq_len", stated)}, config, std::nullopt);
  if (const auto length = choices.fitted_length(stated, greatest))
    choices.add({other_parameter(choices, "seq_len", *length)}, config, *length);
}

/// Schemes that people choose, by the model's own factor.
void add_other_schemes(FrequencyChoices& choices) {
  const RopeConfig& config = choices.config();
  for (const Scheme* scheme : all_schemes()) {
    if (scheme->type == config.scaling.rope_type || !scheme->offered || !scheme->takes_factor) continue;
    if (const auto changed = with_scheme(config, scheme->type, extension_factor(config)))
      choices.add({other_parameter(choices, "measured_scheme", std::string(scheme->name))}, *changed);
  }
}

/// Frequencies divided where they should be multiplied.
void add_inverted(FrequencyChoices& choices) {
  const Spectrum spectrum = choices.spectrum();
  std::vector<double> inverted;
  for (std::size_t i = 0; i < spectrum.inv_freq.size(); ++i)
    inverted.push_back(spectrum.inv_freq[i] == 0 ? 0
                                                 : spectrum.unscaled[i] * spectrum.unscaled[i] / spectrum.inv_freq[i]);
  choices.add_theta({other_parameter(choices, "inverted", true)}, inverted);
}

/// A ramp upside down: pairs that should keep their frequency are divided by the factor, and the others keep theirs.
void add_ramp_inverted(FrequencyChoices& choices) {
  const RopeConfig& config = choices.config();
  if (scheme_of(config).controls.empty()) return;
  std::vector<RopeConfig> ramps{config};
  for (const Parameter* flag : scheme_of(config).parameters) // whose ends need not be rounded as the model's are
    if (flag->kind == ParameterKind::flag) ramps.push_back(turned_over(config, *flag));
  for (const RopeConfig& ramp : ramps) {
    const Spectrum spectrum = make_spectrum(ramp, choices.seq_len());
    std::vector<double> inverted;
    for (std::size_t i = 0; i < spectrum.inv_freq.size(); ++i)
      inverted.push_back(spectrum.unscaled[i] * (1 + 1 / extension_factor(config)) - spectrum.inv_freq[i]);
    choices.add_theta({other_parameter(choices, "ramp_inverted", true)}, inverted);
    // The pairs between alone, as where the two parts of the mean are exchanged.
    for (std::size_t i = 0; i < inverted.size(); ++i) {
      const double share = spectrum.inv_freq[i] / spectrum.unscaled[i], factor = extension_factor(config);
      if (!(share < 1 && share * factor > 1)) inverted[i] = spectrum.inv_freq[i];
    }
    choices.add_theta({other_parameter(choices, "smoothing_inverted", true)}, inverted);
  }
}

/// A list of factors, one for each pair, that is read from its end.
void add_factors_reversed(FrequencyChoices& choices) {
  if (scheme_of(choices.config()).acts_on != ActsOn::given_factors) return;
  const Spectrum spectrum = choices.spectrum();
  std::vector<double> reversed;
  const std::size_t pairs = spectrum.inv_freq.size();
  for (std::size_t i = 0; i < pairs; ++i) {
    const double theta = spectrum.inv_freq[pairs - 1 - i];
    if (theta == 0) return;
    reversed.push_back(spectrum.unscaled[i] * theta / spectrum.unscaled[pairs - 1 - i]);
  }
  choices.add_theta({other_parameter(choices, "factors_reversed", true)}, reversed);
}

/// Schemes that the config does not ask for, as people write their parameters. Linear scaling is one speed for all
/// pairs, and NTK another base: those are tried as what they are.
void add_unexpected(FrequencyChoices& choices) {
  const RopeConfig& config = choices.config();
  if (pair_count(config) != pair_count(choices.run().rope) || of_patches(config.axes.rule)) return;
  std::set<double> lengths{4096, 8192, 32768};
  if (config.scaling.max_position_embeddings > 0) lengths.insert(config.scaling.max_position_embeddings);
  for (const RopeType type : {RopeType::llama3, RopeType::yarn})
    for (const double length : lengths) {
      auto scaled = with_scheme(config, type, 8);
      if (!scaled) continue;
      set_trained_length(*scaled, length);
      const std::string name(rope_type_name(type));
      choices.add_fitted(
          [&](double factor) {
            return cause::ScalingUnexpected{name, factor, length};
          },
          *scaled, [](RopeConfig& c, double v) { c.scaling.factor = v; }, 1.1, 256);
    }
}

} // namespace

void add_scaling(FrequencyChoices& choices) {
  const RopeConfig& config = choices.config();
  const Scheme& scheme = scheme_of(config);
  // Left out first: the commonest, and without a parameter.
  RopeConfig plain = config;
  plain.scaling.rope_type = RopeType::standard;
  plain.scaling.freq_factors.clear();
  if (scheme.type == RopeType::standard) { // ggml's factors by pair are a scheme of their own
    if (!config.scaling.freq_factors.empty())
      choices.add({cause::ScalingIgnored{"freq_factors", {}}}, plain);
    else
      add_unexpected(choices);
    return;
  }
  choices.add({cause::ScalingIgnored{scheme_name(choices), {}}}, plain);
  add_parameters(choices);
  if (scheme.takes_factor && scheme.acts_on != ActsOn::given_factors)
    choices.add_fitted([&](double value) { return other_parameter(choices, std::string(key::factor.key), value); },
                       config,
                       [](RopeConfig& c, double v) {
                         c.scaling.factor = v;
                         c.scaling.factor_is_null = false;
                         c.scaling.parameters.erase(key::alpha); // which would count instead
                       },
                       key::factor.least, key::factor.greatest);
  // A factor for all pairs alike knows no length.
  if (scheme.acts_on != ActsOn::every_pair && scheme.acts_on != ActsOn::nothing) add_lengths(choices);
  add_other_schemes(choices);
  add_inverted(choices);
  add_ramp_inverted(choices);
  add_factors_reversed(choices);
}

} // namespace ropescope
