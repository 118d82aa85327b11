#include <algorithm>
#include <cctype>
#include <ctime>

#include <fmt/chrono.h>
#include <fmt/format.h>

#include "app/canvas/carried.h"
#include "app/canvas/file_painters.h"
#include "app/canvas/png.h"
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

/// Writes the picture, and beside that of a kernel the finding as `check --json` prints it.
std::string Shell::write_export(const Export& wanted) {
  if (wanted.pixels.empty())
    write_file(wanted.name, wanted.text);
  else {
    const CarriedText carried[] = {{scene_keyword, wanted.text}};
    write_png(wanted.name, wanted.width, wanted.height, wanted.pixels, carried);
  }
  std::string said = "Exported to " + wanted.name;
  if (wanted.finding.empty()) return said;
  const std::string beside = std::filesystem::path(wanted.name).replace_extension(".json").string();
  write_file(beside, wanted.finding);
  said += " and ";
  return said += beside;
}

/// The frame once more, with another painter in the place of the screen.
std::string Shell::drawn_as(std::string_view kind, int width, int height) {
  const std::unique_ptr<FilePainter> painter = file_format_of(kind)->make(fonts_);
  frame(width, height, 1e-4f, live_, painter.get());
  const ImVec2 size{static_cast<float>(width), static_cast<float>(height)};
  const std::string title = picture_title(scene_), json = scene_json(scene_);
  return painter->document({.size = size, .ground = theme(scene_.theme).ground, .title = title, .scene = json});
}

/// A PNG is the frame that was just drawn, read back before it is shown. Both carry the scene. A window goes on while
/// it is written.
void Shell::export_picture(int width, int height) {
  const std::string kind = std::exchange(export_as_, {});
  Export wanted{
      .name = export_name(scene_) + kind, .text = {}, .width = width, .height = height, .pixels = {}, .finding = {}};
  if (file_format_of(kind))
    wanted.text = drawn_as(kind, width, height);
  else {
    wanted.text = scene_json(scene_);
    wanted.pixels = gpu::read_pixels(width, height);
  }
  const CheckedKernel* checked = derived_.kernel().checked();
  if (scene_.view == "check" && checked) wanted.finding = finding_json(checked->finding, checked->run);
  if (live_) return exporting_.begin(std::move(wanted));
  try {
    message_ = {write_export(wanted), false, false};
  } catch (const Error& error) {
    message_ = {error.what(), true, false};
  }
}

void Shell::take_exported() {
  try {
    for (std::string& said : exporting_.take()) message_ = {std::move(said), false, false};
  } catch (const std::exception& error) {
    message_ = {error.what(), true, false};
  }
}

} // namespace ropescope::shell
