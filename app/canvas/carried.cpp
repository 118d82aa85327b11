#include "app/canvas/carried.h"

#include <array>
#include <cmath>
#include <cstdint>

#include <fmt/format.h>

#include "app/canvas/pdf_text.h"
#include "app/canvas/xml.h"
#include "core/error.h"
#include "core/text.h"

namespace ropescope::canvas {

namespace {

constexpr std::string_view signature = "\x89PNG\r\n\x1a\n";
// A chunk is its length (4 bytes), type (4), that many bytes, and a checksum (4) of type and bytes.
constexpr std::size_t before_bytes = 8, after_bytes = 4;
constexpr std::size_t first_chunk = before_bytes + 13 + after_bytes; // IHDR always holds 13 bytes

/// The checksum of PNG (CRC-32 of ISO 3309), a byte at a time from a table.
std::uint32_t checksum(std::string_view bytes) {
  static const auto table = [] {
    std::array<std::uint32_t, 256> of{};
    for (std::uint32_t i = 0; i < of.size(); ++i) {
      std::uint32_t rest = i;
      for (int bit = 0; bit < 8; ++bit) rest = rest >> 1 ^ (rest & 1 ? 0xedb88320u : 0);
      of[i] = rest;
    }
    return of;
  }();
  std::uint32_t rest = 0xffffffffu;
  for (const char byte : bytes) rest = rest >> 8 ^ table[(rest ^ static_cast<unsigned char>(byte)) & 0xff];
  return ~rest;
}

/// PNG's numbers: four bytes, the greatest first.
void append_number(std::string& to, std::uint32_t value) {
  for (int shift = 24; shift >= 0; shift -= 8) to += static_cast<char>(static_cast<unsigned char>(value >> shift));
}

void append_chunk(std::string& to, std::string_view type, std::string_view bytes) {
  std::string chunk(type);
  chunk += bytes;
  append_number(to, static_cast<std::uint32_t>(bytes.size()));
  to += chunk;
  append_number(to, checksum(chunk));
}

std::uint32_t number_at(std::string_view bytes, std::size_t at) {
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < 4; ++i) value = value << 8 | static_cast<unsigned char>(bytes[at + i]);
  return value;
}

[[noreturn]] void refuse(std::string_view name, std::string_view what) {
  throw Error(fmt::format("{}: {}; export the picture again", name, what));
}

/// The text of an iTXt chunk whose keyword is the one that is looked for.
std::string plain_text(std::string_view behind_keyword, std::string_view keyword, std::string_view name) {
  // Behind the keyword's 0: whether compressed, how, a language up to a 0, the keyword in that language up to a 0.
  const std::size_t language = 2;
  const std::size_t end = behind_keyword.find('\0', language);
  const std::size_t text = end == std::string_view::npos ? end : behind_keyword.find('\0', end + 1);
  if (behind_keyword.size() < language || text == std::string_view::npos)
    refuse(name, fmt::format("its text {} ends too early", keyword));
  if (behind_keyword[0] != 0) refuse(name, fmt::format("its text {} is compressed, expected plain text", keyword));
  return std::string(behind_keyword.substr(text + 1));
}

} // namespace

void insert_png_texts(std::string& png, std::span<const CarriedText> texts) {
  std::string chunks;
  for (const CarriedText& carried : texts) {
    std::string bytes(carried.keyword);
    bytes.append(5, '\0').append(carried.text); // neither compressed nor in a language of its own
    append_chunk(chunks, "iTXt", bytes);
  }
  png.insert(signature.size() + first_chunk, chunks);
}

void insert_png_resolution(std::string& png, double dots_per_inch) {
  const auto dots_per_metre = static_cast<std::uint32_t>(std::lround(dots_per_inch / 0.0254));
  std::string bytes, chunk;
  append_number(bytes, dots_per_metre); // across
  append_number(bytes, dots_per_metre); // down
  bytes += '\1';                        // of a metre
  append_chunk(chunk, "pHYs", bytes);
  png.insert(signature.size() + first_chunk, chunk);
}

std::optional<std::string> read_png_text(std::string_view bytes, std::string_view keyword, std::string_view name) {
  if (!bytes.starts_with(signature)) refuse(name, "not a PNG file");
  for (std::size_t at = signature.size(); at < bytes.size();) {
    const std::size_t left = bytes.size() - at;
    if (left < before_bytes + after_bytes) refuse(name, fmt::format("it ends within the chunk at byte {}", at));
    const std::size_t length = number_at(bytes, at);
    if (length > left - before_bytes - after_bytes)
      refuse(name, fmt::format("its chunk at byte {} says {} bytes, more than the file has", at, length));
    const std::string_view type = bytes.substr(at + 4, 4), of_chunk = bytes.substr(at + before_bytes, length);
    // Type and bytes lie side by side.
    if (checksum(bytes.substr(at + 4, 4 + length)) != number_at(bytes, at + before_bytes + length))
      refuse(name, fmt::format("its chunk at byte {} is damaged (its checksum differs)", at));
    if (type == "iTXt" && of_chunk.substr(0, of_chunk.find('\0')) == keyword && of_chunk.size() > keyword.size())
      return plain_text(of_chunk.substr(keyword.size() + 1), keyword, name);
    if (type == "IEND") return std::nullopt;
    at += before_bytes + length + after_bytes;
  }
  refuse(name, "it ends before the chunk IEND");
}

void append_svg_metadata(std::string& svg, const CarriedText& carried) {
  svg.append("<metadata id=\"").append(carried.keyword).append("\">");
  append_xml(svg, carried.text);
  svg += "</metadata>\n";
}

std::optional<std::string> read_svg_metadata(std::string_view svg, std::string_view keyword, std::string_view name) {
  constexpr std::string_view opening = "<metadata";
  // Other programs write the tag in their own way: other attributes, line breaks, single quotes.
  const std::string ids[] = {fmt::format("id=\"{}\"", keyword), fmt::format("id='{}'", keyword)};
  for (std::size_t at = svg.find(opening); at != std::string_view::npos; at = svg.find(opening, at + 1)) {
    const std::size_t end = svg.find('>', at);
    if (end == std::string_view::npos) return std::nullopt;
    const std::string_view tag = svg.substr(at + opening.size(), end - at - opening.size());
    const bool ours = tag.find_first_of(" \t\r\n") == 0 &&
                      (tag.find(ids[0]) != std::string_view::npos || tag.find(ids[1]) != std::string_view::npos);
    if (!ours) continue;
    if (tag.ends_with('/')) return std::string();
    const std::size_t closing = svg.find("</metadata", end);
    if (closing == std::string_view::npos) refuse(name, fmt::format("its <metadata> {} does not end", keyword));
    if (auto text = text_of_xml(svg.substr(end + 1, closing - end - 1))) return text;
    refuse(name, fmt::format("its <metadata> {} holds more than text", keyword));
  }
  return std::nullopt;
}

std::string pdf_keywords(const CarriedText& carried) { return fmt::format("{} {}", carried.keyword, carried.text); }

std::optional<std::string> read_pdf_keywords(std::string_view pdf, std::string_view keyword, std::string_view name) {
  constexpr std::string_view entry = "/Keywords";
  // From the end: that is where a file has its dictionary of keywords, and where a later version of it stands.
  for (std::size_t at = pdf.rfind(entry); at != std::string_view::npos && at > 0; at = pdf.rfind(entry, at - 1)) {
    std::string_view string = pdf.substr(at + entry.size());
    string.remove_prefix(std::min(string.find_first_not_of(" \t\r\n"), string.size()));
    const std::optional<std::string> words = text_of_pdf(string);
    if (!words) refuse(name, "its keywords are damaged");
    if (words->starts_with(keyword) && words->substr(keyword.size()).starts_with(' '))
      return words->substr(keyword.size() + 1);
  }
  return std::nullopt;
}

std::optional<std::string> read_carried_scene(std::string_view bytes, std::string_view name) {
  if (bytes.starts_with(signature)) return read_png_text(bytes, scene_keyword, name);
  if (bytes.starts_with("%PDF-")) return read_pdf_keywords(bytes, scene_keyword, name);
  if (bytes.starts_with("\xef\xbb\xbf")) bytes.remove_prefix(3); // a byte order mark
  const std::size_t first = bytes.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos || bytes[first] != '<') return std::nullopt;
  return read_svg_metadata(bytes, scene_keyword, name);
}

} // namespace ropescope::canvas
