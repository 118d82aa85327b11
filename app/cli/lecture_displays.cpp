#include "app/cli/lecture_displays.h"

#include <algorithm>
#include <cfloat>

#include <epoxy/gl.h>

#include "app/canvas/imgui_compat.h"
#include "core/error.h"

namespace ropescope::cli {

std::optional<Displays> LectureDisplays::wanted() const {
  const bool closed = projector_ && projector_->is_closed();
  return shell_.in_lecture() && !refused_ && !closed ? two_displays(swapped_) : std::nullopt;
}

bool LectureDisplays::is_due() const {
  const auto displays = wanted();
  return projector_ ? !displays || displays->projector != projector_->monitor() : displays.has_value();
}

bool LectureDisplays::update() {
  if (!shell_.in_lecture()) {
    close();
    swapped_ = refused_ = false;
    return false;
  }
  refused_ = refused_ || (projector_ && projector_->is_closed());
  if (is_due()) {
    close();
    if (const auto displays = wanted()) open(*displays);
  }
  shell_.present(projector_ != nullptr);
  shell_.lectern()->mirrored = are_mirrored();
  return projector_ != nullptr;
}

void LectureDisplays::open(const Displays& displays) {
  make_room(displays.own, displays.projector);
  projector_ = Projector::open(window_, displays.projector, listener_);
  try {
    if (projector_) view_ = std::make_unique<shell::PresenterView>();
    if (projector_) make_stage();
  } catch (const Error&) { // no picture of that size: at one display as before
    close();
  }
  refused_ = projector_ == nullptr;
}

/// The window leaves the monitor that becomes the projector.
void LectureDisplays::make_room(GLFWmonitor* own, GLFWmonitor* projector) {
  const GLFWvidmode* mode = glfwGetVideoMode(own);
  if (!mode) return;
  if (GLFWmonitor* const full = glfwGetWindowMonitor(window_)) {
    if (full == projector) glfwSetWindowMonitor(window_, own, 0, 0, mode->width, mode->height, mode->refreshRate);
    return;
  }
  int x = 0, y = 0, width = 0, height = 0, left = 0, top = 0;
  glfwGetWindowPos(window_, &x, &y);
  glfwGetWindowSize(window_, &width, &height);
  glfwGetMonitorPos(projector, &left, &top);
  const GLFWvidmode* other = glfwGetVideoMode(projector);
  const int middle_x = x + width / 2 - left, middle_y = y + height / 2 - top;
  const bool lies_there =
      other && middle_x >= 0 && middle_y >= 0 && middle_x < other->width && middle_y < other->height;
  if (!lies_there) return;
  int room_x = 0, room_y = 0, room_width = 0, room_height = 0;
  glfwGetMonitorWorkarea(own, &room_x, &room_y, &room_width, &room_height);
  const int title = 40; // its frame's, which sizes leave out
  glfwSetWindowSize(window_, std::min(width, room_width), std::min(height, room_height - title));
  glfwSetWindowPos(window_, room_x + std::max(0, (room_width - width) / 2),
                   room_y + std::max(title, (room_height - height) / 2));
}

void LectureDisplays::make_stage() {
  const auto size = projector_->size();
  if (!size) return; // as it was, until the window has a size again
  if (stage_ && stage_->width() == (*size)[0] && stage_->height() == (*size)[1]) return;
  stage_ = std::make_unique<gpu::TexturePicture>((*size)[0], (*size)[1]);
}

/// The stage's mouse is the projector's own, where it is there, else the one on the lecturer's picture of the stage.
void LectureDisplays::place_hand(const PresenterPlan& plan) {
  ImGuiIO& io = ImGui::GetIO();
  const ImVec2 own = io.MousePos;
  const bool left = io.MouseDown[0], right = io.MouseDown[1];
  const ImVec2 stage{static_cast<float>(stage_->width()), static_cast<float>(stage_->height())};
  mouse_ = {own, left};
  const auto far = projector_->mouse();
  const auto near = plan.unit > 0 ? hand_.at(plan, stage, own, left || right) : std::nullopt;
  const bool window_shows_stage = shell_.lectern() && !shell_.lectern()->overview;
  if (far && !hand_.holds())
    compat::place_mouse(far->at, far->left, far->right, far->wheel);
  else if (near && window_shows_stage)
    compat::place_mouse(*near, left, right, io.MouseWheel);
  else
    compat::place_mouse({-FLT_MAX, -FLT_MAX}, false, false, 0);
}

void LectureDisplays::draw(int width, int height, float seconds) {
  make_stage();
  place_hand(view_->plan());
  stage_->bind();
  shell_.frame(stage_->width(), stage_->height(), seconds, true);
  glBindFramebuffer(GL_FRAMEBUFFER, 0);
  glViewport(0, 0, width, height);
  Lectern* const lectern = shell_.lectern();
  if (!lectern) return; // it ended in this frame; the next one shows the window as it was
  const std::string wall = shell::wall_clock();
  view_->frame(width, height, seconds, *lectern,
               {.stage = stage_->texture(),
                .stage_size = {static_cast<float>(stage_->width()), static_cast<float>(stage_->height())},
                .pictures = shell_.step_pictures(),
                .theme = &canvas::theme(shell_.scene().theme),
                .now = shell_.lecture_now(),
                .wall = wall},
               mouse_);
}

void LectureDisplays::show() {
  if (projector_ && stage_) projector_->show(*stage_);
}

void LectureDisplays::swap() {
  if (!projector_) return;
  const auto displays = two_displays(!swapped_);
  if (!displays) return;
  swapped_ = !swapped_;
  projector_.reset();
  open(*displays);
}

void LectureDisplays::close() {
  view_.reset();
  stage_.reset();
  projector_.reset();
  hand_ = {};
  shell_.present(false);
}

} // namespace ropescope::cli
