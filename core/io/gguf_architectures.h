#pragma once
#include <cstdint>
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

/// What the layers with a sliding window take of rope.freq_base and rope.scaling where the file has no rope.*_swa.
enum class GgufLocal : std::uint8_t {
  none,     ///< no such layers, or turned as the others
  own,      ///< base 10 000, nothing scaled
  unscaled, ///< the base
  same,     ///< both
  alone     ///< both, and the layers without a window do not turn
};

/// What llama.cpp's code fixes for a `general.architecture` and the file need not say.
/// Source: ggml-org/llama.cpp @ 0c1e57098, src/llama-arch.cpp, src/llama-model.cpp (llama_model_rope_type), src/models.
struct GgufArchitecture {
  std::string_view name;
  GgufRope rope = GgufRope::none;
  std::string_view model_type = {}; ///< HF's nearest; empty: the same
  GgufLocal local = GgufLocal::none;
  bool decoupled = false;      ///< rope.dimension_count components of a query turn, in a head of their own (MLA)
  std::int64_t nope_every = 0; ///< each so many-th layer does not turn
};

/// The entry of a `general.architecture`, or null.
const GgufArchitecture* find_gguf_architecture(std::string_view name);

} // namespace ropescope
