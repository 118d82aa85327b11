#include "app/scene/opened.h"

#include "app/scene/scene_file.h"
#include "core/open/model_file.h"

namespace ropescope {

Opened read_opened(const std::filesystem::path& path) {
  if (const auto scene = scene_or_model(path)) return {take_json(*scene, path.filename().string())};
  return {read_model(path)};
}

} // namespace ropescope
