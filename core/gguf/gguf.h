#pragma once
#include <string>

#include "core/gguf/gguf_file.h"
#include "core/model/model.h"

namespace ropescope {

/// What a GGUF file's metadata says of rotary embeddings, and what llama.cpp makes of it: the keys `A.rope.*` and
/// `A.attention.*` of the `general.architecture` A, its defaults, and the tensors rope_freqs, rope_factors_long and
/// rope_factors_short (Llama 3's scaling and LongRoPE travel as these). No other tensor is read. Layers are pairs as
/// llama.cpp turns them, which stores Llama's weights for interleaved ones, and numbers are llama.cpp's where it goes
/// by its own (YaRN's beta_fast of 32) though the file states others; Qwen3-VL's pairs alone turn by Hugging Face's
/// rule. The warnings say so, and name the keys about rotary embeddings that are not understood.
/// Of a model that is split into files NAME-00001-of-00003.gguf and so on, any may be given: the metadata is read from
/// part 1 beside it, the tensors from whichever has them. `name` is the file's in errors, and the model's where the
/// metadata has none.
/// Source: ggml-org/llama.cpp @ 0c1e57098, src/llama-model.cpp, src/llama-context.cpp, src/models/*.cpp.
/// Throws Error: not GGUF 2 or 3, a claim that the file does not hold, no model (an adapter, an importance matrix), an
/// architecture without a rotary embedding, a number out of range, a tensor of factors that the numbers depend on and
/// that is missing or may lie in a missing part.
Model read_gguf(InputFile&, const std::string& name);

} // namespace ropescope
