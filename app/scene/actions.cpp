#include "app/scene/actions.h"

#include <algorithm>
#include <iterator>

#include <GLFW/glfw3.h>
#include <fmt/format.h>

#include "core/error.h"

namespace ropescope {

namespace {

// Actions hold plain function pointers, so that their table is a constant. What differs between two actions of one kind
// is therefore a template's argument. settle() brings a step too far back into the range.
template <std::int64_t tokens>
Request step(Scene& scene) {
  scene.m += tokens;
  settle(scene);
  return Request::none;
}

template <std::int64_t pairs>
Request select(Scene& scene) {
  scene.pair += pairs;
  settle(scene);
  return Request::none;
}

template <View view>
Request show(Scene& scene) {
  scene.view = view;
  return Request::none;
}

template <Request request>
Request ask(Scene&) {
  return request;
}

Request toggle_play(Scene& scene) {
  scene.play = scene.play != Play::off ? Play::off : scene.play_both ? Play::both : Play::query;
  return Request::none;
}

Request toggle_theme(Scene& scene) {
  scene.dark = !scene.dark;
  return Request::none;
}

Request toggle_panel(Scene& scene) {
  scene.panel = !scene.panel;
  return Request::none;
}

// The title is what the help overlay and the tabs show. The tabs are the rows "view.…" in this order.
constexpr Action table[] = {
    {"view.overview", "Overview", GLFW_KEY_1, 0, show<View::overview>},
    {"view.rotations", "Rotations", GLFW_KEY_2, 0, show<View::rotations>},
    {"view.wavelengths", "Wavelengths", GLFW_KEY_3, 0, show<View::wavelengths>},
    {"view.score", "Score", GLFW_KEY_4, 0, show<View::score>},
    {"view.precision", "Precision", GLFW_KEY_5, 0, show<View::precision>},
    {"view.check", "Check", GLFW_KEY_6, 0, show<View::check>},
    {"view.grid", "Back to the overview", GLFW_KEY_0, 0, show<View::overview>},
    {"play", "Play and pause", GLFW_KEY_SPACE, 0, toggle_play},
    {"step.forward", "m + 1", GLFW_KEY_RIGHT, 0, step<1>},
    {"step.back", "m − 1", GLFW_KEY_LEFT, 0, step<-1>},
    {"step.forward.16", "m + 16", GLFW_KEY_RIGHT, GLFW_MOD_SHIFT, step<16>},
    {"step.back.16", "m − 16", GLFW_KEY_LEFT, GLFW_MOD_SHIFT, step<-16>},
    {"step.forward.1024", "m + 1 024", GLFW_KEY_RIGHT, GLFW_MOD_CONTROL, step<1024>},
    {"step.back.1024", "m − 1 024", GLFW_KEY_LEFT, GLFW_MOD_CONTROL, step<-1024>},
    {"pair.next", "Next pair", GLFW_KEY_RIGHT_BRACKET, 0, select<1>},
    {"pair.previous", "Previous pair", GLFW_KEY_LEFT_BRACKET, 0, select<-1>},
    {"theme", "Light and dark", GLFW_KEY_T, 0, toggle_theme},
    {"panel", "Show and hide the panel", GLFW_KEY_TAB, 0, toggle_panel},
    {"open", "Open a config.json or GGUF file", GLFW_KEY_O, GLFW_MOD_CONTROL, ask<Request::open_file>},
    {"export", "Export the picture as PNG", GLFW_KEY_S, 0, ask<Request::export_png>},
    {"zoom.in", "Larger", GLFW_KEY_EQUAL, GLFW_MOD_CONTROL, ask<Request::zoom_in>},
    {"zoom.out", "Smaller", GLFW_KEY_MINUS, GLFW_MOD_CONTROL, ask<Request::zoom_out>},
    {"zoom.reset", "As large as the window allows", GLFW_KEY_0, GLFW_MOD_CONTROL, ask<Request::zoom_reset>},
    {"back", "Close what is open, leave full screen", GLFW_KEY_ESCAPE, 0, ask<Request::back>},
    {"help", "All keys", GLFW_KEY_F1, 0, ask<Request::help>},
    {"fullscreen", "Full screen", GLFW_KEY_F11, 0, ask<Request::full_screen>},
    {"quit", "Quit", GLFW_KEY_Q, GLFW_MOD_CONTROL, ask<Request::quit>},
};

} // namespace

std::span<const Action> actions() { return table; }

const Action& action(std::string_view name) {
  const auto found = std::find_if(std::begin(table), std::end(table), [&](const Action& a) { return a.name == name; });
  if (found == std::end(table)) throw Error(fmt::format("there is no action \"{}\"", name));
  return *found;
}

const Action* action_for_key(int key, int modifiers) {
  // Caps Lock and Num Lock, which GLFW may report among the modifiers, do not count.
  const int counted = modifiers & (GLFW_MOD_SHIFT | GLFW_MOD_CONTROL | GLFW_MOD_ALT | GLFW_MOD_SUPER);
  const auto found = std::find_if(std::begin(table), std::end(table),
                                  [&](const Action& a) { return a.key == key && a.modifiers == counted; });
  return found == std::end(table) ? nullptr : found;
}

std::string key_name(const Action& action) {
  std::string name;
  if (action.modifiers & GLFW_MOD_CONTROL) name += "Ctrl+";
  if (action.modifiers & GLFW_MOD_SHIFT) name += "Shift+";
  switch (action.key) {
  case GLFW_KEY_SPACE: return name + "Space";
  case GLFW_KEY_TAB: return name + "Tab";
  case GLFW_KEY_LEFT: return name + "←";
  case GLFW_KEY_RIGHT: return name + "→";
  case GLFW_KEY_ESCAPE: return name + "Esc";
  case GLFW_KEY_F1: return name + "F1";
  case GLFW_KEY_F11: return name + "F11";
  default: return name + static_cast<char>(action.key); // GLFW's codes of printable keys are ASCII
  }
}

void advance_play(Scene& scene, std::int64_t tokens) {
  const std::int64_t length = pictured_length(scene);
  if (scene.play == Play::off || tokens == 0) return;
  if (scene.play == Play::query) {
    scene.m = (scene.m + tokens) % length;
    return;
  }
  // Both keep their distance: they go round together before either leaves the context.
  const std::int64_t least = std::min(scene.m, scene.n), greatest = std::max(scene.m, scene.n);
  // At the end both go back by as much as puts the nearer one on position 0.
  const std::int64_t moved = greatest + tokens < length ? tokens : -least;
  scene.m += moved;
  scene.n += moved;
}

} // namespace ropescope
