#include "app/shell/picture_file.h"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <filesystem>

#include <fmt/format.h>

#include "app/canvas/file_painters.h"
#include "app/canvas/png.h"
#include "app/gpu/framebuffer.h"
#include "app/scene/scene_json.h"
#include "app/shell/aside.h"
#include "app/shell/shell.h"
#include "core/io/file.h"
#include "core/rope/scheme.h"

namespace ropescope::shell {

namespace {

Sheet sheet_of(const ExportAs& as) {
  return ropescope::sheet_of(as.size, as.scale, usual_dpi, file_format_of(as.ending));
}

Drawn numbers(const Scene& scene, const ExportAs& as, gpu::Engines& engines) {
  Derived derived;
  // true: it is for a file. If the GPU was asked for by name, the file must not come from the CPU.
  engines.work_or_give_up_gpu([&] { derived.update(scene, engines, sheet_of(as).width); }, true);
  const Picture& picture = shown_picture(scene);
  return {csv(picture, scene, picture.columns(scene, derived)), {}, {}};
}

/// What the file carries: the scene, and where `render` can draw the same again, how it was drawn.
std::string carried(const Scene& scene, const ExportAs& as) {
  if (as.window && !fills_window(scene)) return scene_json(scene);
  return scene_json(scene, {scene.view, as.size, as.scale, as.bare});
}

} // namespace

std::vector<std::string_view> export_endings(const Picture& picture) {
  std::vector<std::string_view> endings{".png"};
  for (const FileFormat& format : file_formats()) endings.push_back(format.ending);
  if (picture.columns) endings.push_back(".csv");
  return endings;
}

void fit(Shell& shell, const Sheet& sheet, bool window) {
  // On small paper the text of a window is smaller, so that it has room for its controls.
  constexpr float least_width = 800, least_height = 480;
  float scale = sheet.scale;
  if (window && sheet.dots_per_inch > 0)
    scale = std::min(
        {scale, static_cast<float>(sheet.width) / least_width, static_cast<float>(sheet.height) / least_height});
  shell.fix_scale(scale);
}

void draw_on(Shell& shell, const Sheet& sheet, bool window, bool bare, Painter* painter) {
  if (window)
    shell.frame(sheet.width, sheet.height, 1 / 60.0f, false, painter);
  else
    shell.picture_frame(sheet.width, sheet.height, bare, painter);
}

std::string document_of(const FileFormat& format, Shell& shell, const Sheet& sheet, bool window, bool bare,
                        std::string_view json) {
  const std::unique_ptr<FilePainter> painter = format.make(shell.fonts());
  draw_on(shell, sheet, window, bare, painter.get());
  const std::string title = picture_title(shell.scene());
  return painter->document({.size = {static_cast<float>(sheet.width), static_cast<float>(sheet.height)},
                            .ground = theme(shell.scene().theme).ground,
                            .title = title,
                            .scene = json,
                            .points_per_pixel = sheet.points_per_pixel});
}

Drawn drawn(const Scene& scene, const ExportAs& as, gpu::Engines& engines,
            std::shared_ptr<const CheckedKernel> checked) {
  if (as.ending == ".csv") return numbers(scene, as, engines);
  const Aside aside;
  Shell shell(scene, engines);
  if (checked) shell.show(std::move(checked));
  const Sheet sheet = sheet_of(as);
  const gpu::Framebuffer framebuffer(sheet.width, sheet.height);
  const bool window = as.window || fills_window(scene);
  fit(shell, sheet, window);
  // Dear ImGui knows the sizes of its own windows only from the frame before, and a window may depend on another one.
  constexpr int frames = 3;
  for (int i = 0; i < frames; ++i) {
    framebuffer.bind();
    draw_on(shell, sheet, window, as.bare);
  }
  const std::string json = carried(scene, as);
  if (const FileFormat* format = file_format_of(as.ending))
    return {document_of(*format, shell, sheet, window, as.bare, json), sheet, {}};
  return {json, sheet, framebuffer.read()};
}

Drawn drawn_stage(const Scene& scene, const StageLook& look, const ExportAs& as, gpu::Engines& engines) {
  const Aside aside;
  Shell shell(scene, engines);
  shell.begin_lecture(look.lecture, "");
  Lectern& lectern = *shell.lectern();
  lectern.player.dress_like(scene);
  lectern.player.show_written(look.step, look.end);
  lectern.player.take(scene);
  lectern.strokes_here() = look.strokes;
  const Sheet sheet = sheet_of(as);
  const gpu::Framebuffer framebuffer(sheet.width, sheet.height);
  constexpr int frames = 3; // as of a picture
  for (int i = 0; i < frames; ++i) {
    framebuffer.bind();
    shell.stage_frame(sheet.width, sheet.height);
  }
  const std::string json = scene_json(shell.scene());
  const FileFormat* format = file_format_of(as.ending);
  if (!format) return {json, sheet, framebuffer.read()};
  const std::unique_ptr<FilePainter> painter = format->make(shell.fonts());
  shell.stage_frame(sheet.width, sheet.height, painter.get());
  const std::string& title = lectern.player.step().title;
  std::string file = painter->document({.size = {static_cast<float>(sheet.width), static_cast<float>(sheet.height)},
                                        .ground = theme(scene.theme).ground,
                                        .title = title,
                                        .scene = json,
                                        .points_per_pixel = sheet.points_per_pixel});
  return {std::move(file), sheet, {}};
}

void write_drawn(const std::string& path, const Drawn& drawn) {
  if (drawn.pixels.empty()) return write_file(path, drawn.text);
  const CarriedText carried[] = {{scene_keyword, drawn.text}};
  write_file(path,
             png_file(drawn.sheet.width, drawn.sheet.height, drawn.pixels, path, carried, drawn.sheet.dots_per_inch));
}

std::string proposed_name(const Scene& scene, const ExportAs& as) {
  std::string name =
      fmt::format("rope_{}_{}_{}", as.window ? "window" : scene.view, scene.model.name, scheme_of(scene.rope).choice());
  // What may trouble a file system or a shell.
  std::replace_if(
      name.begin(), name.end(),
      [](unsigned char ch) { return !std::isalnum(ch) && ch != '.' && ch != '-' && ch != '_'; }, '-');
  return name;
}

std::string free_name(const std::string& path) {
  const std::filesystem::path given(path);
  const std::filesystem::path beginning = given.parent_path() / given.stem();
  std::error_code error;
  std::string name = path;
  for (int n = 2; std::filesystem::exists(name, error); ++n)
    name = fmt::format("{}-{}{}", beginning.string(), n, given.extension().string());
  return name;
}

} // namespace ropescope::shell
