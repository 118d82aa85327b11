#pragma once
#include <cstdint>
#include <span>
#include <string_view>

namespace ropescope {

/// How llama.cpp turns the models of an architecture.
enum class GgufRope : std::uint8_t {
  none,            ///< not at all
  normal,          ///< LLAMA_ROPE_TYPE_NORM: interleaved pairs
  neox,            ///< halves
  mrope,           ///< halves, pairs by sections
  imrope,          ///< halves, pairs by sections, interleaved
  normal_or_mrope, ///< by whether the file has sections
  neox_or_mrope
};

/// What the layers with a sliding window (local layers) do with rope.freq_base (the base) and rope.scaling, which the
/// file states for the other layers; where it has keys rope.*_swa, these count instead.
enum class GgufLocal : std::uint8_t {
  none,     ///< the model has no local layers, or they turn exactly as the others do
  own,      ///< they take neither: their base is 10 000, and nothing is scaled
  unscaled, ///< they take the base, and nothing is scaled
  same,     ///< they take the base and the scaling
  alone     ///< they take both, and only they turn: the layers without a window have no RoPE
};

/// What an architecture's code multiplies queries by where the file has attention.temperature_scale: QueryScale::
/// ministral3, whose floor it takes from here.
enum class GgufQueryScale : std::uint8_t {
  none,
  trained_length, ///< the trained length
  stated_length   ///< attention.temperature_length, else the trained length
};

/// Whether an architecture's code divides frequencies by the tensors rope_freqs, rope_factors_long and
/// rope_factors_short.
enum class GgufFactors : std::uint8_t {
  none,    ///< it reads none of them
  allowed, ///< where the file has them
  required ///< it does not load a model without rope_freqs
};

/// What llama.cpp's code fixes for a `general.architecture` and the file need not say. What most do is the default.
/// Source: ggml-org/llama.cpp @ 0c1e57098, src/llama-arch.cpp, src/llama-model.cpp (llama_model_rope_type), src/models.
struct GgufArchitecture {
  std::string_view name = {};
  GgufRope rope = GgufRope::none;
  std::string_view model_type = {}; ///< HF's nearest; empty: the same
  std::string_view part = {};       ///< what a file of it is instead of a language model, with its article

  GgufLocal local = GgufLocal::none;
  bool decoupled = false;           ///< rope.dimension_count components of a query turn, in a head of their own (MLA)
  bool half_without_window = false; ///< layers without a window turn half of rope.dimension_count
  bool compressed_layers = false;   ///< those alone are scaled, and turn by attention.compress_rope_freq_base

  bool local_base_is_read = true;    ///< rope.freq_base_swa, by those with local layers
  bool dense_layers_turn = false;    ///< the first leading_dense_block_count layers turn, whatever `local` is
  std::int64_t rope_block_count = 0; ///< turns only in models of so many layers; 0: in all
  GgufFactors factors = GgufFactors::none;

  bool reads_alpha = false;         ///< rope.scaling.alpha, NTK-aware scaling
  bool reads_betas = false;         ///< YaRN goes by the file's beta_fast and beta_slow; else by 32 and 1
  bool reads_ext_factor = false;    ///< YaRN goes by the file's yarn_ext_factor and yarn_attn_factor
  double beta_fast = 32;            ///< YaRN's, where the file has none
  double log_multiplier_unit = 0;   ///< rope.scaling.yarn_log_multiplier is mscale_all_dim times this; 0: not read
  bool mscale_as_all_dim = false;   ///< YaRN's mscale is mscale_all_dim; else 1
  bool scales_softmax = false;      ///< the softmax scale takes the magnitude of mscale_all_dim, squared
  bool finetuned_is_switch = false; ///< rope.scaling.finetuned false: no rotary embedding at all

  std::int64_t nope_every = 0;      ///< each so many-th layer does not turn; 0: all do
  bool nope_needs_window = false;   ///< all layers turn where attention.sliding_window is 0
  bool nope_scales_queries = false; ///< layers without RoPE multiply queries as QueryScale::llama4 does
  GgufQueryScale query_scale = GgufQueryScale::none;
};

/// Every row, by name.
std::span<const GgufArchitecture> gguf_architectures();

/// The entry of a `general.architecture`, or null.
const GgufArchitecture* find_gguf_architecture(std::string_view name);

} // namespace ropescope
