#include <algorithm>
#include <cctype>
#include <ctime>

#include <fmt/chrono.h>
#include <fmt/format.h>

#include "app/canvas/carried.h"
#include "app/canvas/png.h"
#include "app/canvas/svg_painter.h"
#include "app/gpu/framebuffer.h"
#include "app/scene/scene_json.h"
#include "app/shell/shell.h"
#include "core/check/finding_json.h"
#include "core/error.h"
#include "core/io/file.h"

namespace ropescope::shell {

namespace {

/// "ropescope_Llama-2-7B_yarn_20260131-120000", in the current folder. What may trouble a file system or a shell in
/// the model's name becomes "-"; the time keeps one export from replacing another.
std::string export_name(const Scene& scene) {
  std::string model = scene.model.name;
  std::replace_if(
      model.begin(), model.end(), [](unsigned char ch) { return !std::isalnum(ch) && ch != '.' && ch != '-'; }, '-');
  return fmt::format("ropescope_{}_{}_{:%Y%m%d-%H%M%S}", model, rope_type_name(scene.rope.scaling.rope_type),
                     fmt::localtime(std::time(nullptr)));
}

} // namespace

/// Beside the picture of a kernel: the finding as `check --json` prints it.
std::string Shell::export_finding(const std::string& png) const {
  const CheckedKernel* checked = derived_.kernel().checked();
  if (scene_.view != "check" || !checked) return "";
  const std::string name = std::filesystem::path(png).replace_extension(".json").string();
  write_file(name, finding_json(checked->finding, checked->run));
  return " and " + name;
}

/// The frame once more, with another painter in the place of the screen.
void Shell::write_svg(const std::string& name, int width, int height) {
  SvgPainter painter(fonts_);
  frame(width, height, 1e-4f, live_, &painter);
  const ImVec2 size{static_cast<float>(width), static_cast<float>(height)};
  write_file(name, painter.document(size, theme(scene_.theme).ground, scene_json(scene_)));
}

/// A PNG is the frame that was just drawn, read back before it is shown. Both carry the scene. Whatever goes wrong
/// becomes a message in the window.
void Shell::export_picture(int width, int height) {
  const std::string kind = std::exchange(export_as_, {}), name = export_name(scene_) + kind;
  try {
    if (kind == ".svg")
      write_svg(name, width, height);
    else {
      const std::string scene = scene_json(scene_);
      const CarriedText carried[] = {{scene_keyword, scene}};
      write_png(name, width, height, gpu::read_pixels(width, height), carried);
    }
    message_ = {"Exported to " + name + export_finding(name), false, false};
  } catch (const Error& error) {
    message_ = {error.what(), true, false};
  }
}

} // namespace ropescope::shell
