#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "core/error.h"

/// Internal: the library links nlohmann's JSON for itself alone, so no public header includes this one.
namespace ropescope {

using Json = nlohmann::json;

/// The whole text as JSON, in time and memory that grow with the text. Throws Error: not JSON, nested too deep, too
/// many values, a number beyond double precision.
Json parse_json(std::string_view text);

// Numbers out of a JSON file. `where` names the place; each throws Error that says it, what is there, and what was
// expected.

double as_number(const Json&, std::string_view where);
std::int64_t as_integer(const Json&, std::string_view where);
bool as_bool(const Json&, std::string_view where);                      ///< null is false, a number true unless 0
std::optional<double> as_optional(const Json&, std::string_view where); ///< null is none

/// The value, short enough for a sentence.
std::string excerpt(const Json&);

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
