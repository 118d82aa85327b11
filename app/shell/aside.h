#pragma once
#include <epoxy/gl.h>
#include <imgui.h>

namespace ropescope::shell {

/// While it lives something else is drawn: another window's context of Dear ImGui and its framebuffer are put back
/// after it.
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

} // namespace ropescope::shell
