// Pictures that the window writes.
#include <algorithm>
#include <filesystem>
#include <set>

#include <GLFW/glfw3.h>
#include <doctest/doctest.h>
#include <fmt/format.h>
#include <imgui.h>

#include "app/canvas/imgui_compat.h"
#include "app/scene/picture.h"
#include "app/scene/presets.h"
#include "app/scene/scene_file.h"
#include "app/scene/scene_json.h"
#include "core/error.h"
#include "core/io/file.h"
#include "tests/app/headless.h"
#include "tests/run_program.h"

using namespace ropescope;
namespace fs = std::filesystem;

namespace {

struct Exporter {
  test::Scratch scratch;
  fs::path before = fs::current_path();
  test::Headless window;

  explicit Exporter(Scene scene = default_scene(), int width = 1280, int height = 720)
      : window(width, height, std::move(scene)) {
    fs::current_path(scratch.path);
    frames(3);
  }
  ~Exporter() { fs::current_path(before); }
  shell::Shell& shell() { return window.shell; }
  void frames(int count) {
    for (int i = 0; i < count; ++i) window.frame(false);
  }
  void key(int key, int modifiers = 0) {
    if (!shell().takes_key(key, modifiers)) shell().perform(shell().key(key, modifiers));
    frames(3);
  }
  void click(const std::string& control) {
    CAPTURE(control);
    const auto area = shell().control(control);
    REQUIRE(area);
    for (const bool pressed : {false, true, false}) {
      compat::mouse(area->centre(), pressed, 0);
      frames(2);
    }
  }
  /// The file that was written since the last call.
  std::string newest() {
    std::string found;
    for (const auto& entry : fs::directory_iterator(scratch.path))
      if (seen_.insert(entry.path().string()).second) found = entry.path().string();
    CAPTURE(shell().message());
    REQUIRE(!found.empty());
    CHECK(shell().message().find(found) != std::string::npos); // the whole path
    return found;
  }
  static std::string bytes(const std::string& path) { return read_file(path, 1 << 26); }

private:
  std::set<std::string> seen_;
};

Scene scene_with(const char* view) {
  Scene scene = default_scene();
  scene.view = view;
  return scene;
}

} // namespace

TEST_CASE(
    "two exports of one scene are equal to the byte, whatever stands in the window: message, tooltip, dialog, mouse") {
  for (const int modifiers : {0, GLFW_MOD_SHIFT}) { // PNG, SVG
    CAPTURE(modifiers);
    Exporter exporter(scene_with("score"));
    exporter.key(GLFW_KEY_S, modifiers);
    const std::string first = exporter.bytes(exporter.newest()); // its message stands now
    compat::mouse({700, 300}, false, 0);                         // a read-out on the curves
    exporter.frames(40);
    exporter.key(GLFW_KEY_S, modifiers);
    CHECK((exporter.bytes(exporter.newest()) == first)); // in brackets: a failure prints no picture
    exporter.shell().perform(Request::help);
    exporter.frames(2);
    exporter.key(GLFW_KEY_S, modifiers);
    CHECK((exporter.bytes(exporter.newest()) == first)); // in brackets: a failure prints no picture
  }
}

TEST_CASE("an exported picture that is dropped is drawn to the same bytes again, by the window and by render") {
  for (const char* view : {"score", "wavelengths", "overview"}) {
    CAPTURE(view);
    Exporter exporter(scene_with(view));
    exporter.key(GLFW_KEY_RIGHT, GLFW_MOD_SHIFT);
    exporter.key(GLFW_KEY_S);
    const std::string file = exporter.newest();
    const std::string bytes = exporter.bytes(file);
    exporter.shell().show(default_scene());
    exporter.frames(2);
    exporter.shell().drop({file});
    exporter.frames(2);
    CHECK(exporter.shell().scene().view == view);
    exporter.key(GLFW_KEY_S);
    CHECK((exporter.bytes(exporter.newest()) == bytes));
    const test::Outcome outcome = test::run_program(exporter.scratch, "render --scene '" + file + "' --out again.png");
    CAPTURE(outcome.err);
    CHECK(outcome.status == 0);
    CHECK((exporter.bytes((exporter.scratch.path / "again.png").string()) == bytes));
  }
}

TEST_CASE("the dialog of exports writes what is chosen in it, and keeps the choices and the folder") {
  Exporter exporter(scene_with("score"));
  exporter.key(GLFW_KEY_E, GLFW_MOD_CONTROL);
  exporter.click("export.Format svg");
  exporter.click("export.Theme paper");
  exporter.click("export.Marks bare");
  exporter.click("export.Size 1600×1000");
  exporter.click("export.ok");
  const std::string svg = exporter.newest();
  CHECK(fs::path(svg).filename() == "rope_score_Llama-2-7B_yarn.svg");
  const auto scene = read_scene_file(svg);
  REQUIRE(scene);
  const auto drawn = read_drawn_as(*scene, svg);
  REQUIRE(drawn);
  CHECK(*drawn == DrawnAs{"score", {1600, 1000}, 1, true});
  CHECK(scene_from_json(*scene, svg).theme == canvas::ThemeName::paper);
  CHECK(exporter.shell().scene().theme == canvas::ThemeName::dark); // that of the window stays

  // The next time all is chosen as it was; the name that is taken is not proposed again.
  exporter.key(GLFW_KEY_E, GLFW_MOD_CONTROL);
  exporter.key(GLFW_KEY_ENTER);
  CHECK(fs::path(exporter.newest()).filename() == "rope_score_Llama-2-7B_yarn-2.svg");
  const shell::Session session = exporter.shell().session();
  CHECK(session.choice.ending == ".svg");
  CHECK(session.export_folder == exporter.scratch.path);
}

TEST_CASE("the keyboard alone chooses in the dialog of exports, and Escape closes it") {
  Exporter exporter(scene_with("score"));
  exporter.key(GLFW_KEY_E, GLFW_MOD_CONTROL);
  exporter.key(GLFW_KEY_DOWN); // format
  for (int i = 0; i < 9; ++i) exporter.key(GLFW_KEY_RIGHT);
  exporter.key(GLFW_KEY_ENTER);
  const std::string csv = exporter.newest();
  CHECK(csv.ends_with(".csv"));
  CHECK(exporter.bytes(csv).starts_with("#"));
  exporter.key(GLFW_KEY_E, GLFW_MOD_CONTROL);
  exporter.key(GLFW_KEY_ESCAPE);
  CHECK(!exporter.shell().takes_letters());
}

TEST_CASE("an export over a file that is there asks first") {
  Exporter exporter(scene_with("score"));
  write_file(exporter.scratch.path / "mine.png", "kept");
  for (const bool replaces : {false, true}) {
    CAPTURE(replaces);
    exporter.key(GLFW_KEY_E, GLFW_MOD_CONTROL);
    for (int i = 0; i < 8; ++i) exporter.key(GLFW_KEY_DOWN);
    ImGui::GetIO().AddInputCharactersUTF8("mine.png");
    exporter.frames(3);
    exporter.key(GLFW_KEY_ENTER);
    CHECK(exporter.shell().control("export.replace"));
    if (replaces) exporter.key(GLFW_KEY_RIGHT);
    exporter.key(GLFW_KEY_ENTER);
    CHECK((exporter.bytes((exporter.scratch.path / "mine.png").string()) != "kept") == replaces);
    exporter.key(GLFW_KEY_ESCAPE);
  }
}

TEST_CASE("a size in millimetres has 300 dots an inch, ×2 twice as many") {
  Exporter exporter(scene_with("score"));
  exporter.key(GLFW_KEY_E, GLFW_MOD_CONTROL);
  exporter.click("export.Size 85×60 mm");
  exporter.click("export.Scale ×2");
  exporter.click("export.ok");
  const std::string png = exporter.bytes(exporter.newest());
  const auto number = [&](std::size_t at) {
    return static_cast<unsigned char>(png[at + 2]) * 256 + static_cast<unsigned char>(png[at + 3]);
  };
  CHECK(number(16) == 2008); // 85 mm of 600 dots an inch
  CHECK(number(20) == 1417);
}
