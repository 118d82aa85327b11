#pragma once
#include <string>
#include <string_view>

#include <doctest/doctest.h>

#include "app/canvas/imgui_compat.h"
#include "tests/app/headless.h"

namespace ropescope::test {

/// A window without a window, and a person's hand on its mouse and keys.
struct WindowHand {
  explicit WindowHand(int width = 1280, int height = 720, Scene scene = default_scene())
      : window(width, height, std::move(scene)) {
    rest({1, 1});
    frames(3);
  }

  void frames(int count = 2) {
    for (int i = 0; i < count; ++i) window.frame(false);
  }
  void key(int code, int modifiers = 0) {
    window.shell.perform(window.shell.key(code, modifiers));
    frames();
  }
  void type(const char* words) {
    ImGui::GetIO().AddInputCharactersUTF8(words);
    frames(3);
  }
  void enter() {
    compat::hand({.at = at, .enter = true});
    frames(2);
    compat::hand({.at = at});
    frames(3);
    window.shell.perform(window.shell.wanted()); // as the window does
    frames(1);
  }
  /// As Dear ImGui's own fields see it.
  void escape() {
    compat::hand({.at = at, .escape = true});
    frames(2);
    compat::hand({.at = at});
    frames(2);
  }
  void rest(ImVec2 where) { compat::mouse(at = where, false, 0); }
  void click(ImVec2 where) {
    for (const bool down : {false, true, false}) {
      compat::mouse(at = where, down, 0);
      frames();
    }
    frames();
  }
  canvas::Rect control(std::string_view key) {
    CAPTURE(key);
    const auto area = window.shell.control(key);
    REQUIRE(area);
    return *area;
  }
  const Scene& scene() const { return window.shell.scene(); }
  static std::string clipboard() {
    const char* const text = ImGui::GetClipboardText();
    return text ? text : "";
  }

  Headless window;
  ImVec2 at{};
};

} // namespace ropescope::test
