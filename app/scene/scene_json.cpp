#include "app/scene/scene_json.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "app/scene/picture.h"
#include "core/error.h"
#include "core/rope/parameter.h"
#include "core/rope/scheme.h"
#include "core/text.h"

namespace ropescope {

namespace {

using Json = nlohmann::ordered_json;

constexpr int version = 1;
// A scene has some 100 keys, and a config object within it a few thousand numbers.
constexpr std::size_t greatest_text = 4u << 20;

Json number_json(double number) {
  // Whole numbers are written as such: 4096, not 4096.0.
  if (std::abs(number) < 0x1p53 && number == std::trunc(number)) return static_cast<std::int64_t>(number);
  return number;
}

/// A model that is no file: its config is an object within the scene's. A row of an array names file, row and head.
bool is_object_too(const Property& row) { return row.key == "model" || row.key == "q" || row.key == "k"; }

Json json_of(const Property& row, const Value& value) {
  if (const bool* flag = std::get_if<bool>(&value)) return *flag;
  if (const double* number = std::get_if<double>(&value)) return number_json(*number);
  if (const auto* text = std::get_if<std::string>(&value)) {
    if (is_object_too(row) && text->starts_with("{")) return Json::parse(*text);
    return *text;
  }
  if (const auto* list = std::get_if<std::vector<double>>(&value)) {
    Json array = Json::array();
    for (const double number : *list) array.push_back(number_json(number));
    return array;
  }
  if (const auto* list = std::get_if<std::vector<std::string>>(&value)) return *list;
  return nullptr;
}

/// Whether a scheme's parameter is written: where the scheme in force has it, by that scheme's own name alone, or where
/// a scheme that is compared has another value than it would have by itself.
bool is_written(const Scene& scene, const Property& row) {
  if (!row.parameter) return true;
  const std::string_view owner = row.key.substr(0, row.key.find('.'));
  const Scheme& in_force = scheme_of(scene.rope);
  if (in_force.has(*row.parameter))
    // The lists of LongRoPE are long, and mostly the model's own.
    return owner == in_force.choice() && (row.kind != Kind::numbers || get(scene, row) != standing(scene, row));
  // Several schemes share a parameter, and the scene has one value of it: the first that has it speaks for it.
  for (const Scheme* scheme : all_schemes())
    if (scheme->has(*row.parameter)) return scheme->choice() == owner && get(scene, row) != standing(scene, row);
  return false;
}

[[noreturn]] void refuse_type(const Property& row, const Json& json, const std::string& name) {
  throw Error(fmt::format("{}: {}: {}: expected {}", name, row.key,
                          printable(json.dump(-1, ' ', false, Json::error_handler_t::replace)), allowed_words(row)));
}

/// False where the list is none that the row could hold.
bool read_list(const Property& row, const Json& json, Value& value) {
  if (row.kind == Kind::texts) {
    std::vector<std::string> words;
    for (const Json& item : json) {
      if (!item.is_string()) return false;
      words.push_back(item.get<std::string>());
    }
    value = std::move(words);
    return true;
  }
  if (row.kind != Kind::numbers && row.kind != Kind::range) return false;
  std::vector<double> numbers;
  for (const Json& item : json) {
    if (!item.is_number()) return false;
    numbers.push_back(item.get<double>());
  }
  value = std::move(numbers);
  return true;
}

Value typed_number(const Property& row, const std::string& words, const std::string& name) {
  try {
    return parse_value(row, words);
  } catch (const Error& error) {
    throw Error(fmt::format("{}: {}", name, error.what()));
  }
}

Value value_of(const Property& row, const Json& json, const std::string& name) {
  if (json.is_null()) return {};
  if (json.is_boolean()) {
    if (row.kind == Kind::flag) return json.get<bool>();
  } else if (json.is_number()) {
    if (row.kind == Kind::whole || row.kind == Kind::number) return json.get<double>();
  } else if (json.is_string()) {
    if (row.kind == Kind::choice || row.kind == Kind::text) return json.get<std::string>();
    // "128k", as the window's fields and --pose take a number; one in quotes without need is a mistake.
    const char last = json.get_ref<const std::string&>().empty() ? '0' : json.get_ref<const std::string&>().back();
    if ((row.kind == Kind::whole || row.kind == Kind::number) && (last == 'k' || last == 'K' || last == 'M'))
      return typed_number(row, json.get<std::string>(), name);
  } else if (json.is_object()) {
    if (is_object_too(row)) return json.dump();
  } else if (Value list; read_list(row, json, list))
    return list;
  refuse_type(row, json, name);
}

[[noreturn]] void refuse_key(const std::string& key, const std::string& name) {
  const std::string similar = similar_key(key);
  throw Error(fmt::format("{}: unknown key {}{}", name, in_quotes(key),
                          similar.empty() ? "; `ropescope render --list-keys` prints those there are"
                                          : fmt::format("; did you mean \"{}\"?", similar)));
}

/// Every key that begins with the group's name goes back to its default.
bool add_group(Patch& patch, const std::string& group) {
  const Value nothing; // GCC 12 takes a temporary for uninitialised
  bool found = false;
  for (const Property* row : all_properties())
    if (row->key.starts_with(group + ".")) {
      patch.emplace_back(row, nothing);
      found = true;
    }
  return found;
}

template <typename Refused>
void flatten(const Json& object, const std::string& prefix, const std::string& name, Patch& patch, Refused refused) {
  for (const auto& [key, json] : object.items()) {
    if (key.starts_with("x-") || (prefix.empty() && (key == "ropescope" || key == "render"))) continue;
    const std::string whole = prefix + key;
    try {
      if (const Property* row = find_property(whole))
        patch.emplace_back(row, value_of(*row, json, name));
      else if (json.is_object())
        flatten(json, whole + ".", name, patch, refused);
      else if (!json.is_null() || !add_group(patch, whole))
        refuse_key(whole, name);
    } catch (const Error& error) {
      refused(error);
    }
  }
}

Json parsed(std::string_view text, const std::string& name) {
  if (text.size() > greatest_text)
    throw Error(fmt::format("{}: has {} bytes, expected a scene of at most {}", name, text.size(), greatest_text));
  Json json;
  try {
    json = Json::parse(text, nullptr, true, true);
  } catch (const Json::exception& error) {
    throw Error(fmt::format("{}: not JSON: {}", name, printable(error.what())));
  }
  if (!json.is_object()) throw Error(fmt::format("{}: expected one JSON object, as in {{\"m\": 137}}", name));
  const auto stated = json.find("ropescope");
  if (stated != json.end() && (!stated->is_number_integer() || stated->get<std::int64_t>() != version))
    throw Error(fmt::format("{}: ropescope: {}: expected {}, the version of scenes that this program reads", name,
                            printable(stated->dump()), version));
  return json;
}

/// In the rows' order, since what others follow from comes first; of a key that stands twice the last counts.
Patch in_order(const Patch& patch) {
  Patch sorted;
  for (const Property* row : all_properties())
    for (auto at = patch.rbegin(); at != patch.rend(); ++at)
      if (at->first == row) {
        sorted.push_back(*at);
        break;
      }
  return sorted;
}

} // namespace

namespace {

Json json_of(const Scene& scene) {
  Json json;
  json["ropescope"] = version;
  for (const Property* row : all_properties()) {
    if (!is_written(scene, *row)) continue;
    const std::size_t point = row->key.find('.');
    Json value = json_of(*row, get(scene, *row));
    if (point == std::string_view::npos)
      json[std::string(row->key)] = std::move(value);
    else
      json[std::string(row->key.substr(0, point))][std::string(row->key.substr(point + 1))] = std::move(value);
  }
  return json;
}

std::string written(const Json& json) { return json.dump(2, ' ', false, Json::error_handler_t::replace) + '\n'; }

} // namespace

std::string scene_json(const Scene& scene) { return written(json_of(scene)); }

std::string scene_json(const Scene& scene, const DrawnAs& drawn) {
  Json json = json_of(scene);
  Json& render = json["render"] = {
      {"picture", drawn.picture}, {"size", size_words(drawn.size)}, {"scale", drawn.scale}, {"bare", drawn.bare}};
  if (drawn.size.on_paper()) render["dpi"] = drawn.dpi;
  return written(json);
}

std::optional<DrawnAs> read_drawn_as(std::string_view text, const std::string& name) {
  const Json json = parsed(text, name);
  const auto render = json.find("render");
  if (render == json.end()) return std::nullopt;
  try {
    DrawnAs drawn;
    drawn.picture = render->at("picture").get<std::string>();
    drawn.scale = render->at("scale").get<double>();
    drawn.bare = render->at("bare").get<bool>();
    drawn.size = parse_size(render->at("size").get<std::string>());
    if (drawn.size.on_paper()) drawn.dpi = render->at("dpi").get<double>();
    if (drawn.scale > 0 && drawn.dpi > 0 && find_picture(drawn.picture)) return drawn;
  } catch (const Error&) { // of the size
  } catch (const Json::exception&) {
  }
  throw Error(fmt::format("{}: render: {}: expected picture, size, scale and bare, as a picture's file has them", name,
                          printable(render->dump(-1, ' ', false, Json::error_handler_t::replace))));
}

Patch read_patch(std::string_view text, const std::string& name) {
  Patch patch;
  flatten(parsed(text, name), "", name, patch, [](const Error& error) { throw error; });
  return patch;
}

Patch read_assignments(const std::vector<std::string>& assignments, const std::string& name) {
  Patch patch;
  for (const std::string& assignment : assignments) {
    const std::size_t equals = assignment.find('=');
    if (equals == std::string::npos)
      throw Error(fmt::format("{} {}: expected key=value, as in m=137", name, in_quotes(assignment)));
    const std::string key = assignment.substr(0, equals), text = assignment.substr(equals + 1);
    if (const Property* row = find_property(key)) {
      try {
        patch.emplace_back(row, parse_value(*row, text));
      } catch (const Error& error) {
        throw Error(fmt::format("{} {}", name, error.what()));
      }
    } else if (text != "null" || !add_group(patch, key))
      refuse_key(key, name);
  }
  return patch;
}

Scene with_patch(const Scene& scene, const Patch& patch) {
  Scene next = scene;
  for (const auto& [row, value] : in_order(patch)) set(next, *row, value);
  require_computable(next);
  settle(next);
  return next;
}

Scene scene_from_json(std::string_view json, const std::string& name) {
  try {
    return with_patch(first_scene(), read_patch(json, name));
  } catch (const Error& error) {
    const std::string words = error.what();
    throw Error(words.starts_with(name) ? words : fmt::format("{}: {}", name, words));
  }
}

Taken take_json(std::string_view text, const std::string& name) {
  Taken taken;
  Patch patch;
  flatten(parsed(text, name), "", name, patch, [&](const Error& error) { taken.refused.emplace_back(error.what()); });
  patch = in_order(patch);
  try {
    taken.scene = with_patch(first_scene(), patch);
    return taken;
  } catch (const Error&) {
    // One of them cannot be: they are taken one by one, each where the scene stays valid with it.
  }
  taken.scene = first_scene();
  for (const auto& change : patch) {
    try {
      taken.scene = with_patch(taken.scene, {change});
    } catch (const Error& error) {
      taken.refused.push_back(fmt::format("{}: {}", name, error.what()));
    }
  }
  return taken;
}

} // namespace ropescope
