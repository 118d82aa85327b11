#include "core/config/keys.h"

#include <algorithm>
#include <iterator>

namespace ropescope::config {

namespace {

// Keys that make a file a rotary model's, so that others are refused and not read as defaults.
constexpr std::string_view rope_keys[] = {"rope_theta",           "rope_scaling",        "rope_parameters",
                                          "rotary_dim",           "rotary_pct",          "rotary_emb_base",
                                          "rope_ratio",           "global_rope_theta",   "local_rope_theta",
                                          "rope_local_base_freq", "compress_rope_theta", "partial_rotary_factor",
                                          "qk_rope_head_dim",     "rotary_base",         "mrope_section"};

/// Keys of a config.json itself that concern the rotation and are read, or change nothing of it.
constexpr std::string_view understood[] = {
    // clang-format off
    "rope_theta", "rope_scaling", "rope_parameters", "rotary_dim", "rotary_pct", "rotary_emb_base", "rope_ratio",
    "global_rope_theta", "local_rope_theta", "rope_local_base_freq", "compress_rope_theta", "swa_rope_theta",
    "partial_rotary_factor", "qk_rope_head_dim", "qk_nope_head_dim", "rotary_base", "rope_interleave",
    "no_rope_layers", "no_rope_layer_interval", "xpos_rel_pos", "xpos_scale_base", "original_rope",
    // clang-format on
};

/// Whether a key's name says that it is about rotary embeddings.
bool concerns_rope(std::string_view key) {
  for (const std::string_view part : {"rope", "rotary", "xpos", "ntk", "yarn", "llama_4_scaling"})
    if (key.find(part) != std::string_view::npos && !key.starts_with('_')) return true;
  return false;
}

} // namespace

bool has_rope_key(const Json& object) {
  return std::any_of(std::begin(rope_keys), std::end(rope_keys),
                     [&](std::string_view key) { return object.contains(key); });
}

bool has_rope_value(const Json& object) {
  return std::any_of(std::begin(rope_keys), std::end(rope_keys),
                     [&](std::string_view key) { return present(object, key); });
}

void warn_of_unknown_keys(const Object& config) {
  for (const auto& [key, value] : config.json().items())
    if (concerns_rope(key) && std::find(std::begin(understood), std::end(understood), key) == std::end(understood))
      config.warn(fmt::format("{} is not understood and has no effect here", config.place_of(key)));
}

void warn_of_unread_keys(const Object& config, const Model& model) {
  const RopeConfig& rope = model.layers.front().config;
  const Json* interleave = config.find("rope_interleave");
  // Models that read pairs interleaved and write halves are those whose code asks for the key.
  // There the value has taken effect already (set_code).
  const bool reads_interleave = config.code().layout.output != config.code().layout.pairing;
  if (interleave && interleave->is_boolean() && interleave->get<bool>() && !reads_interleave &&
      rope.layout.pairs.pairing == Pairing::half)
    config.warn(fmt::format("{} has no effect: {}", config.place_of("rope_interleave"), layout_reason(model)));
  if (config.find("rope_scaling") && config.find("rope_parameters"))
    config.warn(fmt::format("{} has no effect beside rope_scaling", config.place_of("rope_parameters")));
  if (config.find("xpos_scale_base") && !rope.attention.xpos_scale_base)
    config.warn(fmt::format("{} has no effect without xpos_rel_pos", config.place_of("xpos_scale_base")));
  if (config.find("compress_rope_theta") && !config.code().compressed_layers)
    config.warn(fmt::format("{} has no effect: DeepSeek-V4 alone reads it", config.place_of("compress_rope_theta")));
}

} // namespace ropescope::config
