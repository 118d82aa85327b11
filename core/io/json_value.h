#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "core/error.h"

namespace ropescope {

using Json = nlohmann::json;

// Numbers out of a JSON file. `where` names the place; each throws Error that says it, what is there, and what was
// expected.

double as_number(const Json&, std::string_view where);
std::int64_t as_integer(const Json&, std::string_view where);
bool as_bool(const Json&, std::string_view where);                      ///< null is false, a number true unless 0
std::optional<double> as_optional(const Json&, std::string_view where); ///< null is none

/// The value, short enough for a sentence.
std::string excerpt(const Json&);

/// Without the control characters that a file may hold, which would reach a terminal.
std::string printable(std::string);

/// The value of `key`; null counts as absent, as it does in Hugging Face's getattr chains.
const Json* present(const Json& object, std::string_view key);

template <typename T, typename Convert>
std::vector<T> as_list(const Json& value, std::string_view where, Convert convert) {
  if (!value.is_array()) throw Error(fmt::format("{} is {}, expected a list of numbers", where, excerpt(value)));
  std::vector<T> list;
  list.reserve(value.size());
  for (const Json& entry : value) list.push_back(convert(entry, where));
  return list;
}

} // namespace ropescope
