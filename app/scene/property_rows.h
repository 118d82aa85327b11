#pragma once
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <iterator>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "app/scene/property.h"

// What the files that hold rows of properties share: values from and to what the scene holds.

namespace ropescope {

/// The rows of app/scene/properties.cpp and of app/scene/kernel_properties.cpp.
std::span<const Property> scene_rows();
std::span<const Property> kernel_rows();

namespace rows {

using Words = std::span<const std::string_view>;

template <typename T>
Value optional_number(const std::optional<T>& value) {
  return value ? Value(static_cast<double>(*value)) : Value();
}

inline std::optional<double> number_or_nothing(const Value& value) {
  const double* number = std::get_if<double>(&value);
  return number ? std::optional(*number) : std::nullopt;
}

inline std::optional<std::int64_t> whole_or_nothing(const Value& value) {
  const double* number = std::get_if<double>(&value);
  return number ? std::optional(std::llround(*number)) : std::nullopt;
}

inline std::int64_t whole(const Value& value) { return std::llround(std::get<double>(value)); }
inline const std::string& word(const Value& value) { return std::get<std::string>(value); }

inline Value numbers(const std::vector<std::int64_t>& values) {
  if (values.empty()) return {};
  return std::vector<double>(values.begin(), values.end());
}

inline std::vector<std::int64_t> wholes(const Value& value) {
  std::vector<std::int64_t> result;
  if (const auto* list = std::get_if<std::vector<double>>(&value))
    for (const double number : *list) result.push_back(std::llround(number));
  return result;
}

inline Value text_or_null(const std::string& text) { return text.empty() ? Value() : Value(text); }
inline std::string text_of(const Value& value) { return is_null(value) ? std::string() : word(value); }

template <typename Enum, std::size_t count>
Enum enumerator(const std::string_view (&words)[count], const Value& value) {
  return static_cast<Enum>(std::find(std::begin(words), std::end(words), word(value)) - std::begin(words));
}

} // namespace rows

} // namespace ropescope
