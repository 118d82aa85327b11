#pragma once
#include <optional>
#include <string_view>

namespace ropescope {

/// How well a text fits what was typed, the greater the better; nothing where it does not fit. Every word of `typed`
/// must be in the text as a subsequence of its letters, whatever their case: "l31" is in "Llama 3.1 8B". Letters at the
/// beginning of a word count more than those within one, letters in a row more than parted ones, and the whole text
/// most.
std::optional<double> fuzzy_score(std::string_view typed, std::string_view text);

} // namespace ropescope
