#include "app/shell/picture_file.h"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <filesystem>

#include <epoxy/gl.h>
#include <fmt/format.h>

#include "app/canvas/file_painters.h"
#include "app/canvas/png.h"
#include "app/gpu/framebuffer.h"
#include "app/scene/scene_json.h"
#include "app/shell/shell.h"
#include "core/io/file.h"
#include "core/rope/scheme.h"

namespace ropescope::shell {

namespace {

/// Another window's context of Dear ImGui and its framebuffer, which are put back.
class Aside {
public:
  Aside() {
    glGetIntegerv(GL_DRAW_FRAMEBUFFER_BINDING, &framebuffer_);
    glGetIntegerv(GL_VIEWPORT, viewport_);
  }
  Aside(const Aside&) = delete;
  Aside& operator=(const Aside&) = delete;
  ~Aside() {
    ImGui::SetCurrentContext(context_);
    glBindFramebuffer(GL_FRAMEBUFFER, static_cast<GLuint>(framebuffer_));
    glViewport(viewport_[0], viewport_[1], viewport_[2], viewport_[3]);
  }

private:
  ImGuiContext* context_ = ImGui::GetCurrentContext();
  GLint framebuffer_ = 0, viewport_[4] = {};
};

int scaled(int pixels, double scale) { return static_cast<int>(pixels * scale); }

Drawn numbers(const Scene& scene, const Drawing& drawing, gpu::Engines& engines) {
  Derived derived;
  // true: it is for a file. If the GPU was asked for by name, the file must not come from the CPU.
  engines.work_or_give_up_gpu([&] { derived.update(scene, engines, scaled(drawing.width, drawing.scale)); }, true);
  const Picture& picture = shown_picture(scene);
  return {csv(picture, scene, picture.columns(scene, derived)), 0, 0, {}};
}

/// What the file carries: the scene, and where `render` can draw the same again, how it was drawn.
std::string carried(const Scene& scene, const Drawing& drawing) {
  if (drawing.window && !shown_picture(scene).fills_window) return scene_json(scene);
  return scene_json(scene, {scene.view, drawing.width, drawing.height, drawing.scale, drawing.bare});
}

} // namespace

std::vector<std::string_view> export_endings(const Picture& picture) {
  std::vector<std::string_view> endings{".png"};
  for (const FileFormat& format : file_formats()) endings.push_back(format.ending);
  if (picture.columns) endings.push_back(".csv");
  return endings;
}

Drawn drawn(const Scene& scene, const Drawing& drawing, gpu::Engines& engines,
            std::shared_ptr<const CheckedKernel> checked) {
  if (drawing.ending == ".csv") return numbers(scene, drawing, engines);
  const Aside aside;
  Shell shell(scene, engines);
  if (checked) shell.show(std::move(checked));
  const int width = scaled(drawing.width, drawing.scale), height = scaled(drawing.height, drawing.scale);
  const gpu::Framebuffer framebuffer(width, height);
  const auto draw = [&](Painter* painter) {
    framebuffer.bind();
    if (drawing.window || shown_picture(scene).fills_window)
      shell.frame(width, height, 1 / 60.0f, false, painter);
    else
      shell.picture_frame(width, height, drawing.bare, painter);
  };
  // Dear ImGui knows the sizes of its own windows only from the frame before, and a window may depend on another one.
  constexpr int frames = 3;
  for (int i = 0; i < frames; ++i) draw(nullptr);
  const std::string json = carried(scene, drawing);
  const FileFormat* format = file_format_of(drawing.ending);
  if (!format) return {json, width, height, framebuffer.read()};
  const std::unique_ptr<FilePainter> painter = format->make(shell.fonts());
  draw(painter.get());
  const ImVec2 size{static_cast<float>(width), static_cast<float>(height)};
  return {painter->document(size, theme(scene.theme).ground, json), width, height, {}};
}

void write_drawn(const std::string& path, const Drawn& drawn) {
  if (drawn.pixels.empty()) return write_file(path, drawn.text);
  const CarriedText carried[] = {{scene_keyword, drawn.text}};
  write_png(path, drawn.width, drawn.height, drawn.pixels, carried);
}

std::string proposed_name(const Scene& scene, const Drawing& drawing) {
  std::string name = fmt::format("rope_{}_{}_{}", drawing.window ? "window" : scene.view, scene.model.name,
                                 scheme_of(scene.rope).choice());
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
