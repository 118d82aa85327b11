#include "app/canvas/xml.h"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <iterator>

#include "app/canvas/utf8.h"
#include "core/text.h"

namespace ropescope::canvas {

namespace {

struct Entity {
  char character;
  std::string_view name;
};

constexpr Entity entities[] = {{'&', "amp"}, {'<', "lt"}, {'>', "gt"}, {'"', "quot"}, {'\'', "apos"}};

/// What XML 1.0 calls Char: no number in "&#…;" may stand for anything else either.
bool xml_holds(char32_t code) {
  if (code < 0x20) return code == '\t' || code == '\n' || code == '\r';
  return code != 0xfffe && code != 0xffff && !(code >= 0xd800 && code <= 0xdfff) && code <= 0x10ffff;
}

/// The character behind "amp", "#38" or "#x26".
std::optional<char32_t> character_of(std::string_view name) {
  for (const Entity& e : entities)
    if (name == e.name) return static_cast<unsigned char>(e.character);
  if (!name.starts_with('#')) return std::nullopt;
  const bool hexadecimal = name.starts_with("#x");
  name.remove_prefix(hexadecimal ? 2 : 1);
  std::uint32_t code = 0;
  const auto read = std::from_chars(name.data(), name.data() + name.size(), code, hexadecimal ? 16 : 10);
  if (read.ec != std::errc{} || read.ptr != name.data() + name.size() || !xml_holds(code)) return std::nullopt;
  return code;
}

} // namespace

void append_xml(std::string& to, std::string_view text) {
  while (!text.empty()) {
    const Character c = first_character(text);
    const auto entity = std::find_if(std::begin(entities), std::end(entities), [&](const Entity& e) {
      return static_cast<unsigned char>(e.character) == c.code;
    });
    // A byte that is not UTF-8 is replaced alone; the next one may begin a character.
    if (c.bytes == 0 || !xml_holds(c.code))
      to += "\xef\xbf\xbd";
    else if (c.code == '\r')
      to += "&#13;"; // a reader of XML takes the bare byte for a newline
    else if (entity != std::end(entities) && c.code != '\'')
      to.append("&").append(entity->name).append(";");
    else
      to += text.substr(0, c.bytes);
    text.remove_prefix(std::max<std::size_t>(c.bytes, 1));
  }
}

std::optional<std::string> text_of_xml(std::string_view escaped) {
  std::string text;
  text.reserve(escaped.size());
  while (!escaped.empty()) {
    const std::size_t special = std::min(escaped.find_first_of("&<"), escaped.size());
    text += escaped.substr(0, special);
    escaped.remove_prefix(special);
    if (escaped.empty()) break;
    const std::size_t end = escaped.find(';');
    if (escaped.front() == '<' || end == std::string_view::npos) return std::nullopt;
    const std::optional<char32_t> code = character_of(escaped.substr(1, end - 1));
    if (!code) return std::nullopt;
    append_utf8(text, *code);
    escaped.remove_prefix(end + 1);
  }
  return text;
}

} // namespace ropescope::canvas
