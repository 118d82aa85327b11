#pragma once
#include <memory>
#include <string>

#include "app/scene/derived.h"
#include "app/scene/picture_size.h"
#include "app/scene/scene.h"

namespace ropescope::cli {

/// Pixels of a picture, or of a window, whose size nobody has asked for.
inline constexpr int usual_width = 1600, usual_height = 1000;

/// A picture drawn without a window: that of the scene's view.
struct Still {
  std::string out; ///< FILE with the ending of one of picture_formats()
  PictureSize size = {.width = usual_width, .height = usual_height};
  double scale = 1;       ///< multiplies pixels, or dots an inch
  double dpi = usual_dpi; ///< of a size that is a length on paper
  bool bare = false;
  bool times = false; ///< draw the first frame, say when it was finished, and write nothing

  Sheet sheet() const { return sheet_of(size, scale, dpi); } ///< throws Error where it is too small or too large
};

/// Draws it into a file that carries the scene; the check of a kernel may have been made already. Throws Error where
/// there is no OpenGL, the kernel's files cannot be judged, or the picture cannot be written.
void draw_still(const Still&, const Scene&, std::shared_ptr<const CheckedKernel> = nullptr);

/// The numbers of the scene's view as CSV, as many as a picture of that width would draw. The same errors.
void write_numbers(const Still&, const Scene&);

/// A kind of file that `render` writes, told by how the file's name ends.
struct PictureFormat {
  std::string_view ending; ///< ".png"
  void (*write)(const Still&, const Scene&, std::shared_ptr<const CheckedKernel>);
  bool needs_numbers = false; ///< a picture's table is what is written
};
std::span<const PictureFormat> picture_formats();

} // namespace ropescope::cli
