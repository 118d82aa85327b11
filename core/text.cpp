#include "core/text.h"

#include <algorithm>
#include <array>
#include <cmath>

#include <fmt/format.h>

namespace ropescope {

namespace {

/// Whether a terminal shows it as a character and goes on to the right or, as the text's own letters ask, to the left.
bool shows(char32_t code) {
  const bool control = code < 0x20 || (code >= 0x7f && code <= 0x9f);
  // Marks that turn the direction of writing could make a sentence read differently from what it says.
  const bool direction = code == 0x61c || code == 0x200e || code == 0x200f || (code >= 0x202a && code <= 0x202e) ||
                         (code >= 0x2066 && code <= 0x2069);
  const bool separator = code == 0x2028 || code == 0x2029;
  const bool tag = code >= 0xe0000 && code <= 0xe007f; // letters that nobody sees
  return !control && !direction && !separator && !tag;
}

} // namespace

Character first_character(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char lead = byte(0);
  if (lead < 0x80) return {lead, 1};
  const std::size_t bytes = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
  // 0x80 … 0xbf continue a character and begin none; 0xc0 and 0xc1 could only begin overlong forms.
  if (lead < 0xc2 || lead > 0xf4 || text.size() < bytes) return {};
  char32_t code = lead & (0x7fu >> bytes);
  for (std::size_t i = 1; i < bytes; ++i) {
    if ((byte(i) & 0xc0) != 0x80) return {};
    code = code << 6 | (byte(i) & 0x3fu);
  }
  // The least code that needs so many bytes; below it the form is overlong, a way to hide a character from checks.
  constexpr char32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
  const bool surrogate = code >= 0xd800 && code <= 0xdfff;
  if (code < least[bytes] || code > 0x10ffff || surrogate) return {};
  return {code, bytes};
}

std::string_view grouped(double value, int decimals, std::span<char, grouped_room> room) {
  // The greatest double has 309 digits before its point.
  std::array<char, 380> plain;
  const auto written = fmt::format_to_n(plain.data(), plain.size(), "{:.{}f}", std::abs(value), decimals);
  const std::string_view digits(plain.data(), std::min(written.size, plain.size()));
  const std::size_t whole = std::min(digits.find('.'), digits.size());
  std::size_t size = 0;
  if (value < 0)
    for (const char byte : std::string_view("−")) room[size++] = byte;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    if (i > 0 && i < whole && (whole - i) % 3 == 0) room[size++] = ' ';
    room[size++] = digits[i];
  }
  return {room.data(), size};
}

std::string grouped(double value, int decimals) {
  std::array<char, grouped_room> room;
  return std::string(grouped(value, decimals, room));
}

std::string printable(std::string_view text) {
  std::string shown;
  shown.reserve(text.size());
  while (!text.empty()) {
    const Character character = first_character(text);
    // A byte that is not UTF-8 is replaced alone; the next one may begin a character.
    const std::size_t bytes = std::max<std::size_t>(character.bytes, 1);
    if (character.bytes > 0 && shows(character.code))
      shown += text.substr(0, bytes);
    else
      shown += '?';
    text.remove_prefix(bytes);
  }
  return shown;
}

std::string in_quotes(std::string_view text) {
  // Bytes. A sentence on a terminal line has room for about so much of a name.
  constexpr std::size_t greatest = 60;
  std::string_view shown = text.substr(0, greatest);
  if (text.size() > greatest) // no half characters
    while (!shown.empty() && (static_cast<unsigned char>(text[shown.size()]) & 0xc0) == 0x80) shown.remove_suffix(1);
  return fmt::format("\"{}{}\"", printable(shown), text.size() > greatest ? "…" : "");
}

} // namespace ropescope
