#pragma once
#include <optional>
#include <string>
#include <string_view>

namespace ropescope::canvas {

/// Appends a text to XML, between tags or within an attribute's double quotes: & < > " and carriage returns are
/// escaped. What XML cannot hold at all becomes U+FFFD: bytes that are not UTF-8, U+FFFE, U+FFFF, and control
/// characters other than tab, newline and carriage return.
void append_xml(std::string& to, std::string_view text);

/// The text that append_xml() wrote, or nothing where the XML is a tag or an entity that XML itself does not define.
std::optional<std::string> text_of_xml(std::string_view escaped);

} // namespace ropescope::canvas
