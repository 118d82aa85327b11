#include "core/lecture/claim.h"

#include <charconv>
#include <cmath>

#include <fmt/format.h>

#include "core/error.h"
#include "core/lecture/expression.h"
#include "core/text.h"

namespace ropescope::lecture {

namespace {

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

struct Sign {
  std::string_view text;
  Comparison comparison;
};
// Those of two letters before those that they begin with.
constexpr Sign signs[] = {{"==", Comparison::equal}, {"<=", Comparison::at_most}, {">=", Comparison::at_least},
                          {"<", Comparison::less},   {">", Comparison::greater},  {"~", Comparison::about}};

/// Where the comparison stands, outside of words in quotes; npos where there is none.
std::size_t place_of_sign(std::string_view text) {
  char quote = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (quote)
      quote = c == quote ? char{0} : quote;
    else if (c == '\'' || c == '"')
      quote = c;
    else if (c == '=' || c == '<' || c == '>' || c == '~')
      return i;
  }
  return std::string_view::npos;
}

} // namespace

std::optional<double> half_unit_of(std::string_view number) {
  if (!number.empty() && (number.front() == '-' || number.front() == '+'))
    number.remove_prefix(1);
  else if (number.starts_with("−"))
    number.remove_prefix(std::string_view("−").size());
  int decimals = 0, exponent = 0;
  std::size_t digits = 0, i = 0;
  bool behind_point = false;
  for (; i < number.size(); ++i) {
    const char c = number[i];
    if (c >= '0' && c <= '9')
      ++digits, decimals += behind_point;
    else if (c == '.' && !behind_point)
      behind_point = true;
    else
      break;
  }
  if (digits == 0) return std::nullopt;
  if (i < number.size()) {
    if (number[i] != 'e' && number[i] != 'E') return std::nullopt;
    std::string_view power = number.substr(i + 1);
    if (power.starts_with('+')) power.remove_prefix(1);
    const auto [end, error] = std::from_chars(power.data(), power.data() + power.size(), exponent);
    if (error != std::errc() || end != power.data() + power.size() || std::abs(exponent) > 300) return std::nullopt;
  }
  return 0.5 * std::pow(10.0, exponent - decimals);
}

Claim read_claim(std::string_view text) {
  Claim claim;
  std::string_view rest = trimmed(text);
  if (rest.starts_with("pose:")) claim.at_pose = true, rest = trimmed(rest.substr(5));
  const std::size_t place = place_of_sign(rest);
  if (place == std::string_view::npos)
    throw Error(fmt::format("{}: expected one of == < > <= >= ~ between two sides", in_quotes(text)));
  for (const Sign& sign : signs) {
    if (!rest.substr(place).starts_with(sign.text)) continue;
    claim.comparison = sign.comparison;
    claim.left = trimmed(rest.substr(0, place));
    claim.right = trimmed(rest.substr(place + sign.text.size()));
    require_expression(claim.left);
    require_expression(claim.right);
    if (claim.comparison != Comparison::about) return claim;
    const auto half = half_unit_of(claim.right);
    if (!half)
      throw Error(fmt::format("{}: \"~\" compares with a number as it is written, as in 0.5532", in_quotes(text)));
    claim.half_unit = *half;
    return claim;
  }
  throw Error(fmt::format("{}: expected one of == < > <= >= ~ between two sides", in_quotes(text)));
}

Judged judge(const Claim& claim, ClaimEngine& engine) {
  const double a = evaluate(claim.left, engine), b = evaluate(claim.right, engine);
  // A number that was rounded to the written digits may lie half a unit off, and the digits themselves are no double.
  constexpr double of_rounding = 1.0001, same = 1e-12;
  switch (claim.comparison) {
  case Comparison::equal: return {std::abs(a - b) <= same * std::max(1.0, std::abs(b)), a};
  case Comparison::about: return {std::abs(a - b) <= claim.half_unit * of_rounding, a};
  case Comparison::less: return {a < b, a};
  case Comparison::greater: return {a > b, a};
  case Comparison::at_most: return {a <= b, a};
  case Comparison::at_least: break;
  }
  return {a >= b, a};
}

} // namespace ropescope::lecture
