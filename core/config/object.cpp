#include "core/config/object.h"

#include <utility>

namespace ropescope::config {

Object::Object(const Json& json, std::string place, Warnings& warnings)
    : json_(json), place_(std::move(place)), warnings_(warnings) {
  // A model_type of another kind counts as none, as any model may be described by its numbers alone.
  if (const Json* type = find("model_type"); type && type->is_string()) model_type_ = type->get<std::string>();
  known_ = find_model_type(model_type_);
}

std::optional<double> Object::number(std::string_view key) const {
  const Json* value = find(key);
  return value ? std::optional(as_number(*value, place_of(key))) : std::nullopt;
}

std::optional<std::int64_t> Object::integer(std::string_view key) const {
  const Json* value = find(key);
  return value ? std::optional(as_integer(*value, place_of(key))) : std::nullopt;
}

bool Object::flag(std::string_view key, bool otherwise) const {
  const Json* value = find(key);
  return value ? as_bool(*value, place_of(key)) : otherwise;
}

const Json* Object::dictionary(std::string_view key) const {
  const Json* value = find(key);
  if (value && !value->is_object())
    throw Error(fmt::format("{} is {}, expected an object", place_of(key), excerpt(*value)));
  return value;
}

} // namespace ropescope::config
