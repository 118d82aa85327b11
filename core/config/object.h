#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/io/json_value-inl.h"
#include "core/io/warnings.h"
#include "core/model/model_types.h"

/// Internal: how a config.json becomes a Model, one file for each concern.
namespace ropescope::config {

/// The object of a config.json that describes a language model, and what is known of its model_type. Every number that
/// is asked for throws Error, naming the place, where it is of another kind.
class Object {
public:
  /// `place` stands before the keys in errors: empty, or "text_config.".
  Object(const Json&, std::string place, Warnings&);

  const Json& json() const { return json_; }
  const Json* find(std::string_view key) const { return present(json_, key); } ///< null counts as absent
  std::string place_of(std::string_view key) const { return place_ + std::string(key); }

  std::optional<double> number(std::string_view key) const;
  std::optional<std::int64_t> integer(std::string_view key) const;
  bool flag(std::string_view key, bool otherwise) const;
  const Json* dictionary(std::string_view key) const;

  /// Of the first of several keys that is there: classes of models name one thing in several ways.
  template <typename... Keys>
  std::optional<std::int64_t> first_integer(Keys... keys) const {
    std::optional<std::int64_t> found;
    ((found = found ? found : integer(keys)), ...);
    return found;
  }
  template <typename... Keys>
  std::optional<double> first_number(Keys... keys) const {
    std::optional<double> found;
    ((found = found ? found : number(keys)), ...);
    return found;
  }

  const std::string& model_type() const { return model_type_; } ///< empty where the file names none
  bool is_known() const { return known_ != nullptr; }           ///< the model_type
  const ModelType& code() const { return known_ ? *known_ : unknown_; }

  void warn(std::string_view sentence) const { warnings_.add(sentence); }

private:
  const Json& json_;
  std::string place_, model_type_;
  Warnings& warnings_;
  const ModelType* known_ = nullptr;
  ModelType unknown_; ///< what most models do
};

} // namespace ropescope::config
