#include "app/scene/called.h"

#include <algorithm>

namespace ropescope {

namespace {

/// "org/name" of "models--org--name".
std::string hub_words(std::string_view folder) {
  const std::size_t bar = folder.find("--");
  std::string name(folder.substr(0, bar));
  if (bar != std::string_view::npos) {
    name += '/';
    name += folder.substr(bar + 2);
  }
  return name;
}

/// Names of files that every model's folder has, so that they tell nothing.
bool is_common_name(std::string_view name) {
  constexpr std::string_view common[] = {"config.json", "params.json", "model.safetensors", "model.gguf",
                                         "adapter_config.json"};
  return std::find(std::begin(common), std::end(common), name) != std::end(common);
}

} // namespace

std::string called(std::string_view path) {
  while (path.size() > 1 && path.back() == '/') path.remove_suffix(1);
  constexpr std::string_view of_hub = "models--";
  const std::size_t at = path.rfind(of_hub);
  if (at != std::string_view::npos && (at == 0 || path[at - 1] == '/')) {
    const std::string_view folder = path.substr(at + of_hub.size());
    const std::string name = hub_words(folder.substr(0, folder.find('/')));
    // Beside the config, a snapshot may hold several files that are models of their own.
    const std::string_view file = path.substr(path.rfind('/') + 1);
    return file.ends_with(".gguf") ? name + "/" + std::string(file) : name;
  }
  const std::size_t slash = path.rfind('/');
  if (slash == std::string_view::npos || slash + 1 == path.size()) return std::string(path);
  const std::string_view file = path.substr(slash + 1), folder = path.substr(0, slash);
  if (!is_common_name(file) || folder.empty()) return std::string(file);
  return std::string(folder.substr(folder.rfind('/') + 1)); // from 0 on where there is no slash
}

std::string called(const Model& model) {
  // A file that names no model has its path as its name.
  return model.name.find('/') == std::string::npos || model.name != model.origin ? model.name : called(model.name);
}

std::string family_of(std::string_view name) {
  if (const std::size_t slash = name.find('/'); slash != std::string_view::npos) name.remove_prefix(slash + 1);
  const auto ends = [](char c) { return c == ' ' || c == '-' || c == '_' || (c >= '0' && c <= '9'); };
  const std::size_t end = static_cast<std::size_t>(std::find_if(name.begin(), name.end(), ends) - name.begin());
  return std::string(name.substr(0, std::max<std::size_t>(end, 1)));
}

} // namespace ropescope
