#include "tests/app/gestures.h"

#include <cctype>
#include <cmath>
#include <map>
#include <optional>

#include <GLFW/glfw3.h>
#include <doctest/doctest.h>
#include <imgui.h>

namespace ropescope::test {

namespace {

/// GLFW's code of a key by its name in X.
int key_code(const std::string& name) {
  static const std::map<std::string, int> named{
      {"Right", GLFW_KEY_RIGHT},
      {"Left", GLFW_KEY_LEFT},
      {"Up", GLFW_KEY_UP},
      {"Down", GLFW_KEY_DOWN},
      {"Home", GLFW_KEY_HOME},
      {"Escape", GLFW_KEY_ESCAPE},
      {"Return", GLFW_KEY_ENTER},
      {"Tab", GLFW_KEY_TAB},
      {"space", GLFW_KEY_SPACE},
      {"F1", GLFW_KEY_F1},
      {"F9", GLFW_KEY_F9},
      {"bracketleft", GLFW_KEY_LEFT_BRACKET},
      {"bracketright", GLFW_KEY_RIGHT_BRACKET},
      {"equal", GLFW_KEY_EQUAL},
      {"minus", GLFW_KEY_MINUS},
  };
  if (name.size() == 1) return std::toupper(static_cast<unsigned char>(name[0]));
  const auto found = named.find(name);
  CAPTURE(name);
  REQUIRE(found != named.end());
  return found->second;
}

/// Where a control is. A plot has the name of its tab: "largest NAME" is the plot.
std::optional<canvas::Rect> area_of(const shell::Shell& shell, std::string_view control) {
  constexpr std::string_view largest = "largest ";
  std::optional<canvas::Rect> area = shell.control(control);
  if (control.starts_with(largest))
    for (const canvas::Control& c : shell.controls())
      if (c.key == control.substr(largest.size()) &&
          (!area || c.area.width() * c.area.height() > area->width() * area->height()))
        area = c.area;
  const std::string name(control);
  CAPTURE(name);
  REQUIRE(area);
  return area;
}

} // namespace

void Hand::frames(int count) {
  for (int i = 0; i < count; ++i) {
    compat::hand(input_);
    window_.frame(true);
    input_.wheel = 0;
  }
}

void Hand::settle() {
  for (int i = 0; i < 400 && (i < 3 || (window_.shell.animated() && window_.shell.scene().play == Play::off)); ++i)
    frames(1);
}

void Hand::press(const std::string& keys) {
  events_.push_back({{"press", keys}});
  int modifiers = 0;
  std::string rest = keys;
  for (const auto& [word, flag] : {std::pair{"ctrl+", GLFW_MOD_CONTROL}, std::pair{"shift+", GLFW_MOD_SHIFT}})
    if (rest.starts_with(word)) modifiers |= flag, rest.erase(0, std::string_view(word).size());
  const int key = key_code(rest);
  input_.ctrl = modifiers & GLFW_MOD_CONTROL, input_.shift = modifiers & GLFW_MOD_SHIFT;
  input_.escape = key == GLFW_KEY_ESCAPE, input_.enter = key == GLFW_KEY_ENTER;
  const Request request = window_.shell.key(key, modifiers);
  if (request != Request::back || !window_.shell.close_what_is_open()) window_.shell.perform(request);
  frames(1);
  input_ = {.at = input_.at};
  frames(3);
}

void Hand::type(const std::string& text) {
  events_.push_back({{"type", text}});
  ImGui::GetIO().AddInputCharactersUTF8(text.c_str());
  frames(3);
}

void Hand::move(ImVec2 at) {
  input_.at = {std::round(at.x), std::round(at.y)};
  events_.push_back({{"move", {input_.at.x, input_.at.y}}});
  frames(2);
}

void Hand::button(bool down, bool right) {
  (right ? input_.right : input_.left) = down;
  events_.push_back({{down ? "down" : "up", right ? 3 : 1}});
  frames(2);
}

void Hand::move_to(std::string_view control, Place place) {
  const auto area = area_of(window_.shell, control);
  move({area->least.x + area->width() * place.x, area->least.y + area->height() * place.y});
}

void Hand::click(std::string_view control, Place place) {
  move_to(control, place);
  button(true);
  button(false);
}

void Hand::double_click(std::string_view control, Place place) {
  click(control, place);
  button(true);
  button(false);
}

void Hand::ctrl_click(std::string_view control) {
  move_to(control);
  events_.push_back({{"hold", "ctrl"}});
  input_.ctrl = true;
  frames(1);
  button(true);
  button(false);
  input_.ctrl = false;
  events_.push_back({{"let", "ctrl"}});
  frames(2);
}

void Hand::drag(std::string_view control, Place from, Place to, bool right) {
  const auto area = area_of(window_.shell, control);
  move_to(control, from);
  button(true, right);
  constexpr int steps = 6;
  for (int i = 1; i <= steps; ++i) {
    const float share = static_cast<float>(i) / steps;
    move({area->least.x + area->width() * (from.x + (to.x - from.x) * share),
          area->least.y + area->height() * (from.y + (to.y - from.y) * share)});
  }
  button(false, right);
}

void Hand::wheel(std::string_view control, int notches, Place place) {
  move_to(control, place);
  for (int i = 0; i < std::abs(notches); ++i) {
    events_.push_back({{"wheel", notches > 0 ? 1 : -1}});
    input_.wheel = notches > 0 ? 1.0f : -1.0f;
    frames(2);
  }
}

} // namespace ropescope::test
