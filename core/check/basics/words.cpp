#include "core/check/basics/words.h"

#include <algorithm>
#include <cctype>
#include <cmath>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "core/text.h"

namespace ropescope {

namespace {

/// The first 8 of a list: a sentence with more is not read.
template <typename T>
std::string list(const std::vector<T>& numbers, const char* each) {
  constexpr std::size_t shown = 8;
  std::string words;
  for (std::size_t n = 0; n < std::min(shown, numbers.size()); ++n) {
    if (n > 0) words += ", ";
    words += fmt::format(fmt::runtime(each), numbers[n]);
  }
  return numbers.size() > shown ? words + fmt::format(" … ({} in all)", numbers.size()) : words;
}

} // namespace

// Sentences are quoted in reports, so that numbers keep the digits of a float; lists are read at a glance.
std::string exact_words(const ParameterValue& value) {
  struct Words {
    std::string operator()(double number) const { return fmt::format("{:.7g}", number); }
    std::string operator()(std::int64_t number) const { return fmt::format("{}", number); }
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

std::string signed_words(const ParameterValue& value) {
  // A minus is there already.
  const std::string words = short_words(value);
  return words.empty() || !std::isdigit(static_cast<unsigned char>(words.front())) ? words : "+" + words;
}

std::string pairing_title(Pairing pairing) { return pairing == Pairing::half ? "half-split" : "interleaved"; }

std::string sentence_of(const std::vector<Cause>& causes, const KernelRun& run) {
  std::string sentence = "The kernel ";
  // One sentence however many causes there are.
  for (std::size_t c = 0; c < causes.size(); ++c) sentence += (c == 0 ? "" : "; and it ") + causes[c].sentence(run);
  return sentence + '.';
}

std::string brief_of(const std::vector<Cause>& causes, const KernelRun& run) {
  std::string words;
  for (const Cause& cause : causes) words += (words.empty() ? "" : " and ") + cause.brief(run);
  return words;
}

} // namespace ropescope
