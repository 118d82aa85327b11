#include <algorithm>
#include <charconv>
#include <cmath>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "app/scene/property.h"
#include "app/scene/scene.h"
#include "core/error.h"
#include "core/text.h"

// Values as people read and type them, and what is said where one cannot be.

namespace ropescope {

namespace {

std::string with_unit(const Property& row, const std::string& words) {
  return row.unit.empty() ? words : fmt::format("{} {}", words, row.unit);
}

/// A number in the fewest digits that give it back.
std::string number_words(double value) { return fmt::format("{}", value); }

/// ", 1 … 4 096 tokens"; nothing where it may be any number.
std::string between(const Property& row) {
  if (row.greatest >= any_number) return row.unit.empty() ? "" : fmt::format(", {}", row.unit);
  const auto end = [](double value) {
    return std::abs(value) < 1e9 && value == std::round(value) ? grouped(value) : number_words(value);
  };
  return ", " + with_unit(row, fmt::format("{} … {}", end(row.least), end(row.greatest)));
}

[[noreturn]] void refuse(const Property& row, std::string_view shown) {
  throw Error(fmt::format("{}: {}: expected {}", row.key, printable(shown), allowed_words(row)));
}

bool is_choice(const Property& row, std::string_view word) {
  const auto choices = row.choices();
  return std::find(choices.begin(), choices.end(), word) != choices.end();
}

bool is_within(const Property& row, double number) { return number >= row.least && number <= row.greatest; }

bool is_allowed_list(const Property& row, const std::vector<double>& list) {
  if (!std::all_of(list.begin(), list.end(), [&](double number) { return is_within(row, number); })) return false;
  return row.kind != Kind::range || (list.size() == 2 && list[0] < list[1]);
}

bool is_allowed(const Property& row, const Value& value) {
  switch (row.kind) {
  case Kind::flag: return std::holds_alternative<bool>(value);
  case Kind::whole:
  case Kind::number: {
    const double* number = std::get_if<double>(&value);
    return number && is_within(row, *number) && (row.kind == Kind::number || *number == std::round(*number));
  }
  case Kind::choice: {
    const auto* word = std::get_if<std::string>(&value);
    return word && is_choice(row, *word);
  }
  case Kind::text: return std::holds_alternative<std::string>(value);
  case Kind::range:
  case Kind::numbers: {
    const auto* list = std::get_if<std::vector<double>>(&value);
    return list && is_allowed_list(row, *list);
  }
  case Kind::texts: {
    const auto* list = std::get_if<std::vector<std::string>>(&value);
    return list && (!row.choices || std::all_of(list->begin(), list->end(),
                                                [&](const std::string& word) { return is_choice(row, word); }));
  }
  }
  return false;
}

std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

/// The parts between commas, in whatever brackets.
std::vector<std::string_view> parts_of(std::string_view text) {
  text = trimmed(text);
  if (text.size() >= 2 && text.front() == '[' && text.back() == ']') text = text.substr(1, text.size() - 2);
  std::vector<std::string_view> parts;
  while (!trimmed(text).empty()) {
    const std::size_t comma = std::min(text.find(','), text.size());
    std::string_view part = trimmed(text.substr(0, comma));
    if (part.size() >= 2 && part.front() == '"' && part.back() == '"') part = part.substr(1, part.size() - 2);
    parts.push_back(part);
    text.remove_prefix(std::min(comma + 1, text.size()));
  }
  return parts;
}

/// "1,000" as English writes a thousand, and "1.000" as German does: of whole numbers and of tokens it can be nothing
/// else, and comes back as "1000"; of other numbers nobody knows which is meant. Empty where the text is no such
/// number. Throws Error with both readings.
std::string without_thousands(const Property& row, std::string_view text) {
  const std::size_t mark = text.find_first_of(",.");
  if (mark == std::string_view::npos || mark == 0 || mark > 3 || text.front() == '0') return {};
  std::string digits(text.substr(0, mark));
  for (std::size_t at = mark; at < text.size(); at += 4) {
    const std::string_view group = text.substr(at + 1, 3);
    if (text[at] != text[mark] || group.size() != 3) return {};
    digits += group;
  }
  if (!std::all_of(digits.begin(), digits.end(), [](char ch) { return ch >= '0' && ch <= '9'; })) return {};
  if (row.kind == Kind::whole || row.unit == "tokens") return digits;
  // The decimal point of everybody who writes programs, but for a base: 10.000 and 500.000 are bases that people have.
  const bool point = text[mark] == '.',
             round = row.key == "base" && digits.find_first_not_of('0', mark) == std::string::npos;
  if (point && !round) return {};
  throw Error(fmt::format("{}: \"{}\": a thousand or a decimal {}? Write {} or {}.{}{}", row.key, text,
                          point ? "point" : "comma", digits, text.substr(0, mark), text.substr(mark + 1),
                          point ? "0" : ""));
}

/// A number with k, K or M behind it, as the unit counts them; nothing where the text is none. The decimal point may be
/// a comma where the number stands alone, and thousands may be parted by spaces, as the program itself writes them.
std::optional<double> number_of(const Property& row, std::string_view text, bool alone) {
  const std::string without = alone ? without_thousands(row, trimmed(text)) : std::string();
  if (!without.empty())
    text = without;
  else if (row.kind == Kind::whole && text.find(',') != std::string_view::npos &&
           text.find_first_of("kKM") == std::string_view::npos)
    return std::nullopt; // "1,00" would be 1
  std::string plain;
  for (const char ch : trimmed(text))
    if (ch == ',' && alone)
      plain += '.';
    else if (ch != ' ' && ch != '_')
      plain += ch;
  // The narrow spaces and the minus sign that the program writes.
  for (const auto& [from, to] :
       {std::pair<std::string_view, std::string_view>{"\u2009", ""}, {"\u202f", ""}, {"\u2212", "-"}})
    for (std::size_t at = plain.find(from); at != std::string::npos; at = plain.find(from))
      plain.replace(at, from.size(), to);
  double times = 1;
  if (!plain.empty()) {
    const double kilo = row.unit == "tokens" ? 1024 : 1000;
    if (plain.back() == 'k' || plain.back() == 'K') times = kilo;
    if (plain.back() == 'M') times = kilo * kilo;
    if (times != 1) plain.pop_back();
  }
  double number = 0;
  const char *begin = plain.data(), *end = begin + plain.size();
  if (begin != end && *begin == '+') ++begin;
  const auto read = std::from_chars(begin, end, number);
  if (read.ec != std::errc{} || read.ptr != end || !std::isfinite(number)) return std::nullopt;
  return number * times;
}

Value list_of_numbers(const Property& row, std::string_view text) {
  std::vector<double> list;
  for (const std::string_view part : parts_of(text)) {
    const auto number = number_of(row, part, false);
    if (!number) refuse(row, text);
    list.push_back(*number);
  }
  return list;
}

Value flag_of(const Property& row, std::string_view text) {
  if (text == "true" || text == "on" || text == "yes" || text == "1") return true;
  if (text == "false" || text == "off" || text == "no" || text == "0") return false;
  refuse(row, text);
}

} // namespace

std::string allowed_words(const Property& row) {
  std::string words;
  switch (row.kind) {
  case Kind::flag: words = "true or false"; break;
  case Kind::whole: words = "a whole number" + between(row); break;
  case Kind::number: words = "a number" + between(row); break;
  case Kind::choice: words = fmt::format("one of {}", fmt::join(row.choices(), ", ")); break;
  case Kind::text: words = "words"; break;
  case Kind::range: words = "two numbers, the least first" + between(row); break;
  case Kind::numbers: words = "a list of numbers" + between(row); break;
  case Kind::texts:
    words = row.choices ? fmt::format("a list of {}", fmt::join(row.choices(), ", ")) : std::string("a list of words");
    break;
  }
  if (row.nullable) words += ", or null";
  return words;
}

std::string sentence(std::string_view help) {
  std::string words(help);
  const std::string_view first = help.substr(0, help.find_first_of(" ,:"));
  const bool is_code = first.find_first_of("_=.") != std::string_view::npos;
  if (!is_code && (first.size() > 1 || first == "a") && words.front() >= 'a' && words.front() <= 'z')
    words.front() = static_cast<char>(words.front() - 'a' + 'A');
  if (!words.empty() && words.back() != '.') words += '.';
  return words;
}

std::string default_words(const Property& row) {
  if (!row.default_words.empty()) return std::string(row.default_words);
  static const Scene first = first_scene();
  return value_words(row, get(first, row));
}

void require_allowed(const Property& row, const Value& value) {
  if (is_null(value) && row.nullable) return;
  if (!is_allowed(row, value)) refuse(row, value_words(row, value));
}

Value parse_value(const Property& row, std::string_view text) {
  const std::string_view plain = trimmed(text);
  if (plain == "null") return {};
  Value value;
  switch (row.kind) {
  case Kind::flag: value = flag_of(row, plain); break;
  case Kind::whole:
  case Kind::number: {
    const auto number = number_of(row, plain, true);
    if (!number) refuse(row, in_quotes(text));
    value = *number;
    break;
  }
  case Kind::choice:
  case Kind::text: value = std::string(plain); break;
  case Kind::range:
  case Kind::numbers: value = list_of_numbers(row, plain); break;
  case Kind::texts: {
    std::vector<std::string> list;
    for (const std::string_view part : parts_of(plain)) list.emplace_back(part);
    value = std::move(list);
    break;
  }
  }
  if (!is_allowed(row, value)) refuse(row, in_quotes(text));
  return value;
}

std::string value_words(const Property& row, const Value& value) {
  if (is_null(value)) return "null";
  if (const bool* flag = std::get_if<bool>(&value)) return *flag ? "true" : "false";
  if (const double* number = std::get_if<double>(&value)) return number_words(*number);
  if (const auto* text = std::get_if<std::string>(&value)) return *text;
  if (const auto* list = std::get_if<std::vector<double>>(&value))
    return fmt::format("{}", fmt::join(*list, row.kind == Kind::range ? " … " : ", "));
  return fmt::format("{}", fmt::join(std::get<std::vector<std::string>>(value), ", "));
}

} // namespace ropescope
