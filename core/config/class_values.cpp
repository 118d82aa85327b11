#include "core/config/class_values.h"

#include <algorithm>

#include "core/model/more_classes.h"

namespace ropescope::config {

std::shared_ptr<const ClassValues> ClassValues::of(std::string_view model_type) {
  const ClassDefaults* row = nullptr;
  for (const ClassDefaults& more : more_classes())
    if (more.model_type == model_type) row = &more;
  if (!row) row = find_class_defaults(model_type);
  return row ? std::shared_ptr<const ClassValues>(new ClassValues(row->json)) : nullptr;
}

bool ClassValues::flag(std::string_view name) const {
  const Json* value = present(json_, name);
  return value && value->is_boolean() && value->get<bool>();
}

std::string ClassValues::text(std::string_view name) const {
  const Json* value = present(json_, name);
  return value && value->is_string() ? value->get<std::string>() : std::string();
}

const Json* ClassValues::within(std::string_view object, std::string_view key) const {
  const Json* found = present(json_, object);
  return found ? present(*found, key) : nullptr;
}

bool ClassValues::has(std::string_view key) const {
  const Json* defaults = present(json_, "defaults");
  return defaults && defaults->contains(key);
}

bool ClassValues::reads_partial() const {
  const std::vector<std::string> ignored = list("ignores");
  return std::find(ignored.begin(), ignored.end(), "rope_parameters.partial_rotary_factor") == ignored.end();
}

std::string ClassValues::type_of_part(std::string_view key) const {
  const Json* type = within("parts", key);
  return type && type->is_string() ? type->get<std::string>() : std::string();
}

std::vector<std::string> ClassValues::list(std::string_view name) const {
  const Json* value = present(json_, name);
  return value ? value->get<std::vector<std::string>>() : std::vector<std::string>();
}

std::string flat_text_type(const Json& file, const ClassValues& values) {
  const std::string type = values.type_of_part("text_config");
  if (type.empty() || present(file, "text_config")) return "";
  const auto text = ClassValues::of(type);
  return text && (text->rotates() || !values.rotates()) ? type : std::string();
}

std::optional<PairLayout> layout_of_word(std::string_view word) {
  if (word == "half") return PairLayout{};
  if (word == "interleaved") return PairLayout{Pairing::interleaved, Pairing::interleaved};
  if (word == "interleaved_to_half") return PairLayout{Pairing::interleaved, Pairing::half};
  return std::nullopt;
}

} // namespace ropescope::config
