#include "core/config/scaling.h"

#include <algorithm>
#include <cmath>

#include "core/config/keys.h"
#include "core/config/rope_parameters.h"
#include "core/rope/scheme.h"

namespace ropescope::config {

namespace {

/// Keys that Hugging Face reads without consequence for the rotation, or not at all.
constexpr std::string_view harmless[] = {"_name_or_path", "max_position_embeddings"};

/// Where a parameter is a rope_type that the configuration class of Phi-3 and Phi-4 rewrites.
bool is_renamed(const Object& config, const Json& value) {
  return config.code().yarn_means_longrope && value.is_string() && (value == "su" || value == "yarn");
}

/// A rope_type that files have for what is called otherwise here.
struct OtherType {
  std::string_view name;
  RopeType type;
  double attention_slope = 0; ///< the attention factor is this · ln(factor) + 1, where none is stated; 0: the scheme's
};
constexpr OtherType other_types[] = {
    // vLLM's, of Su's recipe; the NTK-aware scaling that is called so here has no file of that type.
    {"ntk", RopeType::ntk_mixed},
    {"telechat3-yarn", RopeType::yarn, 0.07}, // vllm-project/vllm @ d5a17e05, telechat3
};

const OtherType* other_type(const Json& scaling) {
  const Json* type = present(scaling, "rope_type");
  if (!type) type = present(scaling, "type");
  if (!type || !type->is_string() || present(scaling, "alpha")) return nullptr;
  for (const OtherType& row : other_types)
    if (row.name == type->get_ref<const std::string&>()) return &row;
  return nullptr;
}

/// Whether the type is one of the YaRN authors', whose parameters Hugging Face does not read.
bool is_of_repository(const Json& scaling) {
  for (const char* key : {"rope_type", "type"})
    if (const Json* type = present(scaling, key); type && type->is_string()) {
      const Scheme* known = find_scheme(type->get_ref<const std::string&>());
      return known && known->of_repository;
    }
  return false;
}

/// Parameters that may be set by hand, and that a config.json has elsewhere or not at all.
bool is_ours_alone(std::string_view key, bool of_repository) {
  for (const char* ours : {"max_position_embeddings", "freq_factors", "head_dim", "rotary_dim", "xpos_scale_base"})
    if (key == ours) return true;
  const Parameter* parameter = find_scheme_parameter(key);
  return !of_repository && parameter && parameter->of_repository_alone;
}

/// What Hugging Face raises KeyError for.
void require_keys(const RopeConfig& rope, const Json& scaling, const std::string& where) {
  const Scheme& scheme = scheme_of(rope);
  if (scheme.excuses && scaling.contains(scheme.excuses->key)) return;
  for (const Parameter* parameter : scheme.required)
    if (!scaling.contains(parameter->key))
      throw Error(fmt::format("{} has no \"{}\", which rope_type \"{}\" needs", where, parameter->key, scheme.name));
}

} // namespace

void set_scaling(RopeConfig& rope, const Object& config, const Json& scaling, const std::string& where, Schema schema) {
  // "type" is the older spelling; where both are there, rope_type counts.
  const bool both = scaling.contains("rope_type") && scaling.contains("type");
  // The type decides which keys count, and may stand behind them in the file: looked up first.
  const bool rope_of_repository = is_of_repository(scaling);
  const OtherType* other = other_type(scaling);
  if (other) rope.scaling.rope_type = other->type;
  if (other && other->attention_slope == 0)
    config.warn(
        fmt::format("{}: type \"{}\" is read as vLLM reads it, which is not NTK-aware scaling", where, other->name));
  for (const auto& [key, value] : scaling.items()) {
    const std::string place = fmt::format("{}.{}", where, key);
    if ((both && key == "type") || (other && (key == "type" || key == "rope_type")) || config.is_ignored(key) ||
        config.is_ignored(place))
      continue;
    // null for rope_theta or the part of the head leaves what is set already. For other keys their setter decides.
    if ((key == "type" || key == "rope_type") && is_renamed(config, value))
      rope.scaling.rope_type = RopeType::longrope;
    else if ((key == "rope_theta" || key == "partial_rotary_factor") && value.is_null())
      continue;
    else if (is_rope_parameter(key) && !is_ours_alone(key, rope_of_repository))
      set_rope_parameter(rope, key, value, place);
    else if (std::find(std::begin(harmless), std::end(harmless), key) == std::end(harmless))
      judge_other_key(config, key, value, place);
  }
  // After the loop, when the type is known.
  require_keys(rope, scaling, where);
  if (other && other->attention_slope != 0 && !rope.attention.attention_factor)
    rope.attention.attention_factor = other->attention_slope * std::log(extension_factor(rope)) + 1;
  if (!scaling.contains("rope_type") && !scaling.contains("type") && present(scaling, "factor"))
    config.warn(fmt::format(
        "{}.factor has no effect: no rope_type stands beside it, and Hugging Face scales nothing then", where));
  if (schema == Schema::nested && scaling.contains("truncate")) {
    rope.scaling.set(key::truncate, true);
    config.warn(
        fmt::format("{}.truncate has no effect: Hugging Face reads it from a flat rope_parameters alone", where));
  }
}

void set_compressed(RopeConfig& rope) {
  // Stated as 1: else YaRN would derive its own.
  if (rope.scaling.rope_type == RopeType::yarn) rope.attention.attention_factor = 1.0;
}

} // namespace ropescope::config
