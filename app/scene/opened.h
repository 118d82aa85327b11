#pragma once
#include <filesystem>
#include <string>
#include <variant>

#include "app/scene/scene_json.h"
#include "core/model/model.h"

namespace ropescope {

/// What a file that a person opens turned out to hold.
struct Opened {
  std::filesystem::path path;
  std::variant<Model, Taken> held; ///< a model; or a scene, its own or carried by a picture
};

/// Reads it, whatever of the two it is. Throws Error.
Opened read_opened(const std::filesystem::path&);

} // namespace ropescope
