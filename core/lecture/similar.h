#pragma once
#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace ropescope::lecture {

/// Levenshtein's distance: how many letters (bytes) are added, left out or replaced.
std::size_t letters_between(std::string_view a, std::string_view b);

/// The word that differs least from this one, in at most two letters or two fifths of it; empty where none does.
std::string_view similar_word(std::string_view word, std::span<const std::string_view> words);

/// How a sentence about an unknown word ends: "; did you mean "x"?", or, where no word is like it, "; expected one of a,
/// b, c".
std::string suggestion(std::string_view word, std::span<const std::string_view> words);

} // namespace ropescope::lecture
