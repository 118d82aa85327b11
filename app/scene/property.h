#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "app/canvas/theme.h"
#include "app/scene/value.h"

namespace ropescope {

struct Scene;
struct Parameter;

/// The range of a property that takes any number: −any_number … any_number.
inline constexpr double any_number = 1e300;

/// What a property's value is.
enum class Kind : std::uint8_t {
  flag,    ///< true or false
  whole,   ///< an integer
  number,  ///< any real number
  choice,  ///< one of several words
  text,    ///< words
  range,   ///< two numbers, the least first
  numbers, ///< a list of numbers
  texts    ///< a list of words; where choices() says which, of those
};

/// Where the control panel has a property's control, in this order; `none`: elsewhere, or nowhere.
enum class Section : std::uint8_t { none, model, positions, extension };

/// One thing that a person can choose. Sliders, typed fields, `--pose`, scene files, lectures, undo's wording and tests
/// address things by its key. A row is a constant: nothing of a scene is in it.
struct Property {
  std::string_view key; ///< "m", "yarn.beta_fast"; what lies under a picture's name begins with that
  Kind kind = Kind::number;
  std::string_view label;                  ///< beside a control, short
  std::string_view help;                   ///< one line: what it is, and what it does to the pictures
  std::string_view unit = {};              ///< "tokens", "rad", "turns"; empty for a plain number
  double least = 0, greatest = 0;          ///< of a number, an end of a range, or each number of a list
  double slider_least = 0, slider_end = 0; ///< the ends of its slider; both 0: least and greatest
  bool logarithmic = false;                ///< equal steps of its slider are equal ratios
  bool nullable = false;                   ///< null: it follows from the rest
  bool steps = true;                       ///< a change of it is a step of undo
  Section section = Section::none;
  std::variant<std::monostate, bool, double, std::string_view> fallback = {}; ///< default of what Scene::options keeps
  std::string_view default_words = {}; ///< the default in words, where it follows from something: "the model's"
  std::span<const std::string_view> (*choices)() = nullptr;

  // Null in both: the scene keeps the value by this key (Scene::options).
  Value (*get)(const Scene&) = nullptr;
  /// Requires a value that the row allows. Throws Error where the scene cannot take it all the same.
  void (*set)(Scene&, const Value&) = nullptr;

  const Parameter* parameter = nullptr; ///< of a scheme, which the scene's rope keeps

  // How its slider shows it, where that is not the plain number.
  std::string (*shown)(const Scene&) = nullptr; ///< the words of the value
  double (*slider_to)(const Scene&) = nullptr;  ///< the slider's end, in place of slider_end
  double (*snapped)(double) = nullptr;          ///< what a drag makes of a number: one that people would choose
  ImU32 canvas::Theme::*colour = nullptr;       ///< of the slider's line; nothing: the accent
};

/// Every row: those of the scene, one for each parameter of a scheme, and each picture's. Settings are applied in this
/// order: what others follow from comes first.
std::span<const Property* const> all_properties();

/// By key; null where there is none. A scheme's parameter has a key for every scheme that takes it.
const Property* find_property(std::string_view key);

/// The key that looks most like this one; empty where none does.
std::string similar_key(std::string_view key);

Value get(const Scene&, const Property&);

/// Sets it. Null means standing(), as reset() does; for a scheme's optional parameter it means that there is none.
/// Nothing changes where the scene has the value already. Throws Error naming key, value and range where the row or the
/// scene does not allow the value.
void set(Scene&, const Property&, const Value&);

/// What the scene would have if nobody had chosen this: the model's own value, or the row's.
Value standing(const Scene&, const Property&);
void reset(Scene&, const Property&);

/// Throws Error, one sentence with key, value and range, where the row does not allow it.
void require_allowed(const Property&, const Value&);

/// "a whole number, 0 … 16 777 215 tokens"
std::string allowed_words(const Property&);

/// A help line as a sentence: "Position of the query." A symbol or a key that begins it stays as it is
/// written.
std::string sentence(std::string_view help);

/// The default as `--list-keys` prints it.
std::string default_words(const Property&);

/// A value as people type it: "4096", "4k", "4,1k", "on", "linear,ntk", "1,4096", "null". k and K mean 1024 for tokens
/// and 1000 for everything else, M the square of that. Throws Error naming key, text and what is expected.
Value parse_value(const Property&, std::string_view text);

/// The inverse, for people: "65536", "0.5", "linear, ntk", "1 … 4096".
std::string value_words(const Property&, const Value&);

} // namespace ropescope
