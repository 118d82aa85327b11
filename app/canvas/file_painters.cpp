#include "app/canvas/file_painters.h"

namespace ropescope::canvas {

// Each is defined in the file of its painter, which nothing else needs to know.
std::unique_ptr<FilePainter> make_svg_painter(const Fonts&);
std::unique_ptr<FilePainter> make_pdf_painter(const Fonts&);

namespace {

constexpr FileFormat rows[] = {
    {".svg", make_svg_painter},
    {".pdf", make_pdf_painter},
};

} // namespace

std::span<const FileFormat> file_formats() { return rows; }

const FileFormat* file_format_of(std::string_view file) {
  for (const FileFormat& row : rows)
    if (file.ends_with(row.ending)) return &row;
  return nullptr;
}

} // namespace ropescope::canvas
