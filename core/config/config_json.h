#pragma once
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/model/model.h"
#include "core/rope/config.h"

namespace ropescope {

/// The numbers of the tensor whose name ends so; nothing where there is none.
using TensorReader = std::function<std::optional<std::vector<double>>(std::string_view name_ending)>;

/// Reads the text of a Hugging Face config.json in either schema: `rope_theta` + `rope_scaling`, or the
/// `rope_parameters` of transformers 5, flat or per layer type; and the older keys of GPT-NeoX, GPT-J, Phi,
/// ChatGLM, Gemma 3, ModernBERT, OLMo 3. `name` appears in errors. Defaults are those of transformers
/// 5.16.0.dev0 @ decba1d2. Keys that concern the rotation and are not understood are named in the warnings.
/// Time and memory grow with the text, memory to some 30 MB beside it.
/// Throws Error: not JSON, no rope key at all, a number out of range, an unknown type, more than 262 144 values.
/// `tensor`: asked for numbers that a model's checkpoint alone has (LeRoPE's learned factors).
Model parse_model_config(std::string_view text, const std::string& name, const ReadOptions& = {},
                         const TensorReader& tensor = {});

/// Sets one key of a config.json's rope parameters (or of the file itself: "head_dim", "rope_theta",
/// "max_position_embeddings" …) from JSON text; text that is no JSON counts as a string.
/// Throws Error for an unknown key or a value of the wrong kind. Validates nothing else.
void set_parameter(RopeConfig&, std::string_view key, std::string_view json_value);

} // namespace ropescope
