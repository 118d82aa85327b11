#include "app/lecture/lecture_scene.h"

#include <filesystem>
#include <sstream>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "app/assets/assets.h"
#include "app/lecture/handles.h"
#include "app/scene/picture.h"
#include "app/scene/presets.h"
#include "app/scene/scene_json.h"
#include "core/error.h"
#include "core/io/file.h"
#include "core/rope/scheme.h"
#include "core/text.h"

namespace ropescope {

namespace {

using Json = nlohmann::ordered_json;
constexpr std::string_view folder = "assets/lectures/", ending = ".json";
constexpr const char* name_in_sentences = "step"; // taken off again: a trouble says file, line and step itself

std::string without_name(std::string_view words) {
  const std::string begin = fmt::format("{}: ", name_in_sentences);
  if (words.starts_with(begin)) words.remove_prefix(begin.size());
  return std::string(words);
}

std::string refuse_change(std::string_view change) {
  try {
    for (const auto& [row, value] : read_patch(change, name_in_sentences))
      if (!is_null(value)) require_allowed(*row, value);
  } catch (const Error& error) {
    return without_name(error.what());
  }
  return {};
}

std::string refuse_scene(std::string_view scene) {
  try {
    for (const std::string& refused : take_json(scene, name_in_sentences).refused)
      if (const std::string words = without_name(refused); !words.starts_with("unknown key")) return words;
  } catch (const Error& error) {
    return without_name(error.what());
  }
  return {};
}

/// A value of the picture "words", which expressions speak of; null where there is none.
Json words_key(const std::string& whole, const char* key) {
  const Json scene = Json::parse(whole, nullptr, false, true);
  if (!scene.is_object() || !scene.contains("words") || !scene["words"].is_object()) return nullptr;
  return scene["words"].value(key, Json());
}

std::vector<std::string> words_in_order(const std::string& whole) {
  const Json text = words_key(whole, "text"), order = words_key(whole, "order");
  std::vector<std::string> words, ordered;
  if (!text.is_string()) return words;
  std::istringstream stream(text.get<std::string>());
  for (std::string word; stream >> word;) words.push_back(word);
  if (!order.is_array() || order.size() != words.size()) return words;
  for (const Json& place : order) {
    if (!place.is_number_integer() || place.get<std::int64_t>() < 0 ||
        place.get<std::int64_t>() >= static_cast<std::int64_t>(words.size()))
      return words;
    ordered.push_back(words[place.get<std::size_t>()]);
  }
  return ordered;
}

std::string position_of(const Scene& scene, const std::string& whole) {
  const Json json = Json::parse(whole, nullptr, false, true);
  // A position scheme that the pictures do not show yet counts in expressions all the same.
  if (json.is_object() && json.contains("position") && json["position"].is_string())
    return json["position"].get<std::string>();
  const Property* row = find_property("position");
  return row ? std::get<std::string>(get(scene, *row)) : "rope";
}

} // namespace

lecture::SceneRules scene_rules() {
  lecture::SceneRules rules;
  for (const Picture* picture : all_pictures()) rules.pictures.emplace_back(picture->name);
  rules.pictures.emplace_back("parameters"); // a card of the lecture itself
  rules.handles = handles_of;
  rules.refuse_change = refuse_change;
  rules.refuse_scene = refuse_scene;
  return rules;
}

Scene scene_of_step(const std::string& whole) {
  try {
    return take_json(whole, name_in_sentences).scene;
  } catch (const Error&) { // no JSON object, which a step's scene always is
    return first_scene();
  }
}

Patch read_patch_leniently(const std::string& change) {
  Patch patch;
  const Json json = Json::parse(change, nullptr, false, true);
  if (!json.is_object()) return patch;
  const auto take = [&](const Json& one) {
    try {
      for (const auto& each : read_patch(one.dump(-1, ' ', false, Json::error_handler_t::replace), name_in_sentences))
        patch.push_back(each);
    } catch (const Error&) { // the lecture's troubles say so
    }
  };
  for (const auto& [key, value] : json.items())
    if (value.is_object() && key != "model" && key != "q" && key != "k")
      for (const auto& [inner, inner_value] : value.items()) take(Json{{key, {{inner, inner_value}}}});
    else
      take(Json{{key, value}});
  return patch;
}

lecture::ClaimScene claim_scene(const Scene& scene, const std::string& whole) {
  lecture::ClaimScene claims;
  claims.rope = scene.rope;
  claims.factor = scene.factor;
  claims.target = static_cast<double>(pictured_length(scene));
  claims.seq_len = scene.seq_len;
  claims.m = scene.m, claims.n = scene.n, claims.pair = scene.pair;
  claims.position = position_of(scene, whole);
  claims.words = words_in_order(whole);
  if (const Json word = words_key(whole, "looks_for"); word.is_string()) claims.looks_for = word.get<std::string>();
  claims.under = [scene](RopeType type, double factor) -> std::optional<RopeConfig> {
    Scene tried = scene;
    set_factor(tried, factor);
    const auto rope = tried_on(tried, type);
    return rope ? std::optional(rope->config()) : std::nullopt;
  };
  claims.model = [](std::string_view name) { return layer_rope(find_preset(name).model, std::nullopt).config; };
  return claims;
}

lecture::ClaimScene written_claim_scene(const std::string& whole) { return claim_scene(scene_of_step(whole), whole); }

std::vector<EmbeddedLecture> embedded_lectures() {
  std::vector<EmbeddedLecture> all;
  for (const Asset& asset : assets())
    if (asset.name.starts_with(folder))
      all.push_back({asset.name.substr(folder.size(), asset.name.size() - folder.size() - ending.size()), asset.text});
  return all;
}

EmbeddedLecture embedded_lecture(std::string_view name) {
  if (name.empty()) return {};
  const auto all = embedded_lectures();
  for (const EmbeddedLecture& each : all)
    if (each.name == name || each.name.substr(0, each.name.find('-')) == name) return each;
  for (const EmbeddedLecture& each : all)
    if (name.size() > 2 && each.name.find(name) != std::string_view::npos) return each;
  return {};
}

std::string lecture_text(const std::string& file_or_name, std::string& name) {
  name = file_or_name;
  if (!std::filesystem::exists(file_or_name))
    if (const EmbeddedLecture found = embedded_lecture(file_or_name); !found.text.empty()) {
      name = fmt::format("{}{}", found.name, ending);
      return std::string(found.text);
    }
  constexpr std::uintmax_t greatest = std::uintmax_t{4} << 20;
  return read_file(file_or_name, greatest);
}

} // namespace ropescope
