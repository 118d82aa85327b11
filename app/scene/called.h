#pragma once
#include <string>
#include <string_view>

#include "core/model/model.h"

namespace ropescope {

/// What a path is called by people: of a file in the cache of Hugging Face, "org/name"; of a config.json, params.json
/// or the like the folder that it lies in; else the file's own name. What is no path stays as it is.
std::string called(std::string_view path);

/// A model's name; where its file names none, what the file is called.
std::string called(const Model&);

/// The first word of a model's name without its numbers, for lists in groups: "Qwen", "Llama", "DeepSeek".
std::string family_of(std::string_view model_name);

} // namespace ropescope
