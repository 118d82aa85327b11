#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "app/canvas/file_painters.h"
#include "app/lecture/lectern.h"
#include "app/scene/derived.h"
#include "app/scene/picture.h"
#include "app/scene/picture_size.h"
#include "app/scene/scene.h"

namespace ropescope::shell {

using namespace canvas;

class Shell;

/// How the picture of a scene's view becomes a file.
struct ExportAs {
  std::string ending = ".png"; ///< one of export_endings()
  PictureSize size{1600, 1000};
  double scale = 1;    ///< of pixels, or of dots an inch
  bool bare = false;   ///< without read-outs and marks of the present m and n
  bool window = false; ///< with the bar and the panel around it, as the whole window has them
};

/// What a file will hold.
struct Drawn {
  std::string text;                 ///< of a PNG the scene that it carries, else the whole file
  Sheet sheet{};                    ///< that it was drawn on
  std::vector<std::uint8_t> pixels; ///< RGB, of a PNG alone
};

/// The formats that a picture can be written in, ".png" first; ".csv" where it has numbers.
std::vector<std::string_view> export_endings(const Picture&);

/// Draws a scene as `render` does: without a mouse, a message or a dialog, and waits until everything is computed. Two
/// calls with the same arguments give the same bytes. Requires the OpenGL context that the engines were made in; what
/// is bound there stays bound. `checked`: the finding of the scene's kernel, where it is there already. Throws Error.
Drawn drawn(const Scene&, const ExportAs&, gpu::Engines&, std::shared_ptr<const CheckedKernel> checked = nullptr);

/// A lecture's stage as it is seen: the step before or after its motion, and what the pen drew there.
struct StageLook {
  lecture::Lecture lecture;
  std::size_t step = 0;
  bool end = false;
  std::vector<Stroke> strokes;
};

/// Draws the stage with a scene that hands may have changed, in the pixels of `as`. The file carries the scene.
Drawn drawn_stage(const Scene&, const StageLook&, const ExportAs&, gpu::Engines&);

// What it is made of, which `render` uses too.

/// From the next frame on the shell draws for this sheet. `window`: with the bar and the panel.
void fit(Shell&, const Sheet&, bool window);
/// One frame on the sheet, into the framebuffer that is bound, or with another painter.
void draw_on(Shell&, const Sheet&, bool window, bool bare, Painter* = nullptr);
/// The same as the whole file of a format that is drawn, with the scene that it carries.
std::string document_of(const FileFormat&, Shell&, const Sheet&, bool window, bool bare, std::string_view json);

/// Writes it, whole or not at all. Throws Error.
void write_drawn(const std::string& path, const Drawn&);

/// "rope_score_Llama-2-7b_yarn": what a picture's file is called where nobody says.
std::string proposed_name(const Scene&, const ExportAs&);

/// The path with "-2" … before its ending where a file of its name is there already.
std::string free_name(const std::string& path);

} // namespace ropescope::shell
