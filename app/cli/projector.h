#pragma once
#include <array>
#include <functional>
#include <memory>
#include <optional>

#include <GLFW/glfw3.h>
#include <imgui.h>

#include "app/gpu/texture_picture.h"

namespace ropescope::cli {

/// The monitor that a lecture's stage fills, and the one for the lecturer.
struct Displays {
  GLFWmonitor *projector = nullptr, *own = nullptr;
  bool operator==(const Displays&) const = default;
};

/// The projector is the monitor that is not primary; `swapped`: the primary one. Nothing where there is one monitor, or
/// where the second shows the same as the first.
std::optional<Displays> two_displays(bool swapped);

/// Whether every monitor shows the same as the primary one, and there are several.
bool are_mirrored();

/// A second window, which fills a monitor and shows a texture of the first one's context.
class Projector {
public:
  /// What happens to it is told to the first window. All may be called within glfwPollEvents() alone.
  struct Listener {
    std::function<void(int key, int scancode, int pressed, int modifiers)> key;
    std::function<void(unsigned codepoint)> letter;
    std::function<void()> other; ///< anything else that the next frame has to show
  };

  /// Null where no window comes up there. Requires that `with` outlive it.
  static std::unique_ptr<Projector> open(GLFWwindow* with, GLFWmonitor*, Listener);
  ~Projector();
  Projector(const Projector&) = delete;
  Projector& operator=(const Projector&) = delete;

  GLFWmonitor* monitor() const { return monitor_; }
  bool is_closed() const { return glfwWindowShouldClose(window_) == GLFW_TRUE; }

  /// Pixels; nothing while it has none.
  std::optional<std::array<int, 2>> size() const;

  /// The mouse over it, pixels; nothing where it is elsewhere and no button that went down on it is held.
  struct Mouse {
    ImVec2 at;
    bool left = false, right = false;
    float wheel = 0; ///< notches since the last call
  };
  std::optional<Mouse> mouse();

  /// Shows the texture, which must be complete. The first window's context is current before and after.
  void show(const gpu::TexturePicture&);

private:
  Projector(GLFWwindow* with, GLFWwindow* window, GLFWmonitor*, Listener);
  static Projector& of(GLFWwindow* window) { return *static_cast<Projector*>(glfwGetWindowUserPointer(window)); }
  void button(int which, bool down);

  GLFWwindow *with_, *window_;
  GLFWmonitor* monitor_;
  Listener listener_;
  // A button that went down and up between two frames is down for one.
  std::array<bool, 2> down_{}, went_down_{};
  float wheel_ = 0;
  double moved_ = 0; // when the mouse last did: its cursor is hidden after that
};

} // namespace ropescope::cli
