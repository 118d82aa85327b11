#pragma once
#include <string>

#include "core/gguf/gguf_file.h"
#include "core/model/model.h"

namespace ropescope {

/// What a GGUF file's metadata says of rotary embeddings, and what llama.cpp makes of it: the keys `A.rope.*` and
/// `A.attention.*` of the `general.architecture` A, its defaults, and the tensors rope_freqs, rope_factors_long and
/// rope_factors_short (Llama 3's scaling and LongRoPE travel as these). No other tensor is read. Layers are pairs as
/// llama.cpp turns them, which stores Llama's weights for interleaved ones. YaRN's beta_fast and beta_slow are the
/// file's where llama.cpp goes by its own, and Qwen3-VL's pairs turn by Hugging Face's rule; the warnings say so, and
/// name the keys about rotary embeddings that are not understood. `name` is the file's in errors, and the model's where
/// the metadata has none.
/// Source: ggml-org/llama.cpp @ 0c1e57098, src/llama-model.cpp, src/llama-context.cpp, src/models/*.cpp.
/// Throws Error: not GGUF 2 or 3, a claim that the file does not hold, an architecture without a rotary embedding, a
/// number out of range.
Model read_gguf(InputFile&, const std::string& name);

} // namespace ropescope
