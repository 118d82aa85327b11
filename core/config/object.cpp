#include "core/config/object.h"

#include <algorithm>
#include <utility>

#include "core/text.h"

namespace ropescope::config {

namespace {

/// The rule that gives pair i the axis that the i-th character of `of_pair` names; nothing where none does.
std::optional<AxisRule> rule_of(const Json& axes) {
  const Json* pattern = present(axes, "of_pair");
  const Json* restarts = present(axes, "restarts");
  if (!pattern || !pattern->is_string()) return std::nullopt;
  const std::string& of_pair = pattern->get_ref<const std::string&>();
  const bool ascending = std::is_sorted(of_pair.begin(), of_pair.end());
  const bool descending = std::is_sorted(of_pair.rbegin(), of_pair.rend());
  const bool two = of_pair.find('2') == std::string::npos;
  if (restarts && restarts->get<bool>()) {
    if (of_pair.starts_with("0101")) return AxisRule::alternating;
    if (of_pair.starts_with("1010")) return AxisRule::alternating_xy;
    if (ascending) return two ? AxisRule::halves : AxisRule::thirds;
    return two && descending ? std::optional(AxisRule::halves_xy) : std::nullopt;
  }
  if (of_pair.starts_with("012")) return AxisRule::sections_interleaved;
  if (of_pair.starts_with("12")) return AxisRule::sections_ernie;
  return ascending && !two ? std::optional(AxisRule::sections) : std::nullopt;
}

/// The row of a class that is known by its values alone.
std::optional<ModelType> code_of(const ClassValues& values) {
  const std::optional<PairLayout> layout = layout_of_word(values.layout());
  if (!layout) return std::nullopt;
  ModelType type;
  type.layout = *layout;
  if (values.axes()) {
    const std::optional<AxisRule> rule = rule_of(*values.axes());
    type.axis_rule = rule.value_or(AxisRule::single);
    type.other_axes = !rule;
  }
  // Towers turn in float32 and round once; what has one axis rounds each step, as most do.
  if (of_patches(type.axis_rule)) type.rounding = Rounding::once;
  return type;
}

} // namespace

Object::Object(const Part& part, const std::vector<std::string>& ignored, Warnings& warnings, Model& model)
    : plain_(plain(*part.json)), place_(part.path.empty() ? "" : part.path + "."), model_type_(part.model_type),
      older_(part.older), renamed_(!part.renamed.empty()), given_(part.given), ignored_(ignored), warnings_(warnings),
      model_(model) {
  for (const std::string& key : ignored_) plain_.json.erase(key);
  if (renamed_) warn(part.renamed);
  know_type();
}

void Object::know_type() {
  values_ = ClassValues::of(model_type_, older_, given_);
  if (const ModelType* row = find_model_type(model_type_))
    code_ = *row, known_ = true;
  else if (const auto measured = values_ ? code_of(*values_) : std::nullopt)
    code_ = *measured, known_ = true;
  // A multimodal class whose file describes the language model beside the other parts, not in one of its own.
  if (values_)
    if (const std::string text = flat_text_type(json(), *values_); !text.empty()) {
      values_ = ClassValues::of(text, older_);
      if (const ModelType* row = known_ ? nullptr : find_model_type(text)) code_ = *row, known_ = true;
      if (const auto row = known_ || !values_ ? std::nullopt : code_of(*values_)) code_ = *row, known_ = true;
    }
}

std::string Object::place_of(std::string_view key) const {
  const auto spelt = plain_.spelt.find(key);
  return place_ + (spelt == plain_.spelt.end() ? std::string(key) : spelt->second);
}

bool Object::is_ignored(std::string_view key) const {
  return std::find(ignored_.begin(), ignored_.end(), key) != ignored_.end();
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

std::optional<double> Object::class_number(std::string_view key) const {
  const Json* value = values_ ? values_->value(key) : nullptr;
  if (!value || !value->is_number()) return std::nullopt;
  say_from_class(fmt::format("{} {}", key, value->get<double>()));
  return value->get<double>();
}

std::optional<std::int64_t> Object::class_integer(std::string_view key) const {
  const auto number = class_number(key);
  return number ? std::optional(static_cast<std::int64_t>(*number)) : std::nullopt;
}

const Json* Object::find_or_class(std::string_view key) const {
  if (const Json* value = find(key)) return value;
  return values_ && !json().contains(key) ? values_->value(key) : nullptr;
}

void Object::say_from_class(std::string sentence) const {
  std::vector<std::string>& said = model_.from_class;
  if (std::find(said.begin(), said.end(), sentence) == said.end()) said.push_back(std::move(sentence));
}

} // namespace ropescope::config
