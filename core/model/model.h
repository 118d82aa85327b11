#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/rope/config.h"

namespace ropescope {

/// One rotary embedding of a model; models with several name them by layer type ("full_attention",
/// "sliding_attention"), the others have a single one whose layer_type is empty.
struct LayerRope {
  std::string layer_type;
  RopeConfig config;                      ///< rotates: false for the layers without RoPE (Llama 4, SmolLM3: "no_rope")
  std::int64_t layers = 0;                ///< how many of the model's layers; 0 where the file does not tell
  std::vector<std::string> also_called{}; ///< other names of these layers, as the model's own code has them

  bool operator==(const LayerRope&) const = default;
};

/// How it is known which components form a pair.
enum class LayoutSource : std::uint8_t {
  assumed,             ///< no model is named: halves, as in most models
  model_type,          ///< the table of model types has it (core/model/model_types.h)
  stated,              ///< the file says so itself
  unknown_model_type,  ///< the file names a model_type that the table lacks: halves
  no_model_type,       ///< the file names none: halves
  architecture,        ///< the table of GGUF's architectures has it (core/model/gguf_architectures.h)
  unknown_architecture ///< the file names an architecture that the table lacks: halves
};

/// What a person says beside a file.
struct ReadOptions {
  std::string part; ///< which of several parts of the file: "text", "vision" …; empty: the language model
  std::vector<std::string> ignore; ///< keys that are left out, though they change the numbers

  bool operator==(const ReadOptions&) const = default;
};

/// What a file says of a model's rotary embeddings. A plain value, whichever kind of file it came from.
struct Model {
  std::string name;         ///< as a preset or the file carries it, else the file's own name
  std::string source;       ///< where the numbers come from, in a preset
  std::string origin;       ///< what opens it again: a preset's id, a file's path, or a config.json's text
  ReadOptions asked;        ///< and with what a person said beside it
  std::string model_type;   ///< Hugging Face's, e.g. "llama"; of a GGUF file the nearest; empty where none is named
  std::string architecture; ///< a GGUF file's `general.architecture`; else empty
  LayoutSource layout_source = LayoutSource::assumed;
  std::string part;                      ///< which part of the file this is; empty where it has one alone
  std::vector<std::string> parts;        ///< those of the file that rotate; empty where it has one alone
  std::vector<std::string> from_class;   ///< what the file leaves out, as its class has it: "rope_theta 10 000"
  std::vector<LayerRope> layers;         ///< at least one
  std::vector<std::string> layer_names;  ///< of layers that are alike: every name that the file or its class has
  std::vector<std::string> resting;      ///< layer types without attention, or whose attention has no positions
  std::vector<std::int64_t> head_counts; ///< of queries, of keys: each number once and at least 1; empty: not told
  /// The partial_rotary_factor that the file states and its class of transformers 5.24 does not read; 4.57's did, and
  /// kernels elsewhere do. The layers are as 5.24 has them.
  std::optional<double> unread_partial;
  std::vector<std::string> warnings; ///< sentences: what was assumed, which keys were not understood

  bool operator==(const Model&) const = default;
};

/// The rotary embedding of one layer type, by its name or another that these layers have; without a type the
/// full-attention one, else the first that rotates. Throws Error naming the types there are, or saying that such layers
/// have no attention.
const LayerRope& layer_rope(const Model&, const std::optional<std::string>& layer_type);

/// Half a sentence, why the model's components are paired as they are: "as model_type "llama" does".
std::string layout_reason(const Model&);

} // namespace ropescope
