#include "core/check/basics/words.h"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "core/text.h"

namespace ropescope {

namespace {

/// A number with the sign that people write: the hyphen of a program reads like a dash before "×".
std::string with_minus(std::string number) { return number.starts_with('-') ? "−" + number.substr(1) : number; }

/// The first 8 of a list: a sentence with more is not read.
template <typename T>
std::string list(const std::vector<T>& numbers, const char* each) {
  constexpr std::size_t shown = 8, repeated = 3; // one that stands so often in a row is said once
  std::string words;
  std::size_t n = 0;
  for (std::size_t said = 0; said < shown && n < numbers.size(); ++said) {
    std::size_t end = n + 1;
    while (end < numbers.size() && numbers[end] == numbers[n]) ++end;
    if (end - n < repeated) end = n + 1;
    if (n > 0) words += ", ";
    words += with_minus(fmt::format(fmt::runtime(each), numbers[n]));
    if (end - n > 1) words += fmt::format(" ({} times)", end - n);
    n = end;
  }
  return n < numbers.size() ? words + fmt::format(" … ({} in all)", numbers.size()) : words;
}

} // namespace

// Sentences are quoted in reports, so that numbers keep the digits of a float; lists are read at a glance.
std::string exact_words(const ParameterValue& value) {
  struct Words {
    std::string operator()(double number) const { return with_minus(fmt::format("{:.7g}", number)); }
    std::string operator()(std::int64_t number) const { return with_minus(fmt::format("{}", number)); }
    std::string operator()(bool flag) const { return flag ? "true" : "false"; }
    std::string operator()(const std::string& text) const { return text; }
    std::string operator()(const std::vector<std::int64_t>& numbers) const { return list(numbers, "{}"); }
    std::string operator()(const std::vector<double>& numbers) const { return list(numbers, "{:.7g}"); }
  };
  return std::visit(Words{}, value);
}

std::string short_words(const ParameterValue& value) {
  struct Words {
    std::string operator()(double number) const {
      return std::abs(number) >= 1000 && number == std::round(number) ? grouped(number) : fmt::format("{:.5g}", number);
    }
    std::string operator()(std::int64_t number) const { return grouped(static_cast<double>(number)); }
    std::string operator()(bool flag) const { return flag ? "true" : "false"; }
    std::string operator()(const std::string& text) const { return text; }
    std::string operator()(const std::vector<std::int64_t>& numbers) const {
      return numbers.size() > 4 ? fmt::format("{}, {} … ({})", numbers[0], numbers[1], numbers.size())
                                : fmt::format("{}", fmt::join(numbers, ", "));
    }
    std::string operator()(const std::vector<double>& numbers) const {
      return numbers.size() > 4 ? fmt::format("{:.4g}, {:.4g} … ({})", numbers[0], numbers[1], numbers.size())
                                : fmt::format("{:.4g}", fmt::join(numbers, ", "));
    }
  };
  return std::visit(Words{}, value);
}

std::string range_words(const std::vector<std::int64_t>& numbers) {
  constexpr std::size_t least = 5, shown = 8; // numbers of a run in short; runs and numbers that are read
  std::string words;
  std::size_t said = 0;
  for (std::size_t n = 0; n < numbers.size();) {
    std::size_t end = n + 1;
    while (end < numbers.size() && numbers[end] == numbers[end - 1] + 1) ++end;
    if (end - n < least) end = n + 1;
    if (said++ == shown) return words + fmt::format(" … ({} in all)", numbers.size());
    if (n > 0) words += ", ";
    words += end == n + 1 ? fmt::format("{}", numbers[n]) : fmt::format("{} … {}", numbers[n], numbers[end - 1]);
    n = end;
  }
  return words;
}

std::string token_words(const std::vector<std::int64_t>& tokens) {
  return fmt::format("token{} {}", tokens.size() == 1 ? "" : "s", range_words(tokens));
}

std::string other_position_words(const std::vector<std::int64_t>& given, const std::vector<std::int64_t>& taken) {
  if (given.size() != taken.size()) return "";
  std::vector<std::int64_t> wrong, from, to;
  for (std::size_t t = 0; t < given.size(); ++t)
    if (given[t] != taken[t])
      wrong.push_back(static_cast<std::int64_t>(t)), from.push_back(given[t]), to.push_back(taken[t]);
  if (wrong.empty() || wrong.size() == given.size()) return "";
  const auto first = static_cast<std::size_t>(wrong.front());
  if (first + wrong.size() < given.size()) // right ones among them
    return fmt::format("turns {} by positions {} instead of {}; the other tokens are right", token_words(wrong),
                       exact_words(to), exact_words(from));
  const bool anew = to.size() > 1 && to[0] == given[0] && to[1] == given[0] + 1;
  return fmt::format("turns the tokens from {} on by positions {} instead of {}{}; the other tokens are right",
                     wrong[0], exact_words(to), exact_words(from), anew ? " (it begins anew there)" : "");
}

std::string offset_words(double offset, const std::string& whose) {
  return fmt::format("{} {:.7g} {} {}", offset < 0 ? "subtracts" : "adds", std::abs(offset), offset < 0 ? "from" : "to",
                     whose);
}

std::string axis_words(const std::string& names) {
  constexpr std::pair<std::string_view, std::string_view> known[] = {{"t", "frames"}, {"h", "rows"}, {"w", "columns"}};
  std::string words;
  for (std::size_t at = 0; at <= names.size();) {
    const std::size_t end = std::min(names.find(',', at), names.size());
    const std::string name = names.substr(at, end - at);
    words += (words.empty() ? "" : ", ") + name;
    for (const auto& [letter, word] : known)
      if (name == letter) words += fmt::format(" ({})", word);
    at = end + 1;
  }
  return (names.find(',') == std::string::npos ? "axis " : "axes ") + words;
}

std::string head_words(const std::vector<std::int64_t>& heads, const KernelRun& run) {
  if (run.tables && heads.size() == 1)
    return fmt::format("the {} copy of each angle", heads[0] == 0 ? "first" : "second");
  if (run.tables) return "both copies of each angle";
  return fmt::format("head{} {}", heads.size() == 1 ? "" : "s", range_words(heads));
}

std::string batch_words(const std::vector<std::int64_t>& rows) {
  return fmt::format("batch row{} {}", rows.size() == 1 ? "" : "s", range_words(rows));
}

std::string signed_words(const ParameterValue& value) {
  // A minus is there already.
  const std::string words = short_words(value);
  return words.empty() || !std::isdigit(static_cast<unsigned char>(words.front())) ? words : "+" + words;
}

std::string pairing_title(Pairing pairing) { return pairing == Pairing::half ? "half-split" : "interleaved"; }

std::string sentence_of(const std::vector<Cause>& causes, const KernelRun& run) {
  std::string sentence = "The kernel ";
  // One sentence however many causes there are; a cause that another says too has no words.
  bool begun = false, rest_right = false;
  for (const Cause& cause : causes) {
    std::string words = cause.sentence(run);
    if (words.empty()) continue;
    // Of several causes, what is right besides is said once, after the last.
    const std::size_t others = words.rfind("; the other");
    const bool says_rest = others != std::string::npos && words.ends_with("right");
    if (says_rest && causes.size() > 1) words.erase(others);
    rest_right |= says_rest;
    sentence += (begun ? "; and it " : "") + words;
    begun = true;
  }
  if (rest_right && causes.size() > 1) sentence += "; the rest is right";
  return sentence + '.';
}

std::string brief_of(const std::vector<Cause>& causes, const KernelRun& run) {
  std::string words;
  for (const Cause& cause : causes) words += (words.empty() ? "" : " and ") + cause.brief(run);
  return words;
}

} // namespace ropescope
