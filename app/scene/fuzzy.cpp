#include "app/scene/fuzzy.h"

#include <algorithm>
#include <limits>
#include <vector>

namespace ropescope {

namespace {

constexpr double none = -std::numeric_limits<double>::infinity();
// What a letter is worth, and more where it begins a word or follows the letter before. A run is worth more than word
// beginnings spread over the text: "qwen" is in "Qwen 3 Next" as in every Qwen, and not by the N of Next.
constexpr double letter = 1, at_word = 5, in_run = 8, at_text = 4, whole = 20;
// Each letter that is passed over costs a little, so that near letters go before far ones.
constexpr double per_gap = 0.05;

char small(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }
bool is_letter(char c) {
  const char s = small(c);
  return (s >= 'a' && s <= 'z') || (static_cast<unsigned char>(c) & 0x80) != 0;
}
bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// A word begins behind a sign, where letters become digits or digits letters, and at a capital within small letters.
bool begins_word(std::string_view text, std::size_t i) {
  if (i == 0) return true;
  const char c = text[i], before = text[i - 1];
  if (!is_letter(c) && !is_digit(c)) return false;
  if (!is_letter(before) && !is_digit(before)) return true;
  return is_letter(c) != is_letter(before) || (c >= 'A' && c <= 'Z' && !(before >= 'A' && before <= 'Z'));
}

/// The best way to find one word's letters in the text: best[i] is that of its letters so far, the last of them at i.
std::optional<double> word_score(std::string_view word, std::string_view text) {
  std::vector<double> best(text.size(), none), next;
  for (std::size_t k = 0; k < word.size(); ++k) {
    next.assign(text.size(), none);
    double reached = none; // the best of the letters before, less what was passed over since
    for (std::size_t i = 0; i < text.size(); ++i) {
      if (small(text[i]) == small(word[k])) {
        const double start = begins_word(text, i) ? at_word + (i == 0 ? at_text : 0) : 0;
        const double apart = k == 0 ? 0 : reached, joined = k > 0 && i > 0 ? best[i - 1] + in_run : none;
        next[i] = letter + std::max(apart + start, joined + start / 2);
      }
      reached = std::max(reached - per_gap, best[i]);
    }
    best.swap(next);
  }
  const double found = best.empty() ? none : *std::max_element(best.begin(), best.end());
  return found == none ? std::nullopt : std::optional(found);
}

} // namespace

std::optional<double> fuzzy_score(std::string_view typed, std::string_view text) {
  const bool same = std::equal(typed.begin(), typed.end(), text.begin(), text.end(),
                               [](char a, char b) { return small(a) == small(b); });
  double sum = same ? whole : 0;
  for (std::size_t begin = 0; begin < typed.size();) {
    const std::size_t end = std::min(typed.find(' ', begin), typed.size());
    if (const std::string_view word = typed.substr(begin, end - begin); !word.empty()) {
      const auto score = word_score(word, text);
      if (!score) return std::nullopt;
      sum += *score;
    }
    begin = end + 1;
  }
  return sum;
}

} // namespace ropescope
