#pragma once
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "app/canvas/imgui_compat.h"
#include "tests/app/headless.h"

namespace ropescope::test {

/// A hand on mouse and keyboard of a window without a window. All that it does is kept as a list of raw events, so that
/// the same can be done to the window of a desktop, by tests/drive/gestures.py: places in pixels, keys by name.
class Hand {
public:
  explicit Hand(Headless& window) : window_(window) { frames(4); }

  /// Keys that are pressed together, as xdotool writes them: "ctrl+shift+z", "Right", "bracketright", "t".
  void press(const std::string& keys);
  /// Letters into the field that is open.
  void type(const std::string& text);

  /// Where within a control: its share of the width and of the height, 0 … 1.
  struct Place {
    float x = 0.5f, y = 0.5f;
  };
  void move_to(std::string_view control, Place);
  void move_to(std::string_view control) { move_to(control, Place()); }
  void click(std::string_view control, Place);
  void click(std::string_view control) { click(control, Place()); }
  void double_click(std::string_view control, Place);
  void ctrl_click(std::string_view control);
  void drag(std::string_view control, Place from, Place to, bool right = false);
  void wheel(std::string_view control, int notches, Place);

  /// Until nothing works beside the frame any more.
  void settle();

  const nlohmann::json& events() const { return events_; }
  /// What follows is a new list.
  void begin() { events_ = nlohmann::json::array(); }

private:
  void frames(int count);
  void button(bool down, bool right = false);
  void move(ImVec2);

  Headless& window_;
  compat::HandInput input_;
  nlohmann::json events_ = nlohmann::json::array();
};

} // namespace ropescope::test
