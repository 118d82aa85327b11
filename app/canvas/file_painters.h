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

/// By the end of a file's name; null where no painter makes it.
const FileFormat* file_format_of(std::string_view file);

} // namespace ropescope::canvas
