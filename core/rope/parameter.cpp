#include "core/rope/parameter.h"

#include <algorithm>
#include <cassert>

namespace ropescope {

namespace {

[[maybe_unused]] bool is_number(const Parameter& parameter) { // for assertions alone
  return parameter.kind == ParameterKind::number || parameter.kind == ParameterKind::optional_number;
}

} // namespace

const SchemeValue* ParameterValues::find(const Parameter& parameter) const {
  const auto found =
      std::find_if(values_.begin(), values_.end(), [&](const auto& entry) { return entry.first == parameter.key; });
  return found == values_.end() ? nullptr : &found->second;
}

void ParameterValues::erase(const Parameter& parameter) {
  std::erase_if(values_, [&](const auto& entry) { return entry.first == parameter.key; });
}

/// The entries stay sorted by key, so that two configs that state the same in another order are equal.
void ParameterValues::keep(const Parameter& parameter, SchemeValue value) {
  erase(parameter);
  const auto at = std::lower_bound(values_.begin(), values_.end(), parameter.key,
                                   [](const auto& entry, std::string_view key) { return entry.first < key; });
  values_.emplace(at, parameter.key, std::move(value));
}

std::optional<double> ParameterValues::optional_number(const Parameter& parameter) const {
  assert(is_number(parameter));
  const SchemeValue* value = find(parameter);
  if (value) return std::get<double>(*value);
  return parameter.kind == ParameterKind::number ? std::optional(parameter.fallback) : std::nullopt;
}

double ParameterValues::number(const Parameter& parameter) const {
  return optional_number(parameter).value_or(parameter.fallback);
}

bool ParameterValues::flag(const Parameter& parameter) const {
  assert(parameter.kind == ParameterKind::flag);
  const SchemeValue* value = find(parameter);
  return value ? std::get<bool>(*value) : parameter.fallback != 0;
}

const std::vector<double>& ParameterValues::factors(const Parameter& parameter) const {
  assert(parameter.kind == ParameterKind::factors);
  // A reference to it may be returned, so it lives as long as the program.
  static const std::vector<double> none;
  const SchemeValue* value = find(parameter);
  return value ? std::get<std::vector<double>>(*value) : none;
}

void ParameterValues::set_number(const Parameter& parameter, std::optional<double> value) {
  assert(is_number(parameter));
  // A stated default is not kept: the config is equal to one that does not state it. An optional number has no default,
  // so each of its values is kept.
  const bool is_default = parameter.kind == ParameterKind::number && value == parameter.fallback;
  if (!value || is_default)
    erase(parameter);
  else
    keep(parameter, *value);
}

void ParameterValues::set_flag(const Parameter& parameter, bool value) {
  assert(parameter.kind == ParameterKind::flag);
  if (value == (parameter.fallback != 0))
    erase(parameter);
  else
    keep(parameter, value);
}

void ParameterValues::set_factors(const Parameter& parameter, std::vector<double> value) {
  assert(parameter.kind == ParameterKind::factors);
  if (value.empty())
    erase(parameter);
  else
    keep(parameter, std::move(value));
}

} // namespace ropescope
