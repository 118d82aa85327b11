#include "core/lecture/similar.h"

#include <algorithm>
#include <set>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace ropescope::lecture {

std::size_t letters_between(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t above = row[j];
      row[j] = std::min({above + 1, row[j - 1] + 1, diagonal + (a[i - 1] == b[j - 1] ? 0 : 1)});
      diagonal = above;
    }
  }
  return row.back();
}

std::string_view similar_word(std::string_view word, std::span<const std::string_view> words) {
  if (word.size() > 60) return {}; // no name is that long
  std::string_view best;
  std::size_t least = std::max<std::size_t>(2, word.size() * 2 / 5) + 1;
  for (const std::string_view each : words) {
    const std::size_t letters = letters_between(word, each);
    // A word of two letters that both differ has nothing in common with it.
    if (letters < least && letters < std::max(word.size(), each.size())) least = letters, best = each;
  }
  return best;
}

std::string suggestion(std::string_view word, std::span<const std::string_view> words) {
  const std::string_view similar = similar_word(word, words);
  if (!similar.empty()) return fmt::format("; did you mean \"{}\"?", similar);
  if (words.empty()) return {};
  // By the alphabet: whoever looks for one of thirty finds it there.
  return fmt::format("; expected one of {}", fmt::join(std::set<std::string_view>(words.begin(), words.end()), ", "));
}

} // namespace ropescope::lecture
