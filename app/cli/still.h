#pragma once
#include <memory>
#include <string>
#include <vector>

#include "app/canvas/file_painters.h"
#include "app/gpu/context.h"
#include "app/gpu/engines.h"
#include "app/gpu/framebuffer.h"
#include "app/scene/derived.h"
#include "app/scene/picture_size.h"
#include "app/scene/scene.h"
#include "app/shell/shell.h"

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

  /// Throws Error where it is too small or too large.
  Sheet sheet() const { return sheet_of(size, scale, dpi, canvas::file_format_of(out)); }
};

/// A picture that is drawn without a window, of one scene after the other.
class Drawing {
public:
  /// Throws Error where there is no OpenGL. The check of a kernel may have been made already.
  Drawing(Still, const Scene&, std::shared_ptr<const CheckedKernel> = nullptr);

  /// Draws the scene, all of it. Throws Error where it cannot be drawn, as of a kernel's files that cannot be judged.
  void draw();

  /// Draws one frame alone and says when it was finished, for bench.
  void time_first_frame();

  /// Another scene of the same view, for the next draw().
  void show(const Scene&);

  /// Red, green and blue of every pixel that was drawn, the top row first.
  std::vector<std::uint8_t> pixels() const { return framebuffer_.read(); }

  /// The file that the still names, of what was drawn, with the scene in it.
  std::string file();

  const Sheet& sheet() const { return sheet_; }

private:
  void frame();

  Still still_;
  Scene scene_; // as it was given; the shell's own goes on from it
  Sheet sheet_;
  gpu::HeadlessContext context_;
  gpu::Engines engines_;
  shell::Shell shell_;
  gpu::Framebuffer framebuffer_;
  bool drawn_ = false;
};

/// Draws it into its file. The same errors, and where the file cannot be written.
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
