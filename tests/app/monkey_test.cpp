#include "tests/app/monkey.h"

#include <algorithm>
#include <cfloat>
#include <filesystem>
#include <fstream>

#include <GLFW/glfw3.h>
#include <doctest/doctest.h>
#include <imgui.h>

#include "app/canvas/carried.h"
#include "app/canvas/imgui_compat.h"
#include "app/canvas/png.h"
#include "app/scene/actions.h"
#include "app/scene/picture.h"
#include "app/scene/scene_json.h"
#include "tests/app/headless.h"

using namespace ropescope;

namespace {

constexpr float out_of_reach = -FLT_MAX; // where Dear ImGui has the mouse that has left the window

/// Moves mouse and keys of a window, drops files on it, makes it larger and smaller.
class Monkey {
public:
  explicit Monkey(std::uint64_t seed) : chance_(seed) {
    const std::vector<std::uint8_t> pixels(3 * 8 * 8, 200);
    const std::string scene = scene_json(default_scene());
    const canvas::CarriedText carried[] = {{canvas::scene_keyword, scene}};
    canvas::write_png(files_.path("carries.png"), 8, 8, pixels, carried);
    canvas::write_png(files_.path("carries none.png"), 8, 8, pixels);
    std::string svg = "<svg xmlns=\"http://www.w3.org/2000/svg\">";
    canvas::append_svg_metadata(svg, carried[0]);
    std::ofstream(files_.path("carries.svg")) << svg << "</svg>";
    for (const char* name : {"carries.png", "carries none.png", "carries.svg"})
      files_.others.push_back(files_.path(name));
    before_ = std::filesystem::current_path();
    std::filesystem::current_path(files_.scratch.path); // exports go there
  }
  ~Monkey() { std::filesystem::current_path(before_); }

  void frame() {
    hand_.wheel = hand_.sideways = 0;
    hand_.escape = hand_.enter = hand_.backspace = false;
    for (std::int64_t i = 0; i < test::events_a_frame; ++i) event();
    compat::hand(hand_);
    const bool live = !chance_.one_in(20); // the others wait for all that is to be computed, however long it takes
    if (!live || test::is_slow(shell().scene())) window_.shell.show(test::with_less_to_scan(shell().scene()));
    window_.frame(live);
    check();
  }

private:
  const shell::Shell& shell() const { return window_.shell; }

  void event() {
    switch (chance_.below(32)) {
    default: hand_.at = somewhere(); break;
    case 0:
    case 1:
    case 2:
    case 3:
    case 4: hand_.left = !hand_.left; break;
    case 5:
    case 6: hand_.right = !hand_.right; break;
    case 7:
    case 8: hand_.wheel += notches(); break;
    case 9: hand_.sideways += notches(); break;
    case 10: hand_.ctrl = !hand_.ctrl; break;
    case 11: hand_.shift = !hand_.shift; break;
    case 12: hand_.alt = !hand_.alt; break;
    case 13:
    case 14:
    case 15: press_key(); break;
    case 16: window_.shell.perform(chance_.one_in(2) ? Request::undo : Request::redo); break;
    case 17:
    case 18:
    case 19: type(); break;
    case 20: seldom(); break;
    case 21: pose(); break;
    }
  }

  /// On a control, anywhere in the window, at its edge, or outside.
  ImVec2 somewhere() {
    const auto w = static_cast<float>(window_.width()), h = static_cast<float>(window_.height());
    if (chance_.one_in(2))
      if (const auto control = some_control()) return inside(*control);
    switch (chance_.below(12)) {
    case 0: return {out_of_reach, out_of_reach};
    case 1: return {-1, h / 2};
    case 2: return {w, h};
    case 3: return {w + 5000, -3000};
    default: return inside({{0, 0}, {w, h}});
    }
  }

  ImVec2 inside(canvas::Rect r) {
    return {r.least.x + r.width() * static_cast<float>(chance_.share()),
            r.least.y + r.height() * static_cast<float>(chance_.share())};
  }

  std::optional<canvas::Rect> some_control() {
    for (int tries = 0; tries < 20; ++tries) { // most keys have no control on the screen
      const std::string_view key = chance_.one_in(3) ? chance_.of(actions()).name : chance_.of(all_properties())->key;
      if (const auto area = shell().control(key)) return area;
    }
    return std::nullopt;
  }

  float notches() {
    constexpr float some[] = {1, 1, 1, -1, -1, 0.1f, -0.1f, 10, -10, 1000};
    return chance_.of(some);
  }

  /// As the window takes keys: letters of a field are no actions, Escape always is.
  void press_key() {
    const Action& a = chance_.of(actions());
    if (a.name == "quit" || (a.name.starts_with("export") && !chance_.one_in(8))) return; // an export takes a second
    // Their dialogs could write anywhere on this machine.
    if (a.name.starts_with("save") || a.name == "export.dialog") return;
    constexpr int of_dialogs[] = {GLFW_KEY_UP,        GLFW_KEY_DOWN, GLFW_KEY_ENTER, GLFW_KEY_BACKSPACE,
                                  GLFW_KEY_PAGE_DOWN, GLFW_KEY_TAB,  GLFW_KEY_RIGHT};
    if (window_.shell.takes_key(chance_.of(of_dialogs), chance_.one_in(4) ? GLFW_MOD_SHIFT : 0)) return;
    if (a.key == GLFW_KEY_ESCAPE) hand_.escape = true;
    if (shell().takes_letters() && a.key != GLFW_KEY_ESCAPE) return;
    window_.shell.perform(window_.shell.key(a.key, a.modifiers));
  }

  void type() {
    constexpr unsigned letters[] = {'0', '1', '2', '4', '9', '.', ',',  'k',   'M',
                                    '-', '+', 'e', 'n', ' ', '/', 0xe9, 0x20ac};
    if (chance_.one_in(6))
      hand_.enter = true;
    else if (chance_.one_in(5))
      hand_.backspace = true;
    else
      ImGui::GetIO().AddInputCharacter(chance_.of(letters));
  }

  void seldom() {
    switch (chance_.below(7)) {
    case 0: drop(); break;
    case 3: { // a kernel that can be judged, of its model
      Scene scene = files_.with_kernel(shell().scene(), chance_.one_in(2));
      scene.view = "check";
      window_.shell.show(std::move(scene));
      break;
    }
    case 1: window_.shell.open(chance_.of(files_.others)); break;
    case 2: {
      constexpr std::pair<int, int> sizes[] = {{320, 320},  {640, 400},  {960, 600},  {960, 600},
                                               {1280, 720}, {800, 1200}, {2560, 1440}};
      const auto& [width, height] = chance_.of(sizes);
      window_.resize(width, height);
      break;
    }
    default: break;
    }
  }

  void drop() {
    std::vector<std::string> paths;
    for (std::uint64_t count = 1 + chance_.below(3); count > 0; --count)
      paths.push_back(chance_.of(chance_.one_in(2) ? files_.kernels : files_.others));
    window_.shell.drop(paths);
  }

  /// As a lecture's step: another scene comes from outside.
  void pose() {
    if (auto next = test::with_random_value(chance_, shell().scene(), files_)) window_.shell.show(*std::move(next));
  }

  void check() {
    test::require_sound(shell().scene());
    if (chance_.one_in(8)) undo_and_redo();
  }

  void undo_and_redo() {
    const Scene now = shell().scene();
    if (!shell().history().can_undo()) return;
    window_.shell.perform(Request::undo);
    test::require_sound(shell().scene());
    window_.shell.perform(Request::redo);
    REQUIRE(shell().scene() == now);
  }

  test::Chance chance_;
  test::MonkeyFiles files_;
  std::filesystem::path before_;
  test::Headless window_{960, 600};
  compat::HandInput hand_;
};

} // namespace

TEST_CASE("a monkey on mouse, keys and files brings the window into no scene that cannot be") {
  const std::uint64_t seed = test::monkey_seed();
  const std::int64_t events = test::monkey_events(3000);
  CAPTURE(seed);
  // Said before it begins: a sanitizer's report ends the program without a word of doctest's.
  if (events > 3000) MESSAGE("a monkey of ", events, " events, ROPESCOPE_MONKEY_SEED=", seed);
  Monkey monkey(seed);
  for (std::int64_t event = 0; event < events; event += test::events_a_frame) {
    CAPTURE(event);
    monkey.frame();
  }
}

TEST_CASE("a scene that cannot be drawn is said and gone with the next frame, however it came into force") {
  test::Headless window(960, 600);
  window.frame(true);
  const Scene before = window.shell.scene();
  Scene wrong = before;
  wrong.rope.layout.rotary_dim = 2 * wrong.rope.layout.head_dim;
  window.shell.show(wrong);
  REQUIRE_NOTHROW(window.frame(true));
  CHECK(window.shell.scene() == before);
  window.frame(true);
  CHECK(window.shell.message().find("rotary_dim") != std::string::npos);
}
