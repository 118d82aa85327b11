#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "core/rope/config.h"
#include "core/rope/phase.h"
#include "core/rope/positions.h"
#include "core/rope/recipe.h"

namespace ropescope {

/// The five modes of ggml's rope, with their numbers in its API.
enum class GgmlMode : std::uint8_t { normal = 0, neox = 2, mrope = 8, vision = 24, imrope = 40 };

/// The parameters of ggml_rope_ext and ggml_rope_multi, as its API names them.
/// Source: ggml-org/ggml @ d99724f2, include/ggml.h and src/ggml-cpu/ops.cpp.
struct GgmlRope {
  GgmlMode mode = GgmlMode::normal;
  std::int64_t head_dim = 128; ///< ne0
  std::int64_t n_dims = 128;   ///< components that turn; in `vision` half of them
  std::int64_t n_ctx_orig = 0; ///< tokens
  double freq_base = 10000, freq_scale = 1, ext_factor = 0, attn_factor = 1, beta_fast = 32, beta_slow = 1;
  std::array<std::int64_t, 4> sections{}; ///< pairs of t, h, w, e
  std::vector<float> freq_factors;        ///< divide the angles; empty: none
  std::int64_t offset = 0;                ///< ggml_rope_set_offset: components before the rotary part
  bool backward = false;                  ///< the gradient: by the opposite angle, gains as they are
};

/// The same rotation as a RopeConfig, from which a Spectrum makes the exact one. What ggml guards differently from
/// Hugging Face (a ramp of no width) differs only there. `backward` becomes the layout's direction.
RopeConfig config_of(const GgmlRope&);

/// Whether ggml has a rope for such axes and an even rotary_dim.
bool has_ggml_rope(const RopeConfig&);

/// How llama.cpp would carry a model's frequencies: linear scaling and YaRN by their own parameters, whatever else a
/// scheme does to a pair as a frequency factor; cos and sin are multiplied by `attention_factor` in all.
GgmlRope ggml_of(const RopeConfig&, std::optional<double> seq_len, double attention_factor);

/// ggml's float32 cos and sin of every [token][pair], times its gain, in its order of operations: `recurrence` as its
/// CPU code, `power` as its GPU kernels. Positions of one axis, or of four (t, h, w, e) in the last three modes; of as
/// many as `pair_axis` names where that is given.
std::vector<CosSin<float>> ggml_table(const GgmlRope&, const Positions&, AngleRule,
                                      std::span<const std::uint8_t> pair_axis = {});

} // namespace ropescope
