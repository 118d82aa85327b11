#include "app/scene/property.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <deque>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "app/scene/picture.h"
#include "app/scene/property_rows.h"
#include "app/scene/scene.h"
#include "core/error.h"
#include "core/lecture/similar.h"
#include "core/rope/scheme.h"
#include "core/rope/scheme_keys.h"
#include "core/text.h"

namespace ropescope {

namespace {

/// What a parameter is where no file states it: "32 turns".
std::string fallback_words(const Parameter& parameter) {
  switch (parameter.kind) {
  case ParameterKind::flag: return parameter.fallback != 0 ? "true" : "false";
  case ParameterKind::number:
    return fmt::format("{:g}{}{}", parameter.fallback, parameter.unit.empty() ? "" : " ", parameter.unit);
  default: return "null";
  }
}

/// A row for every parameter of every scheme, named by the scheme and the parameter: "yarn.beta_fast".
struct SchemeRows {
  std::deque<std::string> keys, defaults;
  std::deque<Property> rows;

  SchemeRows() {
    for (const Scheme* scheme : all_schemes())
      for (const Parameter* parameter : scheme->parameters) {
        // All schemes have an attention factor, which has a row of its own.
        if (parameter->key == key::attention_factor.key) continue;
        Property row;
        keys.push_back(fmt::format("{}.{}", scheme->choice(), parameter->key));
        row.key = keys.back();
        row.label = parameter->key;
        row.help = parameter->meaning;
        row.unit = parameter->unit;
        row.parameter = parameter;
        defaults.push_back(fmt::format("the model's, else {}", fallback_words(*parameter)));
        row.default_words = defaults.back();
        row.nullable = parameter->kind == ParameterKind::optional_number || parameter->kind == ParameterKind::factors;
        row.kind = parameter->kind == ParameterKind::flag      ? Kind::flag
                   : parameter->kind == ParameterKind::factors ? Kind::numbers
                                                               : Kind::number;
        // A parameter without a range in which people choose it takes any number; its scheme says what cannot be.
        row.least = parameter->greatest > 0 ? std::min(parameter->least, parameter->fallback) : -any_number;
        row.greatest = parameter->greatest > 0 ? std::max(parameter->greatest, parameter->fallback) : any_number;
        row.logarithmic = parameter->greatest > 0;
        rows.push_back(row);
      }
  }
};

const SchemeRows& scheme_rows() {
  static const SchemeRows made;
  return made;
}

Value parameter_value(const Scene& scene, const Property& row) {
  const ParameterValues& values = scene.rope.scaling.parameters;
  switch (row.parameter->kind) {
  case ParameterKind::flag: return values.flag(*row.parameter);
  case ParameterKind::factors: {
    const std::vector<double>& factors = values.factors(*row.parameter);
    return factors.empty() ? Value() : Value(factors);
  }
  case ParameterKind::number: return values.number(*row.parameter);
  case ParameterKind::optional_number: break;
  }
  const std::optional<double> number = values.optional_number(*row.parameter);
  return number ? Value(*number) : Value();
}

void set_parameter_value(Scene& scene, const Property& row, const Value& value) {
  ParameterValues& values = scene.rope.scaling.parameters;
  if (is_null(value)) return values.erase(*row.parameter);
  switch (row.parameter->kind) {
  case ParameterKind::flag: return values.set_flag(*row.parameter, std::get<bool>(value));
  case ParameterKind::factors: return values.set_factors(*row.parameter, std::get<std::vector<double>>(value));
  default: return values.set_number(*row.parameter, std::get<double>(value));
  }
}

std::vector<const Property*> collect() {
  std::vector<const Property*> all;
  const auto add = [&](std::span<const Property> rows) {
    for (const Property& row : rows) all.push_back(&row);
  };
  // A scheme may need its lists to be there before it is chosen (LongRoPE); its numbers count once it has been.
  for (const Property& row : scene_rows()) {
    if (row.key == "scheme")
      for (const Property& of_scheme : scheme_rows().rows)
        if (of_scheme.kind == Kind::numbers) all.push_back(&of_scheme);
    all.push_back(&row);
    if (row.key == "attention_factor")
      for (const Property& of_scheme : scheme_rows().rows)
        if (of_scheme.kind != Kind::numbers) all.push_back(&of_scheme);
  }
  add(kernel_rows());
  for (const Picture* picture : all_pictures()) add(picture->options);
  return all;
}

Value fallback_of(const Property& row) {
  return std::visit(
      [](const auto& value) -> Value {
        using T = std::decay_t<decltype(value)>;
        if constexpr (std::is_same_v<T, std::string_view>)
          return std::string(value);
        else
          return value;
      },
      row.fallback);
}

/// The scene without what was chosen by hand of the model's embedding: same model, layer type, scheme and head.
Scene untouched(const Scene& scene, const Property& row) {
  Scene fresh = scene_of(scene.model, scene.layer_type.empty() ? std::nullopt : std::optional(scene.layer_type));
  if (!scene.assignments.empty()) fresh = with_assignments(fresh, scene.assignments);
  if (row.key != "scheme") choose_scheme(fresh, scene.rope.scaling.rope_type);
  if (row.key == "rotary_dim") set_head_dim(fresh, scene.rope.layout.head_dim);
  return fresh;
}

} // namespace

std::span<const Property* const> all_properties() {
  static const std::vector<const Property*> all = collect();
  return all;
}

const Property* find_property(std::string_view key) {
  for (const Property* row : all_properties())
    if (row->key == key) return row;
  return nullptr;
}

std::string similar_key(std::string_view key) {
  std::string best;
  double least = std::max(2.0, static_cast<double>(key.size()) * 0.4); // further off it is another word
  for (const Property* row : all_properties())
    if (const auto distance = static_cast<double>(lecture::letters_between(key, row->key));
        distance <= least && distance > 0) {
      if (distance < least || best.empty()) best = row->key;
      least = distance;
    }
  return best;
}

Value get(const Scene& scene, const Property& row) {
  if (row.parameter) return parameter_value(scene, row);
  return row.get ? row.get(scene) : scene.options[row];
}

void set(Scene& scene, const Property& row, const Value& wanted) {
  // An optional parameter of a scheme may be absent though the model has one, as `alpha` is once a factor was chosen.
  const bool absent = row.parameter && row.parameter->kind == ParameterKind::optional_number;
  const Value value = is_null(wanted) && !absent ? standing(scene, row) : wanted;
  if (value == get(scene, row)) return;
  require_allowed(row, value);
  if (row.parameter)
    set_parameter_value(scene, row, value);
  else if (row.set)
    row.set(scene, value);
  else
    scene.options.set(row, value);
}

Value standing(const Scene& scene, const Property& row) {
  if (!row.get && !row.parameter) return fallback_of(row);
  if (row.key == "model") return std::string("llama-2-7b");
  if (row.key == "part" || row.key == "ignore") return Value(); // the model itself is what stands
  return get(untouched(scene, row), row);
}

void reset(Scene& scene, const Property& row) { set(scene, row, standing(scene, row)); }

Value Options::operator[](const Property& row) const {
  const Value* value = find(row);
  return value ? *value : fallback_of(row);
}

const Value* Options::find(const Property& row) const {
  for (const auto& [property, value] : chosen_)
    if (property == &row) return &value;
  return nullptr;
}

void Options::set(const Property& row, Value value) {
  const auto at = std::lower_bound(chosen_.begin(), chosen_.end(), row.key,
                                   [](const auto& kept, std::string_view key) { return kept.first->key < key; });
  const bool there = at != chosen_.end() && at->first == &row;
  if (value == fallback_of(row)) {
    if (there) chosen_.erase(at);
  } else if (there)
    at->second = std::move(value);
  else
    chosen_.insert(at, {&row, std::move(value)});
}

bool Options::is(const Property& row, std::string_view word) const {
  const Value* value = find(row);
  if (value) return !is_null(*value) && std::get<std::string>(*value) == word;
  const auto* fallback = std::get_if<std::string_view>(&row.fallback); // a row that may be null has none
  return fallback && *fallback == word;
}

std::optional<canvas::Range> Options::range(const Property& row) const {
  const Value* value = find(row);
  if (!value || is_null(*value)) return std::nullopt;
  const auto& ends = std::get<std::vector<double>>(*value);
  return canvas::Range{ends[0], ends[1]};
}

std::span<const std::string> Options::texts(const Property& row) const {
  const Value* value = find(row);
  if (!value || is_null(*value)) return {};
  return std::get<std::vector<std::string>>(*value);
}

std::span<const double> Options::numbers(const Property& row) const {
  const Value* value = find(row);
  if (!value || is_null(*value)) return {};
  return std::get<std::vector<double>>(*value);
}

std::string_view Options::words(const Property& row) const {
  if (const Value* value = find(row)) return is_null(*value) ? std::string_view() : std::get<std::string>(*value);
  const auto* fallback = std::get_if<std::string_view>(&row.fallback);
  return fallback ? *fallback : std::string_view();
}

} // namespace ropescope
