#pragma once
#include <optional>

#include "core/io/json_value-inl.h"

namespace ropescope::config {

/// A model's file as its authors' own code reads it (params.json of Meta, Mistral AI, executorch, and of DeepSeek's
/// inference code), in the words of a Hugging Face config.json; nothing where it is none of these. Numbers that the
/// file leaves out are those of that code. Throws Error where one is of the wrong kind. Source: meta-llama/llama-models
/// @ main, models/llama3/model.py; mistralai/mistral-inference, transformer.py and args.py; pytorch/executorch @
/// cff6f4dd, examples/models/llama/model_args.py; deepseek-ai/DeepSeek-V3 @ 9b4e9788, inference/model.py.
std::optional<Json> from_native(const Json& root);

} // namespace ropescope::config
