#pragma once
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/io/json_value-inl.h"
#include "core/rope/layout.h"

namespace ropescope::config {

/// What the class of a model_type says (core/model/class_defaults.h), parsed.
class ClassValues {
public:
  /// Null where nothing is known of the type. `older`: as transformers 4 had it. `given`: {key: value}, what the class
  /// of a whole gives to a part of this type, which counts before the type's own.
  static std::shared_ptr<const ClassValues> of(std::string_view model_type, bool older = false,
                                               const Json& given = Json());

  /// Whether the row was measured of the whole class, so that a key that it lacks is one that the class does not read.
  /// Rows written by hand hold what files leave out, and no more.
  bool is_measured() const { return measured_; }
  /// Whether its attention turns anything, with the class's own settings.
  bool rotates() const { return flag("rope"); }
  /// {key: value}, where it turns only if the file, or the class's default, has that value; null: it turns.
  const Json* condition() const { return present(json_, "rope_if"); }
  /// Whether it reads partial_rotary_factor where nothing is scaled.
  bool reads_partial() const;
  bool is_no_rotation() const { return flag("not_a_rotation"); }
  /// In a word, where it does not turn: "absolute", "alibi" …; empty: not known.
  std::string positions() const { return text("positions"); }

  bool has(std::string_view key) const; ///< whether the class reads the key at all
  const Json* value(std::string_view key) const { return within("defaults", key); } ///< null: none, or null
  const Json* rope_parameters() const { return present(json_, "rope_parameters"); } ///< of a file that has none
  std::string layout() const { return text("layout"); }                             ///< a word; empty: not known
  const Json* axes() const { return present(json_, "axes"); }                       ///< null: one position a token
  std::vector<std::string> list(std::string_view name) const;                       ///< empty where there is none
  /// The base that today's class has, where transformers 4 had another and that counts here.
  std::optional<double> newer_base() const { return newer_base_; }
  bool has_parts() const { return present(json_, "parts") != nullptr; }
  /// The model_type of a nested object that names none; empty: not known.
  std::string type_of_part(std::string_view key) const;
  /// What this class gives to a nested object that does not have the keys: {key: value}; null: nothing of its own.
  Json given_to_part(std::string_view key) const;

private:
  ClassValues(Json json, bool measured) : json_(std::move(json)), measured_(measured) {}
  void take_older(const Json& row);
  void take_given(const Json& values);
  bool flag(std::string_view name) const;
  std::string text(std::string_view name) const;
  const Json* within(std::string_view object, std::string_view key) const;

  Json json_;
  bool measured_;
  std::optional<double> newer_base_;
};

/// The model_type of the language model that a file of a multimodal class has beside its other parts: where the class
/// has a part for it and the file does not. Empty otherwise.
std::string flat_text_type(const Json& file, const ClassValues&);

/// The layout of a word of the table of classes: "half", "interleaved", "interleaved_to_half"; nothing of others.
std::optional<PairLayout> layout_of_word(std::string_view);

} // namespace ropescope::config
