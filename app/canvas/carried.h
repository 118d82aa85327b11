#pragma once
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace ropescope::canvas {

/// Text that the file of a picture carries beside the picture, so that the picture can be drawn again from its file.
/// A PNG file carries it as a chunk iTXt, an SVG file as `<metadata id="…">`, a PDF file among its keywords.

/// Under this name a picture's file carries its scene, as JSON.
inline constexpr std::string_view scene_keyword = "ropescope-scene";

/// One such text. `keyword`: 1 … 79 characters of ASCII, no space at either end. `text`: UTF-8 without a byte 0.
struct CarriedText {
  std::string_view keyword, text;
};

/// Puts texts into a PNG file behind its first chunk, IHDR, uncompressed. Requires a whole PNG file.
void insert_png_texts(std::string& png, std::span<const CarriedText>);

/// Says in a PNG file how many of its pixels are an inch on paper.
void insert_png_resolution(std::string& png, double dots_per_inch);

/// The text of a PNG file under a keyword, or nothing where it has none. `name` is the file's, for the sentences of
/// Error, thrown where the bytes are no PNG file, are damaged before the text is found, or hold it compressed.
std::optional<std::string> read_png_text(std::string_view bytes, std::string_view keyword, std::string_view name);

/// Appends `<metadata id="keyword">` with the text. In SVG a text can hold what append_xml() can.
void append_svg_metadata(std::string& svg, const CarriedText&);

/// The text of an SVG file under a keyword, or nothing where it has none. Throws Error where the element does not end
/// or holds anything but text.
std::optional<std::string> read_svg_metadata(std::string_view svg, std::string_view keyword, std::string_view name);

/// The keywords of a PDF file that carries the text: keyword, space, text.
std::string pdf_keywords(const CarriedText&);

/// The text of a PDF file under a keyword, or nothing where it has none. Throws Error where it is no text, as in a file
/// that ends too early. A program that packed the file anew may have hidden it in a compressed stream: then there is
/// none.
std::optional<std::string> read_pdf_keywords(std::string_view pdf, std::string_view keyword, std::string_view name);

/// The scene that the bytes of a file carry: PNG, SVG or PDF, told by how they begin; nothing of any other kind, or
/// without a scene. Throws Error as those above.
std::optional<std::string> read_carried_scene(std::string_view bytes, std::string_view name);

} // namespace ropescope::canvas
