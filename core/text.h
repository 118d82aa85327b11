#pragma once
#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace ropescope {

/// "65 536"; with decimals "1 024.5"; a true minus sign.
std::string grouped(double value, int decimals = 0);

/// The same, written into `room` and without memory of its own. With up to 60 decimals every number fits.
inline constexpr std::size_t grouped_room = 512;
std::string_view grouped(double value, int decimals, std::span<char, grouped_room> room);

/// The text with a "?" in place of whatever a terminal or a line of words might obey or could not show: control
/// characters (newline, escape and the C1 controls among them), marks that turn the direction of writing, separators
/// of lines, and bytes that are not UTF-8. What comes out is one line of valid UTF-8.
std::string printable(std::string_view text);

/// One character of UTF-8: its code point and how many bytes it takes; 0 bytes: what is there is not UTF-8.
struct Character {
  char32_t code = 0;
  std::size_t bytes = 0;
};

/// The character that a text of one byte or more begins with. Overlong forms, surrogates and what is beyond U+10FFFF
/// are not UTF-8.
Character first_character(std::string_view text);

/// A text out of a file for a sentence: in quotes, at most 60 bytes of it, printable.
std::string in_quotes(std::string_view text);

} // namespace ropescope
