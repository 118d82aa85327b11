#include "core/config/plain.h"

#include <algorithm>
#include <array>

namespace ropescope::config {

namespace {

/// A key that means what another means today, in the same unit.
struct SameMeaning {
  std::string_view key, today;
};

constexpr auto same_meaning = std::to_array<SameMeaning>({
    {"rotary_emb_base", "rope_theta"},       // GPT-NeoX, Qwen, nomic
    {"rotary_base", "rope_theta"},           // GPT-J's relatives, Jina
    {"rope_embedding_base", "rope_theta"},   // Phi-3-small
    {"rope_freq_constant", "rope_theta"},    // OpenELM
    {"rotary_embedding_base", "rope_theta"}, // Wav2Vec2-Conformer
    {"rope_freq_base", "rope_theta"},        // executorch
    {"rope_base", "rope_theta"},             // torchtune
    {"global_rope_theta", "rope_theta"},     // ModernBERT
    {"local_rope_theta", "rope_local_base_freq"},
    {"swa_rope_theta", "rope_local_base_freq"}, // MiMo
    {"rope_local_theta", "rope_local_base_freq"},
    {"rope_pct", "partial_rotary_factor"},            // StableLM's first form
    {"rotary_percent", "partial_rotary_factor"},      // Megatron
    {"rotary_percentage", "partial_rotary_factor"},   // LitGPT
    {"rotary_emb_fraction", "partial_rotary_factor"}, // nomic
    {"rotary_emb_interleaved", "rotary_interleaved"}, // nomic, as flash-attention
    {"rotary_emb_scale_base", "xpos_scale_base"},
    {"max_trained_positions", "original_max_position_embeddings"}, // nomic
});

/// A key whose value says more than one thing.
struct Wrapped {
  std::string_view key;
  void (*unwrap)(Plain&, const Json& value);
};

void take(Plain& plain, const Json& from, std::string_view key, std::string_view today, std::string_view as_spelt) {
  if (const Json* value = present(from, key)) plain.set(today, *value, as_spelt);
}

/// MPT, DBRX: {"rope": true, "rope_theta": 10000, "alibi": false}.
void unwrap_attention(Plain& plain, const Json& value) {
  if (!value.is_object()) return;
  for (const char* key : {"rope_theta", "rope_scaling", "alibi"})
    take(plain, value, key, key, fmt::format("attn_config.{}", key));
  take(plain, value, "rope", "use_rope", "attn_config.rope");
}

/// InternLM: {"base": 10000, "type": "dynamic"}; "origin" scales nothing.
void unwrap_rotary(Plain& plain, const Json& value) {
  if (!value.is_object()) return;
  take(plain, value, "base", "rope_theta", "rotary.base");
  const Json* type = present(value, "type");
  if (!type || !type->is_string() || *type == "origin") return;
  Json scaling{{"type", *type}};
  const Json* factor = present(value, "scaling_factor");
  scaling["factor"] = factor ? *factor : Json(1.0); // InternLMConfig's
  plain.set("rope_scaling", std::move(scaling), "rotary");
}

/// nomic: dynamic NTK of that factor; 1 scales nothing.
void unwrap_scaling_factor(Plain& plain, const Json& value) {
  if (value.is_number() && value != 1)
    plain.set("rope_scaling", {{"type", "dynamic"}, {"factor", value}}, "rotary_scaling_factor");
}

/// StripedHyena (Evo): positions are divided by it, where the file says that they are.
void unwrap_interpolation(Plain& plain, const Json& value) {
  const Json* interpolates = present(plain.json, "use_interpolated_rotary_pos_emb");
  if (value.is_number() && interpolates && *interpolates == true)
    plain.set("rope_scaling", {{"type", "linear"}, {"factor", value}}, "rotary_emb_scaling_factor");
}

constexpr auto wrapped = std::to_array<Wrapped>({
    {"attn_config", unwrap_attention},
    {"rotary", unwrap_rotary},
    {"rotary_scaling_factor", unwrap_scaling_factor},
    {"rotary_emb_scaling_factor", unwrap_interpolation},
});

} // namespace

void Plain::set(std::string_view key, Json value, std::string_view as_spelt) {
  if (present(json, key)) return;
  json[std::string(key)] = std::move(value);
  spelt.insert_or_assign(std::string(key), std::string(as_spelt));
}

Plain plain(const Json& part) {
  Plain result{part, {}};
  for (const SameMeaning& row : same_meaning)
    if (const Json* value = present(part, row.key)) result.set(row.today, *value, row.key);
  for (const Wrapped& row : wrapped)
    if (const Json* value = present(part, row.key)) row.unwrap(result, *value);
  return result;
}

bool is_other_spelling(std::string_view key) {
  const auto is = [&](const auto& row) { return row.key == key; };
  return std::any_of(same_meaning.begin(), same_meaning.end(), is) || std::any_of(wrapped.begin(), wrapped.end(), is);
}

} // namespace ropescope::config
