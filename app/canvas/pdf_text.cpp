#include "app/canvas/pdf_text.h"

#include <charconv>

#include "app/canvas/utf8.h"

namespace ropescope::canvas {

namespace {

constexpr std::string_view utf16_mark = "\xfe\xff";

/// UTF-16, the higher byte first, as UTF-8; half a pair of surrogates is no text.
std::optional<std::string> utf8_of_utf16(std::string_view bytes) {
  if (bytes.size() % 2 != 0) return std::nullopt;
  const auto unit = [&](std::size_t at) {
    return static_cast<char32_t>(static_cast<unsigned char>(bytes[at]) << 8 |
                                 static_cast<unsigned char>(bytes[at + 1]));
  };
  std::string text;
  for (std::size_t at = 0; at < bytes.size(); at += 2) {
    char32_t code = unit(at);
    if (code >= 0xd800 && code < 0xe000) {
      at += 2;
      if (code >= 0xdc00 || at >= bytes.size() || (unit(at) & 0xfc00) != 0xdc00) return std::nullopt;
      code = 0x10000 + ((code - 0xd800) << 10) + (unit(at) - 0xdc00);
    }
    append_utf8(text, code);
  }
  return text;
}

std::optional<std::string> bytes_of_digits(std::string_view digits) {
  std::string bytes, pair;
  for (const char digit : digits) {
    if (digit == ' ' || digit == '\n' || digit == '\r' || digit == '\t') continue;
    pair += digit;
    if (pair.size() < 2) continue;
    unsigned char byte = 0;
    const auto read = std::from_chars(pair.data(), pair.data() + 2, byte, 16);
    if (read.ec != std::errc{} || read.ptr != pair.data() + 2) return std::nullopt;
    bytes += static_cast<char>(byte);
    pair.clear();
  }
  return pair.empty() ? std::optional(bytes) : std::nullopt;
}

/// What stands between "(" and its ")", with escapes undone. Brackets within may stand in pairs.
std::optional<std::string> bytes_of_literal(std::string_view string) {
  constexpr std::string_view escaped = "nrtbf", meant = "\n\r\t\b\f";
  std::string bytes;
  int depth = 1;
  for (std::size_t at = 1; at < string.size(); ++at) {
    char ch = string[at];
    if (ch == '\\' && ++at < string.size()) {
      const std::size_t known = escaped.find(string[at]);
      bytes += known == std::string_view::npos ? string[at] : meant[known];
      continue;
    }
    depth += ch == '(' ? 1 : ch == ')' ? -1 : 0;
    if (depth == 0) return bytes;
    bytes += ch;
  }
  return std::nullopt;
}

} // namespace

std::optional<std::string> text_of_pdf(std::string_view string) {
  const std::size_t end = string.find('>');
  std::optional<std::string> bytes;
  if (string.starts_with('('))
    bytes = bytes_of_literal(string);
  else if (string.starts_with('<') && end != std::string_view::npos)
    bytes = bytes_of_digits(string.substr(1, end - 1));
  if (!bytes || !bytes->starts_with(utf16_mark)) return bytes;
  return utf8_of_utf16(std::string_view(*bytes).substr(utf16_mark.size()));
}

} // namespace ropescope::canvas
