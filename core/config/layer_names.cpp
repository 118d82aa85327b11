#include "core/config/layer_names.h"

#include <algorithm>

#include "core/model/layer_types.h"

namespace ropescope::config {

namespace {

void add_once(std::vector<std::string>& names, std::string_view name) {
  if (std::find(names.begin(), names.end(), name) == names.end()) names.emplace_back(name);
}

} // namespace

std::vector<std::string> layer_types(const Object& config) {
  const Json* types = config.find("layer_types");
  if (!types || !types->is_array())
    return config.values() ? config.values()->list("layer_types") : std::vector<std::string>();
  std::vector<std::string> names;
  for (const Json& type : *types)
    if (type.is_string()) add_once(names, type.get_ref<const std::string&>());
  return names;
}

std::vector<std::string> layer_names(const Object& config) {
  const std::vector<std::string> types = layer_types(config);
  std::vector<std::string> names = types;
  for (const std::string& type : types) add_once(names, name_of_today(type));
  return names;
}

std::vector<std::string> resting_layers(const Object& config) {
  std::vector<std::string> names = layer_names(config);
  std::erase_if(names, [](const std::string& name) { return has_attention(name); });
  return names;
}

} // namespace ropescope::config
