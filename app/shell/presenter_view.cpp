#include "app/shell/presenter_view.h"

#include <algorithm>
#include <ctime>

#include <epoxy/gl.h>
#include <fmt/format.h>

#include "app/canvas/gesture.h"
#include "app/canvas/imgui_compat.h"
#include "app/gpu/driver_time.h"
#include "app/shell/aside.h"
#include "app/shell/texture_image.h"

namespace ropescope::shell {

PresenterView::PresenterView() {
  const Aside aside;
  context_ = compat::make_context();
}

PresenterView::~PresenterView() {
  ImGuiContext* const before = ImGui::GetCurrentContext();
  ImGui::SetCurrentContext(context_);
  ImGui_ImplOpenGL3_Shutdown();
  ImGui::DestroyContext(context_);
  ImGui::SetCurrentContext(before == context_ ? nullptr : before);
}

/// Fonts, input and the frame of Dear ImGui.
void PresenterView::prepare(int width, int height, float seconds, const Look& look, const Mouse& mouse) {
  const ImVec2 size{static_cast<float>(width), static_cast<float>(height)};
  plan_ = plan_presenter(size, look.stage_size);
  const float scale = std::clamp(stage_scale(size), 0.5f, 6.0f);
  if (scale != scale_ || plan_.unit != unit_) {
    fonts_ = Fonts::load(scale);
    presenter_fonts_ = PresenterFonts::load(scale, plan_.unit, fonts_);
    scale_ = scale, unit_ = plan_.unit;
  }
  compat::mouse(mouse.at, mouse.down, 0);
  ImGuiIO& io = ImGui::GetIO();
  io.DisplaySize = size;
  io.DeltaTime = std::max(seconds, 1e-4f);
  {
    const gpu::DriverTime driver;
    ImGui_ImplOpenGL3_NewFrame();
  }
  ImGui::NewFrame();
}

/// The pictures that lie in the plan; those of the overview come with it.
void PresenterView::draw_images(const Look& look, const NextPress& next) {
  ImDrawList& list = *ImGui::GetBackgroundDrawList();
  if (look.stage != 0) {
    draw_texture(list, look.stage, plan_.stage);
    draw_texture(list, look.stage, plan_.last_row);
  }
  if (look.pictures && next.shown)
    if (const unsigned texture = look.pictures->texture(next.shown->step, next.shown->end))
      draw_texture(list, texture, plan_.next);
}

void PresenterView::frame(int width, int height, float seconds, Lectern& lectern, const Look& look, const Mouse& mouse,
                          Painter* outside) {
  ImGuiContext* const before = ImGui::GetCurrentContext();
  ImGui::SetCurrentContext(context_);
  prepare(width, height, seconds, look, mouse);
  grounds_.clear();
  memory_.reset();
  const ImVec2 size = ImGui::GetIO().DisplaySize;
  screen_.draw_above(ImGui::GetBackgroundDrawList());
  const Canvas c{.paint = outside ? *outside : screen_,
                 .memory = memory_,
                 .theme = *look.theme,
                 .fonts = fonts_,
                 .gesture = gesture_,
                 .scale = scale_,
                 .mouse = mouse.at,
                 .within = {{0, 0}, size}};
  if (lectern.overview) {
    const auto clicked = draw_overview(c, presenter_fonts_.stage, size, lectern, [&](std::size_t step, Rect area) {
      const unsigned texture = look.pictures ? look.pictures->texture(step, true) : 0;
      if (texture != 0) draw_texture(*ImGui::GetBackgroundDrawList(), texture, area);
      return texture != 0;
    });
    if (clicked) {
      lectern.player.jump(*clicked, look.now);
      lectern.overview = false;
    }
  } else {
    const NextPress next = next_press(lectern.player);
    draw_images(look, next);
    const bool has_picture =
        look.pictures && next.shown && look.pictures->texture(next.shown->step, next.shown->end) != 0;
    draw_presenter(c, presenter_fonts_, plan_, lectern, {look.now, look.wall, next.words, has_picture});
    if (ImGui::IsMouseClicked(0) && plan_.clock.contains(mouse.at)) lectern.player.restart_clock(look.now);
  }
  draw_digits(c, presenter_fonts_.stage, size, lectern);
  screen_.draw_above(nullptr);
  ImGui::Render();
  ground_painter_.paint(size, grounds_, look.theme->ground, look.theme->ground);
  ImGui_ImplOpenGL3_RenderDrawData(ImGui::GetDrawData());
  ImGui::SetCurrentContext(before);
}

std::string wall_clock() {
  const std::time_t now = std::time(nullptr);
  std::tm local{};
  localtime_r(&now, &local);
  return fmt::format("{:02}:{:02}", local.tm_hour, local.tm_min);
}

} // namespace ropescope::shell
