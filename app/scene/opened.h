#pragma once
#include <filesystem>
#include <string>
#include <variant>

#include "app/scene/scene_json.h"
#include "core/model/model.h"

namespace ropescope {

/// What a file or folder that a person opens turned out to hold.
struct Opened {
  std::variant<Model, Taken> held; ///< a model; or a scene, its own or carried by a picture
};

/// Reads it, whatever of the two it is; of models all that read_model() takes (core/open/model_file.h). Throws Error.
Opened read_opened(const std::filesystem::path&);

} // namespace ropescope
