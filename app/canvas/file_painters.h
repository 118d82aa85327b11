#pragma once
#include <memory>
#include <span>
#include <string_view>

#include "app/canvas/fonts.h"
#include "app/canvas/painter.h"

namespace ropescope::canvas {

/// A kind of file that a painter makes. The rows lie in file_painters.cpp.
struct FileFormat {
  std::string_view ending; ///< ".svg"
  std::unique_ptr<FilePainter> (*make)(const Fonts&);
};

std::span<const FileFormat> file_formats();

/// A page of a PDF, and what was drawn on it.
struct PdfPage {
  const FilePainter* painter; ///< of the format ".pdf"
  Page page;
};

/// A PDF of several pages; its title, and the scene that it carries, are the first page's. Requires one page at least.
/// Throws Error where it cannot be made.
std::string pdf_document(std::span<const PdfPage>);

/// By the end of a file's name; null where no painter makes it.
const FileFormat* file_format_of(std::string_view file);

} // namespace ropescope::canvas
