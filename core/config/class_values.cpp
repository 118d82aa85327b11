#include "core/config/class_values.h"

#include <algorithm>

#include "core/model/more_classes.h"
#include "core/model/older_defaults.h"

namespace ropescope::config {

namespace {

const ClassDefaults* find(std::span<const ClassDefaults> rows, std::string_view model_type) {
  const auto found =
      std::find_if(rows.begin(), rows.end(), [&](const ClassDefaults& row) { return row.model_type == model_type; });
  return found == rows.end() ? nullptr : &*found;
}

/// The base of rope_parameters, of one layer type where there are several.
std::optional<double> base_in(const Json& rope_parameters) {
  const Json* base = present(rope_parameters, "rope_theta");
  if (const Json* full = base ? nullptr : present(rope_parameters, "full_attention"))
    base = present(*full, "rope_theta");
  return base && base->is_number() ? std::optional(base->get<double>()) : std::nullopt;
}

} // namespace

std::shared_ptr<const ClassValues> ClassValues::of(std::string_view model_type, bool older, const Json& given) {
  const ClassDefaults* row = find(more_classes(), model_type);
  const bool measured = row == nullptr;
  if (!row) row = find_class_defaults(model_type);
  const ClassDefaults* before = older ? find(older_defaults(), model_type) : nullptr;
  if (!row && !before) return nullptr;
  std::shared_ptr<ClassValues> values(new ClassValues(Json::parse((row ? row : before)->json), measured));
  if (before) values->take_older(Json::parse(before->json));
  if (given.is_object()) values->take_given(given);
  return values;
}

void ClassValues::take_older(const Json& row) {
  const Json* parameters = present(row, "rope_parameters");
  if (!parameters) return;
  const Json* today = present(json_, "rope_parameters");
  const auto base = today ? base_in(*today) : std::nullopt;
  if (base && base != base_in(*parameters)) newer_base_ = base;
  json_["rope_parameters"] = *parameters;
}

void ClassValues::take_given(const Json& values) {
  for (const auto& [key, value] : values.items()) (key == "rope_parameters" ? json_ : json_["defaults"])[key] = value;
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

Json ClassValues::given_to_part(std::string_view key) const {
  const Json* given = within("part_defaults", key);
  return given ? *given : Json();
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
