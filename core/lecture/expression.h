#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace ropescope::lecture {

class ClaimEngine;

/// What a function of an expression is given: numbers, and words in quotes.
using Argument = std::variant<double, std::string>;

/// The arguments of one call, as a function reads them. Each throws Error, which names function and place, where an
/// argument is of the other kind or out of range.
class Arguments {
public:
  Arguments(ClaimEngine& engine, std::string_view function, std::span<const Argument> values)
      : engine(engine), function_(function), values_(values) {}

  std::size_t count() const { return values_.size(); }
  double number(std::size_t i) const;
  double number_or(std::size_t i, double fallback) const { return i < count() ? number(i) : fallback; }
  /// Requires least ≤ greatest.
  std::int64_t whole(std::size_t i, std::int64_t least, std::int64_t greatest) const;
  bool is_text(std::size_t i) const { return i < count() && std::holds_alternative<std::string>(values_[i]); }
  const std::string& text(std::size_t i) const;
  [[noreturn]] void refuse(std::size_t i, std::string_view expected) const;

  ClaimEngine& engine;

private:
  std::string_view function_;
  std::span<const Argument> values_;
};

/// A function that expressions may call.
struct Function {
  std::string_view name;
  std::string_view
      takes;             ///< its arguments in words, with a comma between two; the last may be left out down to `least`
  std::string_view says; ///< what it gives, a few words
  std::size_t least, most; ///< arguments
  double (*call)(const Arguments&);
};

/// All functions, by groups; the names of the scene that an expression may use.
std::span<const std::span<const Function>> function_groups();

/// A number of the scene by its name: "factor", "m"; nothing where there is none.
std::optional<double> scene_name(ClaimEngine&, std::string_view name);
std::span<const std::string_view> scene_names();

/// The value of an expression: numbers, names, functions, + − * / ^ and parentheses; ^ binds from the right, and
/// stronger than a sign before it. Throws Error, one sentence: what is wrong, and the function that may be meant.
double evaluate(std::string_view expression, ClaimEngine&);

/// The same without computing: throws Error where evaluate() would because of how the expression is written.
void require_expression(std::string_view expression);

} // namespace ropescope::lecture
