#pragma once
#include <string_view>
#include <vector>

#include "core/rope/config.h"

namespace ropescope {

/// What the code of a model class fixes and its config.json need not say.
/// Source: the modeling_*.py and configuration_*.py of transformers 5.16.0.dev0 @ decba1d2.
struct ModelType {
  std::string_view name; ///< HF's `model_type`
  PairLayout layout = {};
  double default_theta = 10000;
  double default_partial = 1; ///< of head_dim, where the file has no partial_rotary_factor
  Rounding rounding = Rounding::each_step;
  AxisRule axis_rule = AxisRule::single; ///< the model's own, whatever its file says
  std::int64_t default_head_dim = 0;     ///< where the file has no head_dim; 0: hidden_size / num_attention_heads
};

/// The mrope_section that a class takes where its file has none: of the sections known for its axis rule those that
/// fill `pairs` pairs; else empty.
std::vector<std::int64_t> default_sections(AxisRule, std::int64_t pairs);

/// The entry of a `model_type`, or null where we know nothing of it (then: half, 10 000, whole head).
const ModelType* find_model_type(std::string_view name);

} // namespace ropescope
