#include "core/config/keys.h"

#include <algorithm>
#include <iterator>

namespace ropescope::config {

namespace {

// Keys that make a file a rotary model's, so that others are refused and not read as defaults. Other spellings have
// become these (plain.h).
constexpr std::string_view rope_keys[] = {"rope_theta",           "rope_scaling",        "rope_parameters",
                                          "rotary_dim",           "rotary_pct",          "rope_ratio",
                                          "rope_local_base_freq", "compress_rope_theta", "partial_rotary_factor",
                                          "qk_rope_head_dim",     "mrope_section",       "layer_rope_theta",
                                          "original_rope"};

/// Keys of a config.json itself that concern the rotation and are read, or change nothing of it.
constexpr std::string_view understood[] = {
    // clang-format off
    "rope_theta", "rope_scaling", "rope_parameters", "rotary_dim", "rotary_pct", "rope_ratio", "rope_local_base_freq",
    "compress_rope_theta", "partial_rotary_factor", "partial_rotary_factors", "layer_rope_theta", "qk_rope_head_dim",
    "qk_nope_head_dim", "rope_interleave", "rotary_interleaved", "no_rope_layers", "no_rope_layer_interval", "rope_scaling_layers",
    "xpos_rel_pos", "xpos_scale_base", "original_rope", "use_rope", "use_rotary_embeddings", "use_rotary_embedding", "rope_embeddings", "rope", "use_nope",
    "mla_use_nope", "use_mem_rope", "rotary_value", "rope_max_length", "rope_full_precision",
    "use_interpolated_rotary_pos_emb",
    // clang-format on
};

/// Keys that change the numbers and are honoured by nothing here, and what they are.
struct Dishonoured {
  std::string_view key, what;
};
constexpr Dishonoured dishonoured[] = {
    {"use_scaled_rope", "it scales frequencies by numbers that the file does not have"},
    {"rope_position_scale", "it scales positions"},
    {"use_fope", "it mixes cosines and sines of many frequencies, which is no rotation"},
    {"position_encoding_2d", "it turns each half of a head by a position of its own"},
    {"fope_num_inv_freq", "it mixes cosines and sines of many frequencies, which is no rotation"},
    {"fope_init_factor", "it mixes cosines and sines of many frequencies, which is no rotation"},
    {"fope_sep_head", "it mixes cosines and sines of many frequencies, which is no rotation"},
};

/// The same, unless the class is wholly known and does not read them.
constexpr Dishonoured of_other_code[] = {
    {"rope_type", "it names a scaling, and no rope_parameters say by what it scales"},
    {"rope_condense_ratio", "it divides positions"},
};

/// Keys that change scores beside the rotation and are not computed here.
constexpr Dishonoured beside[] = {
    {"use_dynamic_ntk", "beyond the trained length the base grows with each doubling, which is not computed here"},
    {"use_logn_attn", "queries beyond the trained length are scaled by a logarithm, which is not computed here"},
};

/// Whether a key's name says that it is about rotary embeddings, and about what they turn by.
bool concerns_rope(std::string_view key) {
  if (key.find("dropout") != std::string_view::npos || key.ends_with("_sizes")) return false;
  for (const std::string_view part : {"rope", "rotary", "xpos", "ntk", "yarn", "llama_4_scaling"})
    if (key.find(part) != std::string_view::npos && !key.starts_with('_')) return true;
  return false;
}

bool has_word(std::string_view key, std::string_view word) { return key.find(word) != std::string_view::npos; }

/// A key that says: not this, not here, or as it would be anyway.
bool is_off(std::string_view key, const Json& value) {
  if (value.is_null() || value.empty()) return true; // of a number or true, empty() is false
  if (value.is_boolean()) return !value.get<bool>();
  if (value.is_string())
    return value == "" || value == "none" || value == "default" || value == "original" || value == "rope";
  if (!value.is_number()) return false;
  const double number = value.get<double>();
  const bool multiplies =
      has_word(key, "factor") || has_word(key, "scale") || has_word(key, "fraction") || has_word(key, "ratio");
  return number == 0 || (multiplies && number == 1);
}

template <std::size_t N>
const Dishonoured* row_of(const Dishonoured (&rows)[N], std::string_view key) {
  const auto found = std::find_if(std::begin(rows), std::end(rows), [&](const auto& row) { return row.key == key; });
  return found == std::end(rows) ? nullptr : found;
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

bool states_frequencies(const Json& object) {
  for (const std::string_view key : rope_keys)
    if (key.find("dim") == std::string_view::npos && key.find("rotary") == std::string_view::npos &&
        present(object, key))
      return true;
  return false;
}

bool states_rotation(const Json& object) {
  for (const char* key : {"position_embedding_type", "position_embeddings_type"})
    if (const Json* value = present(object, key); value && (*value == "rope" || *value == "rotary")) return true;
  for (const char* key :
       {"use_rope", "use_rotary_embeddings", "use_rotary_embedding", "rope_embeddings", "rope", "use_mem_rope"})
    if (const Json* value = present(object, key); value && value->is_boolean() && value->get<bool>()) return true;
  return false;
}

void judge_other_key(const Object& config, std::string_view key, const Json& value, const std::string& place) {
  if (is_off(key, value)) return;
  const bool unread = config.is_measured() && !config.values()->has(key);
  const Dishonoured* refused = row_of(dishonoured, key);
  if (!refused && !unread) refused = row_of(of_other_code, key);
  if (refused)
    throw Error(fmt::format("{} is {}, which cannot be honoured here: {}; ignore {} to go on without it", place,
                            excerpt(value), refused->what, key));
  if (const Dishonoured* row = row_of(beside, key)) return config.warn(fmt::format("{}: {}", place, row->what));
  if (unread)
    return config.warn(
        fmt::format("{} has no effect: the class of model_type \"{}\" does not read it", place, config.model_type()));
  config.warn(fmt::format("{} is not understood: if it changes the rotation, the numbers here are without it", place));
}

void judge_other_keys(const Object& config) {
  for (const auto& [key, value] : config.json().items()) {
    const bool known = std::find(std::begin(understood), std::end(understood), key) != std::end(understood);
    const bool named = row_of(dishonoured, key) || row_of(beside, key);
    if (named || (concerns_rope(key) && !known && !is_other_spelling(key)))
      judge_other_key(config, key, value, config.place_of(key));
  }
}

void warn_of_unread_keys(const Object& config, const Model& model) {
  const RopeConfig& rope = model.layers.front().config;
  const Json* interleave = config.find("rope_interleave");
  // Models that read pairs interleaved and write halves are those whose code asks for the key.
  // There the value has taken effect already (set_code).
  const bool reads_interleave = config.code().layout.output != config.code().layout.pairing;
  if (interleave && interleave->is_boolean() && interleave->get<bool>() && !reads_interleave && config.is_known() &&
      rope.layout.pairs.pairing == Pairing::half)
    config.warn(fmt::format("{} has no effect: {}", config.place_of("rope_interleave"), layout_reason(model)));
  if (config.find("rope_scaling") && config.find("rope_parameters") &&
      *config.find("rope_scaling") != *config.find("rope_parameters"))
    config.warn(fmt::format("{} has no effect beside rope_scaling", config.place_of("rope_parameters")));
  if (config.find("xpos_scale_base") && !rope.attention.xpos_scale_base)
    config.warn(fmt::format("{} has no effect without xpos_rel_pos", config.place_of("xpos_scale_base")));
  if (config.find("compress_rope_theta") && !config.code().compressed_layers)
    config.warn(fmt::format("{} has no effect: model_type \"{}\" does not read it",
                            config.place_of("compress_rope_theta"), config.model_type()));
  // Guessed is what neither the class nor the file says.
  if (!config.is_known() && model.layout_source != LayoutSource::stated)
    config.warn(fmt::format("pairs are {}: {}", rope.layout.pairs.pairing == Pairing::half ? "halves" : "interleaved",
                            layout_reason(model)));
}

} // namespace ropescope::config
