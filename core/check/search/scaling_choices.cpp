#include "core/check/search/scaling_choices.h"

#include <string>
#include <utility>

#include "core/check/causes/scaling_ignored.h"
#include "core/check/causes/scaling_parameters.h"

namespace ropescope {

namespace {

std::string scheme_of(const FrequencyChoices& choices) {
  return std::string(rope_type_name(choices.config().scaling.rope_type));
}

Cause other_parameter(const FrequencyChoices& choices, std::string parameter, ParameterValue value) {
  return cause::ScalingParameters{scheme_of(choices), std::move(parameter), std::move(value)};
}

/// A parameter of the scheme that is a number, by its key in config.json, and between which values it is sought.
struct FittedParameter {
  const char* key;
  FrequencyChoices::Change set;
  double least, greatest;
};

void add_parameter(FrequencyChoices& choices, const FittedParameter& parameter) {
  choices.add_fitted([&](double value) { return other_parameter(choices, parameter.key, value); }, choices.config(),
                     parameter.set, parameter.least, parameter.greatest);
}

void add_yarn(FrequencyChoices& choices) {
  // Switches are tried, numbers fitted.
  RopeConfig changed = choices.config();
  changed.scaling.truncate = !changed.scaling.truncate;
  choices.add({other_parameter(choices, "truncate", changed.scaling.truncate)}, changed);
  changed = choices.config();
  // beta_fast and beta_slow in each other's place, as their names invite; with either rounding.
  std::swap(changed.scaling.beta_fast, changed.scaling.beta_slow);
  choices.add({other_parameter(choices, "beta_swapped", true)}, changed);
  changed.scaling.truncate = !changed.scaling.truncate;
  choices.add({other_parameter(choices, "beta_swapped", true)}, changed);
  add_parameter(choices, {"beta_fast", [](RopeConfig& c, double v) { c.scaling.beta_fast = v; }, 1.01, 1000});
  add_parameter(choices, {"beta_slow", [](RopeConfig& c, double v) { c.scaling.beta_slow = v; }, 0.01, 31});
}

/// The two ends of Llama 3's ramp, each on its side of the other.
void add_llama3(FrequencyChoices& choices) {
  const Scaling& scaling = choices.config().scaling;
  add_parameter(choices, {"low_freq_factor", [](RopeConfig& c, double v) { c.scaling.low_freq_factor = v; }, 0.05,
                          scaling.high_freq_factor * 0.999});
  add_parameter(choices, {"high_freq_factor", [](RopeConfig& c, double v) { c.scaling.high_freq_factor = v; },
                          scaling.low_freq_factor * 1.001, 64});
}

/// Of what length the kernel took the context to be.
void add_lengths(FrequencyChoices& choices) {
  constexpr double greatest = 1e7; // tokens, beyond any model's
  const RopeConfig& config = choices.config();
  if (config.scaling.rope_type == RopeType::longrope) { // which of its two lists the length chooses
    for (const double length : {1.0, 1e9})
      choices.add({other_parameter(choices, "factors", std::string(length > 1 ? "long" : "short"))}, config, length);
    return;
  }
  if (!is_dynamic(config.scaling.rope_type)) {
    add_parameter(choices, {"original_max_position_embeddings",
                            [](RopeConfig& c, double v) { set_trained_length(c, v); }, 64, greatest});
    return;
  }
  const double stated = config.scaling.max_position_embeddings;
  choices.add({other_parameter(choices, "seq_len", stated)}, config, std::nullopt);
  if (const auto length = choices.fitted_length(stated, greatest))
    choices.add({other_parameter(choices, "seq_len", *length)}, config, *length);
}

void add_other_schemes(FrequencyChoices& choices) {
  const RopeConfig& config = choices.config();
  for (const RopeType type : {RopeType::linear, RopeType::ntk, RopeType::yarn, RopeType::llama3, RopeType::dynamic}) {
    // By the model's own factor.
    if (type == config.scaling.rope_type) continue;
    if (const auto changed = with_scheme(config, type, extension_factor(config)))
      choices.add({other_parameter(choices, "measured_scheme", std::string(rope_type_name(type)))}, *changed);
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

} // namespace

void add_scaling(FrequencyChoices& choices) {
  const RopeType type = choices.config().scaling.rope_type;
  // Left out first: the commonest, and without a parameter.
  RopeConfig plain = choices.config();
  plain.scaling.rope_type = RopeType::standard;
  plain.scaling.freq_factors.clear();
  if (type == RopeType::standard) { // ggml's factors by pair are a scheme of their own
    if (!choices.config().scaling.freq_factors.empty()) choices.add({cause::ScalingIgnored{"freq_factors", {}}}, plain);
    return;
  }
  choices.add({cause::ScalingIgnored{scheme_of(choices), {}}}, plain);
  if (type == RopeType::yarn) add_yarn(choices);
  if (type == RopeType::llama3) add_llama3(choices);
  if (type != RopeType::longrope && type != RopeType::proportional)
    add_parameter(choices, {"factor",
                            [](RopeConfig& c, double v) {
                              c.scaling.factor = v;
                              c.scaling.factor_is_null = false;
                              c.scaling.alpha.reset();
                            },
                            1.0 / 64, 4096});
  if (type != RopeType::linear && type != RopeType::proportional) add_lengths(choices);
  add_other_schemes(choices);
  add_inverted(choices);
}

} // namespace ropescope
