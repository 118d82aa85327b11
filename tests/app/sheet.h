#pragma once
#include "app/canvas/fonts.h"
#include "app/canvas/imgui_compat.h"
#include "app/canvas/screen_painter.h"
#include "app/canvas/svg_painter.h"
#include "app/gpu/context.h"
#include "app/gpu/framebuffer.h"

namespace ropescope::test {

/// The light of each pixel, 0 … 1, rows from the top.
struct Light {
  int width, height;
  std::vector<float> of;
  float& at(int x, int y) { return of[static_cast<std::size_t>(y * width + x)]; }
  float at(int x, int y) const { return of[static_cast<std::size_t>(y * width + x)]; }
};

/// A black sheet on which both painters draw, without a window.
class Sheet {
public:
  Sheet(int width, int height, float scale = 1) : width_(width), height_(height), framebuffer_(width, height) {
    compat::make_context();
    ImGui::GetIO().DisplaySize = {static_cast<float>(width), static_cast<float>(height)};
    fonts = canvas::Fonts::load(scale);
  }
  ~Sheet() {
    ImGui_ImplOpenGL3_Shutdown();
    ImGui::DestroyContext();
  }
  Sheet(const Sheet&) = delete;
  Sheet& operator=(const Sheet&) = delete;

  /// What the screen shows. Grounds are left out: they are whole rectangles.
  template <typename Draw>
  Light screen(Draw draw, canvas::TextureOfColours texture_of = {}) {
    std::vector<canvas::Ground> grounds;
    canvas::ScreenPainter painter(grounds, std::move(texture_of));
    frame([&] {
      painter.draw_above(ImGui::GetForegroundDrawList());
      draw(painter);
    });
    const std::vector<std::uint8_t> rgb = framebuffer_.read();
    Light light{width_, height_, {}};
    for (std::size_t i = 0; i < rgb.size(); i += 3) light.of.push_back(static_cast<float>(rgb[i]) / 255);
    return light;
  }

  /// The file, with a scene "{}".
  template <typename Draw>
  std::string svg(Draw draw) {
    canvas::SvgPainter painter(fonts);
    std::string file;
    frame([&] {
      draw(painter);
      file = painter.document({.size = {static_cast<float>(width_), static_cast<float>(height_)},
                               .ground = IM_COL32_BLACK,
                               .title = {},
                               .scene = "{}"});
    });
    return file;
  }

  canvas::Fonts fonts;

private:
  template <typename Draw>
  void frame(Draw draw) {
    framebuffer_.bind();
    ImGui::GetIO().DeltaTime = 1 / 60.0f;
    ImGui_ImplOpenGL3_NewFrame();
    ImGui::NewFrame();
    draw();
    ImGui::Render();
    glClearColor(0, 0, 0, 1);
    glClear(GL_COLOR_BUFFER_BIT);
    ImGui_ImplOpenGL3_RenderDrawData(ImGui::GetDrawData());
  }

  int width_, height_;
  gpu::HeadlessContext context_;
  gpu::Framebuffer framebuffer_;
};

} // namespace ropescope::test
