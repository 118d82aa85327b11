#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "app/scene/derived.h"
#include "app/scene/picture.h"
#include "app/scene/scene.h"

namespace ropescope::shell {

/// How the picture of a scene's view becomes a file.
struct Drawing {
  std::string ending = ".png";     ///< one of export_endings()
  int width = 1600, height = 1000; ///< pixels, before the scale
  double scale = 1;
  bool bare = false;   ///< without read-outs and marks of the present m and n
  bool window = false; ///< with the bar and the panel around it, as the whole window has them
};

/// What a file will hold.
struct Drawn {
  std::string text;                 ///< of a PNG the scene that it carries, else the whole file
  int width = 0, height = 0;        ///< pixels
  std::vector<std::uint8_t> pixels; ///< RGB, of a PNG alone
};

/// The formats that a picture can be written in, ".png" first; ".csv" where it has numbers.
std::vector<std::string_view> export_endings(const Picture&);

/// Draws a scene as `render` does: without a mouse, a message or a dialog, and waits until everything is computed. Two
/// calls with the same arguments give the same bytes. Requires the OpenGL context that the engines were made in; what
/// is bound there stays bound. `checked`: the finding of the scene's kernel, where it is there already. Throws Error.
Drawn drawn(const Scene&, const Drawing&, gpu::Engines&, std::shared_ptr<const CheckedKernel> checked = nullptr);

/// Writes it, whole or not at all. Throws Error.
void write_drawn(const std::string& path, const Drawn&);

/// "rope_score_Llama-2-7b_yarn": what a picture's file is called where nobody says.
std::string proposed_name(const Scene&, const Drawing&);

/// The path with "-2" … before its ending where a file of its name is there already.
std::string free_name(const std::string& path);

} // namespace ropescope::shell
