#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "core/config/config_json.h"

namespace ropescope {

/// A model that the program knows: a config.json of assets/models/, which goes the way every file goes.
struct Preset {
  std::string id; ///< the file's stem, "llama-3.1-8b"; what `--model` takes
  Model model;
};

/// Sorted by id. Read once.
const std::vector<Preset>& presets();

/// By id or by name, whatever their case; by its id it is the only file that is read. Throws Error naming the ids where
/// there is none.
Preset find_preset(std::string_view name);

/// A model by its origin: a preset's id or name, a file's path, or the text of a config.json, which begins with "{".
/// Throws Error.
Model open_model(const std::string& origin);

} // namespace ropescope
