#include "app/scene/presets.h"

#include <algorithm>
#include <cctype>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "app/assets.h"
#include "core/error.h"

namespace ropescope {

namespace {

constexpr std::string_view folder = "assets/models/", suffix = ".json";

std::vector<Preset> read_presets() {
  std::vector<Preset> all;
  for (const Asset& file : assets())
    if (file.name.starts_with(folder)) {
      const std::string id(file.name.substr(folder.size(), file.name.size() - folder.size() - suffix.size()));
      all.push_back({id, parse_model_config(file.text, id)});
    }
  std::sort(all.begin(), all.end(), [](const Preset& a, const Preset& b) { return a.id < b.id; });
  return all;
}

bool same_letters(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](unsigned char x, unsigned char y) { return std::tolower(x) == std::tolower(y); });
}

} // namespace

const std::vector<Preset>& presets() {
  static const std::vector<Preset> all = read_presets();
  return all;
}

const Preset& find_preset(std::string_view name) {
  for (const Preset& preset : presets())
    if (same_letters(preset.id, name) || same_letters(preset.model.name, name)) return preset;
  std::vector<std::string_view> ids;
  for (const Preset& preset : presets()) ids.push_back(preset.id);
  throw Error(fmt::format("no model \"{}\", expected one of {}", name, fmt::join(ids, ", ")));
}

} // namespace ropescope
