#include "core/io/json_value.h"

#include <algorithm>
#include <cmath>

namespace ropescope {

std::string excerpt(const Json& value) {
  if (value.is_array()) return "a list"; // dump() of deep nesting would exhaust the stack
  if (value.is_object()) return "an object";
  std::string text = value.dump(-1, ' ', false, Json::error_handler_t::replace);
  if (text.size() <= 40) return text;
  text.resize(37);
  while (!text.empty() && (text.back() & 0x80)) text.pop_back(); // no half characters
  return text + "…";
}

std::string printable(std::string text) {
  std::replace_if(
      text.begin(), text.end(), [](unsigned char c) { return c < 32 || c == 127; }, '?');
  return text;
}

const Json* present(const Json& object, std::string_view key) {
  const auto found = object.find(key);
  return found == object.end() || found->is_null() ? nullptr : &*found;
}

double as_number(const Json& value, std::string_view where) {
  if (!value.is_number()) throw Error(fmt::format("{} is {}, expected a number", where, excerpt(value)));
  return value.get<double>();
}

std::int64_t as_integer(const Json& value, std::string_view where) {
  const double number = as_number(value, where);
  if (number != std::floor(number) || std::abs(number) > 0x1p53)
    throw Error(fmt::format("{} is {}, expected an integer", where, excerpt(value)));
  return static_cast<std::int64_t>(number);
}

bool as_bool(const Json& value, std::string_view where) {
  if (value.is_null()) return false;
  if (value.is_boolean()) return value.get<bool>();
  if (value.is_number()) return value.get<double>() != 0;
  throw Error(fmt::format("{} is {}, expected true or false", where, excerpt(value)));
}

std::optional<double> as_optional(const Json& value, std::string_view where) {
  return value.is_null() ? std::nullopt : std::optional(as_number(value, where));
}

} // namespace ropescope
