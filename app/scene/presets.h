#pragma once
#include <optional>
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

/// By id or by name, whatever their case; by its id it is the only file that is read. Nothing where there is none.
std::optional<Preset> preset_named(std::string_view name, const ReadOptions& = {});

/// The id of the preset whose id is in a name ("meta-llama/Llama-3.1-8B-Instruct"), else of the one that differs least
/// from it in at most a third of its letters, else of the shortest that has it in its id ("qwen3"). Nothing where there
/// is none.
std::optional<std::string> nearest_preset(std::string_view name);

/// The same as preset_named(). Throws Error naming the nearest where there is none.
Preset find_preset(std::string_view name, const ReadOptions& = {});

/// A model by its origin: a preset's id or name; a path, or what else read_model() takes (core/open/model_file.h); or
/// the text of a config.json, which begins with "{". A file or folder of a preset's name goes before the preset.
/// Throws Error.
Model open_model(const std::string& origin, const ReadOptions& = {});

} // namespace ropescope
