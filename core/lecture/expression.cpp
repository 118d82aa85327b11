#include "core/lecture/expression.h"

#include <array>
#include <charconv>
#include <cmath>

#include <fmt/format.h>

#include "core/error.h"
#include "core/lecture/claim_engine.h"
#include "core/lecture/functions.h"
#include "core/lecture/similar.h"
#include "core/text.h"

namespace ropescope::lecture {

namespace {

// An expression that nests deeper than any person writes could use up the stack.
constexpr int deepest = 40;

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

const Function* find_function(std::string_view name) {
  for (const auto group : function_groups())
    for (const Function& function : group)
      if (function.name == name) return &function;
  return nullptr;
}

std::vector<std::string_view> all_names() {
  std::vector<std::string_view> names(scene_names().begin(), scene_names().end());
  for (const auto group : function_groups())
    for (const Function& function : group) names.push_back(function.name);
  return names;
}

/// Recursive descent over the text. Without an engine nothing is computed, and every value is 0.
class Parser {
public:
  Parser(std::string_view text, ClaimEngine* engine) : text_(text), engine_(engine) {}

  double whole() {
    const double value = sum(0);
    skip_space();
    if (at_ < text_.size()) refuse("expected an operator or the end");
    return value;
  }

private:
  [[noreturn]] void refuse(std::string_view expected) const {
    const std::string_view rest = text_.substr(at_);
    throw Error(fmt::format("{}: {}{}", in_quotes(text_), expected,
                            rest.empty() ? std::string(" after its end") : fmt::format(" at {}", in_quotes(rest))));
  }

  void skip_space() {
    while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\t')) ++at_;
  }

  bool take(std::string_view word) {
    skip_space();
    if (!text_.substr(at_).starts_with(word)) return false;
    at_ += word.size();
    return true;
  }

  bool take_minus() { return take("-") || take("−"); }

  double sum(int depth) {
    double value = product(depth);
    for (;;)
      if (take("+"))
        value += product(depth);
      else if (take_minus())
        value -= product(depth);
      else
        return value;
  }

  double product(int depth) {
    double value = signed_power(depth);
    for (;;)
      if (take("*") || take("·") || take("×"))
        value *= signed_power(depth);
      else if (take("/"))
        value /= signed_power(depth);
      else
        return value;
  }

  double signed_power(int depth) {
    if (depth > deepest) throw Error(fmt::format("{}: nested too deeply", in_quotes(text_)));
    if (take_minus()) return -signed_power(depth + 1);
    if (take("+")) return signed_power(depth + 1);
    const double base = primary(depth);
    return take("^") ? std::pow(base, signed_power(depth + 1)) : base;
  }

  double primary(int depth) {
    if (take("(")) {
      const double value = sum(depth + 1);
      if (!take(")")) refuse("expected \")\"");
      return value;
    }
    skip_space();
    if (at_ == text_.size()) refuse("expected a number, a name or a function");
    if (is_digit(text_[at_]) || text_[at_] == '.') return number();
    if (!is_letter(text_[at_])) refuse("expected a number, a name or a function");
    const std::string_view name = word();
    return take("(") ? call(name, depth) : named(name);
  }

  double number() {
    double value = 0;
    const auto [end, error] = std::from_chars(text_.data() + at_, text_.data() + text_.size(), value);
    if (error != std::errc()) refuse("expected a number");
    at_ = static_cast<std::size_t>(end - text_.data());
    return value;
  }

  std::string_view word() {
    const std::size_t first = at_;
    while (at_ < text_.size() && (is_letter(text_[at_]) || is_digit(text_[at_]))) ++at_;
    return text_.substr(first, at_ - first);
  }

  [[noreturn]] static void refuse_name(std::string_view kind, std::string_view name) {
    throw Error(fmt::format("unknown {} {}{}", kind, in_quotes(name), suggestion(name, all_names())));
  }

  double named(std::string_view name) {
    if (name == "pi") return 3.14159265358979323846;
    if (find_function(name)) throw Error(fmt::format("{} is a function: expected {}(…)", in_quotes(name), name));
    for (const std::string_view known : scene_names())
      if (known == name) return engine_ ? *scene_name(*engine_, name) : 0;
    refuse_name("name", name);
  }

  Argument argument(int depth) {
    skip_space();
    if (at_ == text_.size() || (text_[at_] != '\'' && text_[at_] != '"')) return sum(depth + 1);
    const char quote = text_[at_];
    const std::size_t end = text_.find(quote, at_ + 1);
    if (end == std::string_view::npos) refuse("expected a closing quote");
    std::string words(text_.substr(at_ + 1, end - at_ - 1));
    at_ = end + 1;
    return words;
  }

  double call(std::string_view name, int depth) {
    const Function* function = find_function(name);
    if (!function) refuse_name("function", name);
    std::vector<Argument> values;
    if (!take(")")) {
      do values.push_back(argument(depth));
      while (take(","));
      if (!take(")")) refuse("expected \",\" or \")\"");
    }
    if (values.size() < function->least || values.size() > function->most)
      throw Error(fmt::format("{}(…) takes {}, not {}", name,
                              function->least == function->most
                                  ? fmt::format("{} argument{}", function->least, function->least == 1 ? "" : "s")
                                  : fmt::format("{} to {} arguments", function->least, function->most),
                              values.size()));
    return engine_ ? function->call(Arguments(*engine_, name, values)) : 0;
  }

  std::string_view text_;
  std::size_t at_ = 0;
  ClaimEngine* engine_;
};

} // namespace

void Arguments::refuse(std::size_t i, std::string_view expected) const {
  throw Error(fmt::format("{}(…): argument {}: expected {}", function_, i + 1, expected));
}

double Arguments::number(std::size_t i) const {
  const double* value = i < count() ? std::get_if<double>(&values_[i]) : nullptr;
  if (!value) refuse(i, "a number");
  return *value;
}

std::int64_t Arguments::whole(std::size_t i, std::int64_t least, std::int64_t greatest) const {
  const double value = number(i);
  if (!(value >= static_cast<double>(least) && value <= static_cast<double>(greatest)) || value != std::floor(value))
    refuse(i, fmt::format("a whole number, {} … {}", grouped(static_cast<double>(least)),
                          grouped(static_cast<double>(greatest))));
  return static_cast<std::int64_t>(value);
}

const std::string& Arguments::text(std::size_t i) const {
  const std::string* value = i < count() ? std::get_if<std::string>(&values_[i]) : nullptr;
  if (!value) refuse(i, "a word in quotes");
  return *value;
}

std::span<const std::span<const Function>> function_groups() {
  static const std::array<std::span<const Function>, 4> groups{plain_functions(), rotation_functions(),
                                                               extension_functions(), rival_functions()};
  return groups;
}

double evaluate(std::string_view expression, ClaimEngine& engine) { return Parser(expression, &engine).whole(); }
void require_expression(std::string_view expression) { Parser(expression, nullptr).whole(); }

} // namespace ropescope::lecture
