#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/config/class_values.h"
#include "core/config/parts.h"
#include "core/config/plain.h"
#include "core/io/json_value-inl.h"
#include "core/io/warnings.h"
#include "core/model/model.h"
#include "core/model/model_types.h"

/// Internal: how a config.json becomes a Model, one file for each concern.
namespace ropescope::config {

/// The object of a config.json that describes a model, and what is known of its model_type. Every number that is asked
/// for throws Error, naming the place, where it is of another kind.
class Object {
public:
  /// Of a part of the file; what else is said of it goes into `model`. `ignored`: keys that count as absent.
  Object(const Part&, const std::vector<std::string>& ignored, Warnings&, Model& model);

  /// The same with other keys.
  Object with(Json json) const {
    Object other = *this;
    other.plain_.json = std::move(json);
    return other;
  }

  const Json& json() const { return plain_.json; }
  const Json* find(std::string_view key) const { return present(json(), key); } ///< null counts as absent
  std::string place_of(std::string_view key) const;                             ///< as the file spells it

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

  /// The class's own, where it has one; what is taken is said of the model (Model::from_class).
  std::optional<double> class_number(std::string_view key) const;
  std::optional<std::int64_t> class_integer(std::string_view key) const;
  /// The file's, else the class's, without a word.
  const Json* find_or_class(std::string_view key) const;
  void say_from_class(std::string sentence) const;
  void say_unread_partial(double partial) const { model_.unread_partial = partial; } ///< Model::unread_partial

  const std::string& model_type() const { return model_type_; } ///< empty where the file names none
  bool is_known() const { return known_; }                      ///< the model_type
  const ModelType& code() const { return code_; }
  const ClassValues* values() const { return values_.get(); } ///< null: the class is not known
  /// Whether the class that is known is that of the file's own model_type, and all of it: what it does not read has no
  /// effect. Code that lies beside a model under another type may read more.
  bool is_measured() const { return values_ && values_->is_measured() && !renamed_; }

  void warn(std::string_view sentence) const { warnings_.add(sentence); }
  bool is_ignored(std::string_view key) const;
  bool is_spelt_otherwise(std::string_view key) const { return plain_.spelt.find(key) != plain_.spelt.end(); }

private:
  void know_type();

  Plain plain_;
  std::string place_, model_type_;
  bool older_ = false; ///< transformers 4 wrote the file
  bool renamed_ = false;
  Json given_; ///< by the class of the whole
  const std::vector<std::string>& ignored_;
  Warnings& warnings_;
  Model& model_;
  std::shared_ptr<const ClassValues> values_;
  ModelType code_; ///< what most models do, where the type is not known
  bool known_ = false;
};

} // namespace ropescope::config
