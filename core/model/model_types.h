#pragma once
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "core/rope/config.h"

namespace ropescope {

/// Whether a model's full-attention layers have a rotary embedding.
enum class FullAttention : std::uint8_t {
  turns,
  rests,              ///< never: the sliding layers alone turn (Cohere 2)
  rests_beside_window ///< not where the file has a `sliding_window` (EXAONE 4)
};

/// A file of a model's authors that is no Hugging Face config.json (core/config/native.h).
enum class NativeFormat : std::uint8_t { none, meta, mistral, deepseek, deepseek_v4 };

/// What the code of a model class fixes and its config.json need not say. Columns are as few words as a row needs:
/// what most models do is the default.
/// Source: the modeling_*.py and configuration_*.py of transformers 5.16.0.dev0 @ decba1d2, but where a row names
/// another.
struct ModelType {
  std::string_view name = {}; ///< HF's `model_type`

  PairLayout layout = {};
  double default_theta = 10000;
  double default_partial = 1; ///< of head_dim, where the file has no partial_rotary_factor
  Rounding rounding = Rounding::each_step;
  AxisRule axis_rule = AxisRule::single;    ///< the model's own, whatever its file says
  std::int64_t default_head_dim = 0;        ///< where the file has no head_dim; 0: hidden_size / num_attention_heads
  std::int64_t default_global_head_dim = 0; ///< the same of full-attention layers; 0: as the others
  std::int64_t first_patch = 0;             ///< row and column of an image's first patch

  bool fixed_base = false;          ///< turns by default_theta, whatever rope_theta says
  bool rotary_dim_unread = false;   ///< the file's rotary_dim changes nothing, though the class keeps it
  bool rotary_dim_read = false;     ///< it counts, though the class has no default of it
  bool rotary_pct_alone = false;    ///< partial_rotary_factor is not read, rotary_pct is
  bool rope_inside_head = false;    ///< qk_rope_head_dim components of the whole head turn; else they are a head apart
  bool scales_softmax = false;      ///< the softmax scale takes the magnitude of mscale_all_dim, squared
  bool yarn_means_longrope = false; ///< the configuration class rewrites the types "su" and "yarn" on load

  double local_base = 0;          ///< of sliding layers, where the file has none; 0: they turn as the others
  bool scales_local = false;      ///< rope_scaling counts for the sliding layers too
  bool scales_full_alone = false; ///< where the file scales, sliding layers take default_theta, unscaled
  bool compressed_layers = false; ///< its compressed layers turn by compress_rope_theta, and these alone are scaled

  FullAttention full_attention = FullAttention::turns;
  std::int64_t nope_every = 0;      ///< each so many-th layer does not turn, unless the file says which; 0: none
  bool nope_scales_queries = false; ///< layers without RoPE multiply queries as QueryScale::llama4 does
  std::int64_t head_multiple = 1;   ///< a head is so many times hidden_size / num_attention_heads
  bool turns_whole_rows = false;    ///< before they are split into heads; partial_rotary_factor is of a head and axis

  bool learned_factors = false;                       ///< its checkpoint has a factor for each frequency (LeRoPE)
  bool other_axes = false;                            ///< its axes turn pairs in an order that AxisRule has no name for
  NativeFormat native = NativeFormat::none;           ///< the format that becomes this
  std::span<const std::string_view> rope_layers = {}; ///< names of the layers that turn, where some do not
  std::span<const std::string_view> no_rope_layers = {}; ///< and of the others
};

/// Every row, by name.
std::span<const ModelType> model_types();

/// The entry of a `model_type`, or null where we know nothing of it (then: half, 10 000, whole head).
const ModelType* find_model_type(std::string_view name);

/// The row's name that a format becomes.
std::string_view native_model_type(NativeFormat);

/// The mrope_section that a class takes where its file has none: of the sections known for its axis rule those that
/// fill `pairs` pairs; else empty.
std::vector<std::int64_t> default_sections(AxisRule, std::int64_t pairs);

} // namespace ropescope
