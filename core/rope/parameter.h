#pragma once
#include <cstdint>
#include <optional>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

namespace ropescope {

/// What a scheme's parameter holds.
enum class ParameterKind : std::uint8_t {
  number,          ///< always has a value, its default where nothing is stated
  optional_number, ///< may be absent
  flag,
  factors ///< one divisor for each pair
};

/// One parameter of a scaling scheme, described once for everything that reads, shows, asks for or fits it.
struct Parameter {
  std::string_view key; ///< as Hugging Face spells it
  ParameterKind kind = ParameterKind::number;
  double fallback = 0;              ///< of a number; of a flag 0 or 1
  double least = 0, greatest = 0;   ///< the range in which people choose it and `check` looks for it; both 0: none
  std::string_view unit = {};       ///< "turns", "tokens", …; empty for a plain number
  std::string_view meaning = {};    ///< a sentence without its full stop, which names the unit where there is one
  bool of_repository_alone = false; ///< Hugging Face does not read it: the YaRN authors' code and ggml do
  bool takes_null = true;           ///< `null` in a file means "not given"
};

/// A parameter whose values have type T: double, std::optional<double>, bool or std::vector<double>.
template <typename T>
struct Key : Parameter {
  constexpr explicit Key(Parameter parameter) : Parameter(parameter) {
    kind = std::is_same_v<T, bool>                    ? ParameterKind::flag
           : std::is_same_v<T, std::optional<double>> ? ParameterKind::optional_number
           : std::is_same_v<T, double>                ? ParameterKind::number
                                                      : ParameterKind::factors;
  }
};

using SchemeValue = std::variant<double, bool, std::vector<double>>;

/// The values of scheme parameters that a config states. A plain value; what has its default is not kept, so that two
/// configs which say the same are equal.
class ParameterValues {
public:
  double operator[](const Key<double>& key) const { return number(key); }
  std::optional<double> operator[](const Key<std::optional<double>>& key) const { return optional_number(key); }
  bool operator[](const Key<bool>& key) const { return flag(key); }
  const std::vector<double>& operator[](const Key<std::vector<double>>& key) const { return factors(key); }

  void set(const Key<double>& key, double value) { set_number(key, value); }
  void set(const Key<std::optional<double>>& key, std::optional<double> value) { set_number(key, value); }
  void set(const Key<bool>& key, bool value) { set_flag(key, value); }
  void set(const Key<std::vector<double>>& key, std::vector<double> value) { set_factors(key, std::move(value)); }

  // The same for a parameter that is known at run time alone. Each requires the parameter's kind to fit.
  double number(const Parameter&) const;
  std::optional<double> optional_number(const Parameter&) const;
  bool flag(const Parameter&) const;
  const std::vector<double>& factors(const Parameter&) const;
  void set_number(const Parameter&, std::optional<double>); ///< nothing: as if not given
  void set_flag(const Parameter&, bool);
  void set_factors(const Parameter&, std::vector<double>);
  void erase(const Parameter&);

  bool operator==(const ParameterValues&) const = default;

private:
  const SchemeValue* find(const Parameter&) const;
  void keep(const Parameter&, SchemeValue);

  std::vector<std::pair<std::string_view, SchemeValue>> values_; // by key
};

} // namespace ropescope
