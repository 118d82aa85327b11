#include "app/scene/presets.h"

#include <algorithm>
#include <cctype>
#include <filesystem>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include "app/assets/assets.h"
#include "core/error.h"
#include "core/open/model_file.h"

namespace ropescope {

namespace {

constexpr std::string_view folder = "assets/models/", suffix = ".json";

bool is_preset(const Asset& file) { return file.name.starts_with(folder); }

std::string_view id_of(const Asset& file) {
  return file.name.substr(folder.size(), file.name.size() - folder.size() - suffix.size());
}

Preset read_preset(const Asset& file) {
  const std::string id(id_of(file));
  Preset preset{id, parse_model_config(file.text, id)};
  preset.model.origin = id;
  return preset;
}

std::vector<Preset> read_presets() {
  std::vector<Preset> all;
  for (const Asset& file : assets())
    if (is_preset(file)) all.push_back(read_preset(file));
  std::sort(all.begin(), all.end(), [](const Preset& a, const Preset& b) { return a.id < b.id; });
  return all;
}

/// Upper and lower case count as equal, for ASCII.
bool same_letters(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](unsigned char x, unsigned char y) { return std::tolower(x) == std::tolower(y); });
}

} // namespace

const std::vector<Preset>& presets() {
  // Read when first asked for: a start with one model, found by its id below, reads that one file alone.
  static const std::vector<Preset> all = read_presets();
  return all;
}

Preset find_preset(std::string_view name) {
  for (const Asset& file : assets())
    if (is_preset(file) && same_letters(id_of(file), name)) return read_preset(file);
  for (const Preset& preset : presets())
    if (same_letters(preset.model.name, name)) return preset;
  std::vector<std::string_view> ids;
  for (const Preset& preset : presets()) ids.push_back(preset.id);
  throw Error(fmt::format("no model \"{}\", expected one of {}", name, fmt::join(ids, ", ")));
}

Model open_model(const std::string& origin) {
  if (origin.starts_with("{")) {
    Model model = parse_model_config(origin, "config");
    model.origin = nlohmann::ordered_json::parse(origin).dump(); // one text for one object, however it was laid out
    return model;
  }
  const bool is_path = origin.find('/') != std::string::npos || std::filesystem::exists(origin);
  return is_path ? read_model(origin) : find_preset(origin).model;
}

} // namespace ropescope
