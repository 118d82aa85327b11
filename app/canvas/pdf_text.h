#pragma once
#include <optional>
#include <string>
#include <string_view>

namespace ropescope::canvas {

/// The text of the string that stands at the beginning of a piece of a PDF file, as UTF-8: "(…)" with its escapes, or
/// "<FEFF…>", UTF-16 in hexadecimal digits. Nothing where it is neither, does not end, or is no text.
std::optional<std::string> text_of_pdf(std::string_view string);

} // namespace ropescope::canvas
