#include "core/config/parts.h"

#include <algorithm>
#include <array>

#include <fmt/ranges.h>

#include "core/config/class_values.h"
#include "core/config/keys.h"
#include "core/config/plain.h"
#include "core/config/type_name.h"

namespace ropescope::config {

namespace {

constexpr std::size_t most = 64; // the most that is known is 8; each is looked at, and named in sentences
constexpr int deepest = 4;       // the deepest that is known is thinker_config.text_config, of two

struct Named {
  std::string_view key, name;
};

/// Keys below which multimodal models nest others, and what the part is. The first ones count first.
constexpr auto nested = std::to_array<Named>({
    {"text_config", "text"},       {"llm_config", "text"},
    {"language_config", "text"},   {"language_model_config", "text"},
    {"language_model", "text"},    {"lm_config", "text"},
    {"llm_cfg", "text"},           {"vision_tower_cfg", "vision"},
    {"text_model", "text"},        {"decoder_config", "text"},
    {"decoder", "text"},           {"thinker_config", "thinker"},
    {"vlm_config", "vlm"},         {"vision_config", "vision"},
    {"vision_tower", "vision"},    {"vision_model", "vision"},
    {"vision_encoder", "vision"},  {"vit_config", "vision"},
    {"visual", "vision"},          {"audio_config", "audio"},
    {"encoder_config", "encoder"}, {"encoder", "encoder"},
});

/// Objects that are called so and describe no model.
constexpr std::string_view no_models[] = {"attn_config",       "ffn_config",       "moe_config", "quantization_config",
                                          "generation_config", "per_layer_config", "rope_config"};

std::size_t rank(std::string_view key) {
  const auto found = std::find_if(nested.begin(), nested.end(), [&](const Named& row) { return row.key == key; });
  return static_cast<std::size_t>(found - nested.begin());
}

bool may_be_a_model(std::string_view key) {
  if (std::find(std::begin(no_models), std::end(no_models), key) != std::end(no_models)) return false;
  return rank(key) < nested.size() || key.ends_with("_config");
}

/// "talker" of "talker_config"; the table's name of a key that it has.
std::string name_of(std::string_view key) {
  if (const std::size_t row = rank(key); row < nested.size()) return std::string(nested[row].name);
  key.remove_suffix(std::string_view("_config").size());
  return std::string(key);
}

std::string_view last_key(std::string_view path) { return path.substr(path.rfind('.') + 1); }

/// Sets the part's model_type. `expected`: what its parent's class has there. Files name their whole's type in a part
/// (Qwen3-VL's tower), no type, or one that nobody knows; then the parent's class counts, then `architectures`.
void set_type(Part& part, const std::string& expected, const std::string& whole) {
  const Json* type = present(*part.json, "model_type");
  const std::string own = type && type->is_string() ? type->get<std::string>() : "";
  part.model_type = own;
  const bool known = !own.empty() && is_known_type(own, part.older);
  if (known && (own != whole || expected.empty())) return;
  const std::string by_name = expected.empty() ? type_by_architecture(*part.json) : "";
  if (expected.empty() && by_name.empty()) return;
  part.model_type = expected.empty() ? by_name : expected;
  if (known || own.empty()) return;
  part.renamed = fmt::format(
      "{}{}model_type \"{}\" is not known: read as \"{}\", which {}", part.path, part.path.empty() ? "" : ".", own,
      part.model_type, expected.empty() ? "architectures names" : fmt::format("model_type \"{}\" has there", whole));
}

/// Of the transformers package that wrote the file, "4.57.6"; empty: it does not say.
std::string version_of(const Json& root) {
  const Json* version = present(root, "transformers_version");
  return version && version->is_string() ? version->get<std::string>() : std::string();
}

void collect(std::vector<Part>& parts, const Part& parent, int depth) {
  if (depth == deepest) return;
  const auto known = ClassValues::of(parent.model_type, parent.older);
  for (const auto& [key, value] : parent.json->items()) {
    if (!value.is_object() || !may_be_a_model(key)) continue;
    Part part;
    part.json = &value;
    part.path = parent.path.empty() ? key : fmt::format("{}.{}", parent.path, key);
    // The thinker's text is the text; whatever lies below another part is named after that too.
    const std::string own = name_of(key);
    const bool plain_parent = parent.path.empty() || parent.name == "thinker" || parent.name == "vlm";
    part.name = plain_parent ? own : fmt::format("{}.{}", parent.name, own);
    part.older = parent.older;
    set_type(part, known ? known->type_of_part(key) : "", parent.model_type);
    if (known) part.given = known->given_to_part(key);
    if (parts.size() == most)
      throw Error(fmt::format("more than {} nested models in it, expected a config.json", most));
    parts.push_back(part);
    collect(parts, part, depth + 1);
  }
}

bool rotates(const Part& part) {
  const Plain read = plain(*part.json);
  if (has_rope_value(read.json) || states_rotation(read.json)) return true;
  const auto known = ClassValues::of(part.model_type, part.older);
  if (!known || known->rotates()) return known != nullptr;
  const auto text = ClassValues::of(flat_text_type(read.json, *known));
  return text && text->rotates();
}

} // namespace

std::vector<Part> all_parts(const Json& root) {
  std::vector<Part> parts(1);
  parts[0].json = &root;
  parts[0].name = "whole";
  parts[0].older = version_of(root).starts_with("4.");
  set_type(parts[0], "", "");
  collect(parts, Part(parts.front()), 0);
  return parts;
}

std::vector<Part> rotating_parts(std::vector<Part> parts) {
  std::erase_if(parts, [](const Part& part) { return !rotates(part); });
  // The language model first: a nested one before the whole file, whose own keys describe another part where it nests
  // one that turns too; then the whole file, then what is left as it stands.
  const auto order = [](const Part& part) -> std::size_t {
    if (part.name == "text") return rank(last_key(part.path));
    if (part.path.empty()) return nested.size();
    return nested.size() + 1 + rank(last_key(part.path));
  };
  std::stable_sort(parts.begin(), parts.end(), [&](const Part& a, const Part& b) { return order(a) < order(b); });
  return parts;
}

const Part& part_named(const std::vector<Part>& parts, std::string_view wanted) {
  for (const Part& part : parts)
    if (part.name == wanted || part.path == wanted || (!part.path.empty() && last_key(part.path) == wanted))
      return part;
  // Of a class that nests its language model today, files from before lay it out beside the other parts.
  for (const Part& part : parts)
    if (wanted == "text" || wanted == (part.path.empty() ? "text_config" : part.path + ".text_config"))
      if (const auto known = ClassValues::of(part.model_type); known && !flat_text_type(*part.json, *known).empty())
        return part;
  std::vector<std::string_view> names;
  constexpr std::size_t shown = 8; // a file may have as many as it likes, and a sentence is short
  for (const Part& part : parts)
    if (names.size() < shown) names.push_back(part.name);
  throw Error(fmt::format("no part \"{}\" with a rotary embedding, expected {}", wanted, fmt::join(names, " or ")));
}

} // namespace ropescope::config
