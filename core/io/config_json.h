#pragma once
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/rope/config.h"

namespace ropescope {

/// One rotary embedding of a model; models with several name them by layer type ("full_attention",
/// "sliding_attention"), the others have a single one whose layer_type is empty.
struct LayerRope {
  std::string layer_type;
  RopeConfig config;       ///< rotates: false for the layers without RoPE (Llama 4, SmolLM3: "no_rope")
  std::int64_t layers = 0; ///< how many of the model's layers; 0 where the file does not tell
  bool operator==(const LayerRope&) const = default;
};

/// What a config.json says of rotary embeddings.
struct ModelConfig {
  std::string name;                  ///< as our own presets carry it, else the file's
  std::string source;                ///< where the numbers come from, in a preset of ours
  std::vector<LayerRope> layers;     ///< at least one
  std::vector<std::string> warnings; ///< sentences: what was assumed, which keys were not understood
  bool operator==(const ModelConfig&) const = default;
};

/// Reads the text of a Hugging Face config.json in either schema: `rope_theta` + `rope_scaling`, or the
/// `rope_parameters` of transformers 5, flat or per layer type; and the older keys of GPT-NeoX, GPT-J, Phi,
/// ChatGLM, Gemma 3, ModernBERT, OLMo 3. `name` appears in errors. Defaults are those of transformers
/// 5.16.0.dev0 @ decba1d2. Keys that concern the rotation and are not understood are named in the warnings.
/// Throws Error: not JSON, no rope key at all, a number out of range, an unknown type.
ModelConfig parse_model_config(std::string_view text, const std::string& name);

/// The same from a file, or from a GGUF file's metadata (core/io/gguf.h), by content.
ModelConfig read_model_config(const std::filesystem::path&);

/// The rotary embedding of one layer type; without a type the full-attention one, else the first that rotates.
/// Throws Error naming the types there are.
const LayerRope& layer_rope(const ModelConfig&, const std::optional<std::string>& layer_type);

/// Sets one key of a config.json's rope parameters (or of the file itself: "head_dim", "rope_theta",
/// "max_position_embeddings" …) from JSON text; text that is no JSON counts as a string.
/// Throws Error for an unknown key or a value of the wrong kind. Validates nothing else.
void set_parameter(RopeConfig&, std::string_view key, std::string_view json_value);

} // namespace ropescope
