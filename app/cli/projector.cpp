#include "app/cli/projector.h"

#include <algorithm>

#include <epoxy/gl.h>

#include "app/gpu/context.h"
#include "app/gpu/driver_time.h"

namespace ropescope::cli {

namespace {

constexpr double cursor_rest = 2; // seconds

struct Place {
  int x = 0, y = 0, width = 0, height = 0;
};

Place place_of(GLFWmonitor* monitor) {
  Place place;
  glfwGetMonitorPos(monitor, &place.x, &place.y);
  if (const GLFWvidmode* mode = glfwGetVideoMode(monitor)) place.width = mode->width, place.height = mode->height;
  return place;
}

bool overlap(const Place& a, const Place& b) {
  return a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
}

} // namespace

std::optional<Displays> two_displays(bool swapped) {
  int count = 0;
  GLFWmonitor** monitors = glfwGetMonitors(&count);
  GLFWmonitor* const primary = glfwGetPrimaryMonitor();
  for (int i = 0; i < count; ++i) {
    // A mirrored monitor lies where the other does.
    if (monitors[i] == primary || overlap(place_of(primary), place_of(monitors[i]))) continue;
    return swapped ? Displays{primary, monitors[i]} : Displays{monitors[i], primary};
  }
  return std::nullopt;
}

bool are_mirrored() {
  int count = 0;
  glfwGetMonitors(&count);
  return count > 1 && !two_displays(false);
}

std::unique_ptr<Projector> Projector::open(GLFWwindow* with, GLFWmonitor* monitor, Listener listener) {
  const GLFWvidmode* mode = glfwGetVideoMode(monitor);
  if (!mode) return nullptr;
  glfwDefaultWindowHints();
  // Contexts that share objects are of one kind.
  for (const int what : {GLFW_CLIENT_API, GLFW_CONTEXT_CREATION_API, GLFW_CONTEXT_VERSION_MAJOR,
                         GLFW_CONTEXT_VERSION_MINOR, GLFW_OPENGL_PROFILE, GLFW_OPENGL_FORWARD_COMPAT})
    glfwWindowHint(what, glfwGetWindowAttrib(with, what));
  glfwWindowHint(GLFW_RED_BITS, mode->redBits);
  glfwWindowHint(GLFW_GREEN_BITS, mode->greenBits);
  glfwWindowHint(GLFW_BLUE_BITS, mode->blueBits);
  glfwWindowHint(GLFW_REFRESH_RATE, mode->refreshRate);
  glfwWindowHint(GLFW_AUTO_ICONIFY, GLFW_FALSE); // the lecturer's window has the keyboard
  glfwWindowHint(GLFW_FOCUSED, GLFW_FALSE);
  glfwWindowHint(GLFW_FOCUS_ON_SHOW, GLFW_FALSE);
  // First a plain window there, since some window managers fill the monitor that a window lies on, whichever is named.
  glfwWindowHint(GLFW_DECORATED, GLFW_FALSE);
  glfwWindowHint(GLFW_VISIBLE, GLFW_FALSE);
  const Place place = place_of(monitor);
  GLFWwindow* window = glfwCreateWindow(place.width, place.height, "Ropescope: the stage", nullptr, with);
  glfwDefaultWindowHints();
  if (!window) return nullptr;
  glfwSetWindowPos(window, place.x, place.y);
  glfwShowWindow(window);
  glfwSetWindowPos(window, place.x, place.y); // some place a window when it is first seen
  glfwSetWindowMonitor(window, monitor, 0, 0, mode->width, mode->height, mode->refreshRate);
  return std::unique_ptr<Projector>(new Projector(with, window, monitor, std::move(listener)));
}

Projector::Projector(GLFWwindow* with, GLFWwindow* window, GLFWmonitor* monitor, Listener listener)
    : with_(with), window_(window), monitor_(monitor), listener_(std::move(listener)), moved_(glfwGetTime()) {
  glfwSetWindowUserPointer(window_, this);
  glfwSetKeyCallback(window_, [](GLFWwindow* w, int key, int scancode, int pressed, int modifiers) {
    of(w).listener_.key(key, scancode, pressed, modifiers);
  });
  glfwSetCharCallback(window_, [](GLFWwindow* w, unsigned codepoint) { of(w).listener_.letter(codepoint); });
  glfwSetMouseButtonCallback(
      window_, [](GLFWwindow* w, int which, int pressed, int) { of(w).button(which, pressed == GLFW_PRESS); });
  glfwSetScrollCallback(window_, [](GLFWwindow* w, double, double notches) {
    of(w).wheel_ += static_cast<float>(notches);
    of(w).listener_.other();
  });
  glfwSetCursorPosCallback(window_, [](GLFWwindow* w, double, double) {
    of(w).moved_ = glfwGetTime();
    of(w).listener_.other();
  });
  glfwSetWindowRefreshCallback(window_, [](GLFWwindow* w) { of(w).listener_.other(); });
  glfwSetWindowCloseCallback(window_, [](GLFWwindow* w) { of(w).listener_.other(); });
  glfwSetFramebufferSizeCallback(window_, [](GLFWwindow* w, int, int) { of(w).listener_.other(); });
  // One of the two windows is held to its monitor's rate, and it is the one that many look at.
  glfwMakeContextCurrent(window_);
  glfwSwapInterval(1);
  glfwMakeContextCurrent(with_);
  glfwSwapInterval(0);
  glfwFocusWindow(with_);
}

Projector::~Projector() {
  glfwDestroyWindow(window_);
  glfwMakeContextCurrent(with_);
  glfwSwapInterval(1);
}

void Projector::button(int which, bool down) {
  if (which < 0 || which >= static_cast<int>(down_.size())) return;
  const auto index = static_cast<std::size_t>(which);
  down_[index] = down;
  went_down_[index] = went_down_[index] || down;
  listener_.other();
}

std::optional<std::array<int, 2>> Projector::size() const {
  std::array<int, 2> size{};
  glfwGetFramebufferSize(window_, size.data(), &size[1]);
  if (size[0] <= 0 || size[1] <= 0) return std::nullopt;
  return size;
}

std::optional<Projector::Mouse> Projector::mouse() {
  const bool seen = glfwGetTime() - moved_ < cursor_rest;
  glfwSetInputMode(window_, GLFW_CURSOR, seen ? GLFW_CURSOR_NORMAL : GLFW_CURSOR_HIDDEN);
  const bool held = down_[0] || down_[1] || went_down_[0] || went_down_[1];
  if (!held && glfwGetWindowAttrib(window_, GLFW_HOVERED) != GLFW_TRUE) return std::nullopt;
  double x = 0, y = 0;
  glfwGetCursorPos(window_, &x, &y);
  const Mouse mouse{
      {static_cast<float>(x), static_cast<float>(y)}, down_[0] || went_down_[0], down_[1] || went_down_[1], wheel_};
  went_down_ = {};
  wheel_ = 0;
  return mouse;
}

void Projector::show(const gpu::TexturePicture& picture) {
  gpu::finish(); // the other context sees what is complete
  const auto own = size();
  if (!own) return;
  glfwMakeContextCurrent(window_);
  gpu::fill_window(picture.texture(), picture.width(), picture.height(), (*own)[0], (*own)[1]);
  {
    const gpu::DriverTime driver;
    glfwSwapBuffers(window_);
  }
  glfwMakeContextCurrent(with_);
}

} // namespace ropescope::cli
