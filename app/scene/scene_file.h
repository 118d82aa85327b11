#pragma once
#include <filesystem>
#include <optional>
#include <string>

namespace ropescope {

/// The JSON of a scene that a file is or carries: a scene's own file, or a picture that this program wrote. Nothing
/// where it is a file of another kind, such as a model's. Throws Error where it cannot be read, or is a picture that
/// carries none.
std::optional<std::string> read_scene_file(const std::filesystem::path&);

/// The same of a file or whatever else a person gives for a model (core/open/model_file.h): folders, streams and names
/// are no scenes, and neither is what cannot be found.
std::optional<std::string> scene_or_model(const std::filesystem::path&);

/// Whether a text is a JSON object that says of itself that it is a scene. A model's config has no such key.
bool is_scene(const std::string& text);

} // namespace ropescope
