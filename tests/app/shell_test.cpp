#include "app/shell/shell.h"

#include <algorithm>

#include <GLFW/glfw3.h>
#include <doctest/doctest.h>

#include "app/canvas/imgui_compat.h"
#include "app/gpu/context.h"
#include "app/gpu/framebuffer.h"
#include "app/scene/picture.h"
#include "app/scene/presets.h"
#include "app/scene/scene_json.h"
#include "core/analysis/hands.h"
#include "core/io/file.h"
#include "core/rope/scheme_keys.h"
#include "tests/allocations.h"
#include "tests/scratch.h"

using namespace ropescope;

namespace {

/// The window without a window: its frames go into a framebuffer, its mouse is moved by hand.
struct Headless {
  explicit Headless(int w = 1600, int h = 1000, Scene scene = default_scene())
      : width(w), height(h), framebuffer(w, h), shell(std::move(scene), engines) {}

  void frames(int count) {
    for (int i = 0; i < count; ++i) {
      framebuffer.bind();
      shell.frame(width, height, 1 / 60.0f, false);
    }
  }

  void mouse(float x, float y, bool pressed) {
    compat::mouse({x, y}, pressed, 0);
    frames(2);
  }

  /// Where a control was drawn, by the key of what it edits.
  canvas::Rect control(std::string_view key) const {
    const auto area = shell.control(key);
    CAPTURE(key);
    REQUIRE(area);
    return *area;
  }

  int width, height;
  gpu::HeadlessContext context;
  gpu::Framebuffer framebuffer;
  gpu::Engines engines{gpu::EngineChoice::automatic};
  shell::Shell shell;
};

} // namespace

TEST_CASE("three frames of the window come up in every theme and every view") {
  for (const canvas::ThemeName theme : {canvas::ThemeName::dark, canvas::ThemeName::light, canvas::ThemeName::paper})
    for (const Picture* picture : all_pictures()) {
      CAPTURE(picture->name);
      Scene scene = default_scene();
      scene.theme = theme;
      scene.view = picture->name;
      Headless window(1280, 720, scene);
      window.frames(3);
      CHECK(window.shell.message().empty());
      // Something is drawn: neither all of one colour nor transparent. A single dial leaves most of a window free.
      const auto pixels = window.framebuffer.read();
      CHECK(std::count(pixels.begin(), pixels.end(), pixels.front()) <
            static_cast<std::ptrdiff_t>(pixels.size() * 95 / 100));
    }
}

TEST_CASE("every preset opens, in each of its layer types and along each axis, without a message") {
  Headless window(1280, 720);
  for (const Preset& preset : presets())
    for (const LayerRope& layer : preset.model.layers) {
      CAPTURE(preset.id);
      Scene scene = scene_of(preset.model, layer.layer_type.empty() ? std::nullopt : std::optional(layer.layer_type));
      Derived derived;
      for (scene.axis = -1; scene.axis < axis_count(scene.rope); ++scene.axis) {
        derived.update(scene, window.engines, 64);
        CHECK(derived.current().config == scene.rope);
        CHECK(derived.parity().greatest_difference <= 2e-6);
        if (axis_count(scene.rope) == 1) break;
      }
    }
}

TEST_CASE("along one axis only that axis's pairs turn, and the score falls less") {
  Headless window(640, 400);
  Scene scene = scene_of(find_preset("qwen2-vl-7b").model);
  Derived derived;
  derived.update(scene, window.engines, 64);
  const double along_all = derived.current().score_here;
  scene.axis = 1;
  derived.update(scene, window.engines, 64);
  const std::vector<std::uint8_t> axes = pair_axes(scene.rope, 3);
  for (std::size_t i = 0; i < axes.size(); ++i) {
    CAPTURE(i);
    const Hands& hands = *derived.numbers<Hands>();
    const bool turns = hands.query[i] != hands.key[i];
    CHECK(turns == (axes[i] == 1));
  }
  CHECK(derived.current().score_here > along_all);
}

TEST_CASE("a model's other layer types are drawn beside the one in force, unless switched off") {
  Headless window(640, 400);
  Scene scene = scene_of(find_preset("gemma-3-4b").model);
  Derived derived;
  derived.update(scene, window.engines, 64);
  CHECK(derived.series().back().layer_type == "sliding_attention");
  CHECK(derived.series().back().config.base == 10000);
  scene.other_layers = false;
  derived.update(scene, window.engines, 64);
  for (const Series& series : derived.series()) CHECK(series.layer_type.empty());
}

TEST_CASE("two windows one after the other draw the same bytes") {
  const auto draw = [] {
    Headless window(960, 600);
    window.frames(3);
    return window.framebuffer.read();
  };
  CHECK(draw() == draw());
}

TEST_CASE("a drag on the base's slider changes the base, and the pictures in the same frame") {
  Headless window;
  window.frames(3);
  const double before = window.shell.scene().rope.base;
  const std::vector<double> spectrum = window.shell.derived().current().spectrum.inv_freq;
  const canvas::Rect slider = window.control("base");
  const float y = slider.centre().y;
  window.mouse(slider.least.x + 30, y, false);
  window.mouse(slider.least.x + 30, y, true);
  window.mouse(slider.greatest.x - 30, y, true);
  CHECK(window.shell.scene().rope.base != before);
  CHECK(window.shell.derived().current().spectrum.inv_freq != spectrum);
  window.mouse(slider.greatest.x - 30, y, false);
  CHECK(window.shell.derived().current().config == window.shell.scene().rope);
}

TEST_CASE("undo and redo by their keys: a drag is one step, however many frames it takes") {
  Headless window;
  window.frames(3);
  const Scene before = window.shell.scene();
  const canvas::Rect slider = window.control("base");
  const float y = slider.centre().y;
  window.mouse(slider.least.x + 30, y, false);
  for (float x = slider.least.x + 30; x < slider.greatest.x - 40; x += 9) window.mouse(x, y, true);
  window.mouse(slider.greatest.x - 40, y, false);
  const Scene after = window.shell.scene();
  CHECK(after.rope.base != before.rope.base);
  CHECK(window.shell.history().steps() == 1);
  window.shell.perform(window.shell.key(GLFW_KEY_Z, GLFW_MOD_CONTROL));
  window.frames(2);
  CHECK(window.shell.scene() == before);
  window.shell.perform(window.shell.key(GLFW_KEY_Z, GLFW_MOD_CONTROL | GLFW_MOD_SHIFT));
  window.frames(2);
  CHECK(window.shell.scene() == after);
}

TEST_CASE("the wheel over a plot zooms it, as many notches back give the scene exactly, and a double click fits") {
  for (const char* view : {"score", "wavelengths", "precision"}) {
    CAPTURE(view);
    Scene scene = default_scene();
    scene.view = view;
    Headless window(1280, 720, scene);
    window.frames(3);
    const Scene before = window.shell.scene();
    const auto wheel = [&](float notches) {
      compat::mouse({700, 300}, false, notches);
      window.frames(1);
      compat::mouse({700, 300}, false, 0);
      window.frames(1);
    };
    window.mouse(700, 300, false);
    for (const float notches : {1.0f, 1.0f, 3.0f}) wheel(notches);
    CHECK(window.shell.scene() != before);
    for (const float notches : {-2.0f, -1.0f, -2.0f}) wheel(notches);
    CHECK(window.shell.scene() == before);
    wheel(4);
    for (const bool pressed : {true, false, true, false}) window.mouse(700, 300, pressed);
    CHECK(window.shell.scene() == before); // nor has the first of the two clicks chosen anything
  }
}

TEST_CASE("a picture that was exported and is dropped is its scene again, and so is a scene's file") {
  const test::Scratch scratch;
  Scene scene = scene_of(find_preset("llama-3.1-8b").model);
  scene.m = 4321;
  scene.view = "score";
  write_file(scratch.path / "scene.json", scene_json(scene));
  Headless window(1280, 720);
  window.frames(2);
  window.shell.drop({(scratch.path / "scene.json").string()});
  window.frames(2);
  CHECK(window.shell.scene() == scene);
  CHECK(window.shell.message().empty());
  write_file(scratch.path / "part.json", R"({"ropescope": 1, "m": 77, "n": 1e9, "postion": "rope"})");
  window.shell.drop({(scratch.path / "part.json").string()});
  window.frames(2);
  CHECK(window.shell.scene().m == 77);
  CHECK(window.shell.message().find("postion") != std::string::npos);
  CHECK(window.shell.message().find("16 777 215") != std::string::npos);
  window.frames(30);
  CHECK(!window.shell.message().empty()); // it stays until it is read
}

TEST_CASE("a legend's entry that is clicked hides its curve in that picture, and shows it again") {
  Scene scene = default_scene();
  scene.view = "score";
  Headless window(1280, 720, scene);
  window.frames(3);
  const Property& hidden = *find_property("score.hidden");
  const canvas::Rect entry = window.control("score.hidden linear");
  for (const bool pressed : {false, true, false}) window.mouse(entry.centre().x, entry.centre().y, pressed);
  REQUIRE(window.shell.scene().options.texts(hidden).size() == 1);
  CHECK(window.shell.scene().options.texts(hidden)[0] == "linear");
  for (const bool pressed : {false, true, false}) window.mouse(entry.centre().x, entry.centre().y, pressed);
  CHECK(window.shell.scene().options.texts(hidden).empty());
}

TEST_CASE("a click on a dial selects its pair everywhere") {
  Headless window;
  window.frames(3);
  const std::int64_t before = window.shell.scene().pair;
  window.mouse(385, 266, false);
  window.mouse(385, 266, true);
  window.mouse(385, 266, false);
  CHECK(window.shell.scene().pair != before);
}

TEST_CASE("a file opened in the window becomes the model, one that cannot be read becomes a sentence") {
  const test::Scratch scratch;
  write_file(scratch.path / "config.json",
             R"({"model_type": "gptj", "n_embd": 4096, "n_head": 16, "n_positions": 2048, "rotary_dim": 64})");
  write_file(scratch.path / "broken.json", "{");
  Headless window(1280, 720);
  window.frames(3);
  window.shell.open(scratch.path / "config.json");
  window.frames(1);
  CHECK(window.shell.scene().rope.layout.rotary_dim == 64);
  CHECK(window.shell.derived().current().spectrum.pairs() == 32);
  const Scene before = window.shell.scene();
  window.shell.open(scratch.path / "broken.json");
  window.frames(1);
  CHECK(window.shell.scene() == before);
  CHECK(window.shell.message().find("broken.json: not JSON") != std::string::npos);
}

TEST_CASE("a folder dropped on the window is the model in it, and one without a model changes nothing") {
  const test::Scratch scratch;
  std::filesystem::create_directories(scratch.path / "model");
  std::filesystem::create_directories(scratch.path / "empty");
  write_file(scratch.path / "model" / "config.json", R"({"head_dim": 64, "rope_theta": 1e4})");
  Headless window(1280, 720);
  window.frames(3);
  window.shell.drop({(scratch.path / "model").string()});
  window.frames(1);
  const Scene taken = window.shell.scene();
  CHECK(taken.model.origin == (scratch.path / "model" / "config.json").string());
  CHECK(window.shell.message().find("read config.json of the folder") != std::string::npos);
  window.shell.drop({(scratch.path / "empty").string()});
  window.frames(1);
  CHECK(window.shell.scene() == taken);
  CHECK(window.shell.message().find("is an empty folder") != std::string::npos);
}

TEST_CASE("names and sizes that a config.json may hold do not trouble the window") {
  const test::Scratch scratch;
  const auto open = [&](Headless& window, const char* text) {
    write_file(scratch.path / "config.json", text);
    window.shell.open(scratch.path / "config.json");
    window.frames(2);
  };
  Headless window(1280, 720);
  window.frames(2);
  // Layer types are shown on buttons; these once clashed with other controls, or stopped the program.
  open(
      window,
      R"({"head_dim": 64, "rope_parameters": {"play": {"rope_type": "default", "rope_theta": 1e4}, "m": {"rope_type": "default", "rope_theta": 1e6}}})");
  CHECK(window.shell.scene().layer_type == "m");
  open(window, R"({"head_dim": 64, "rope_parameters": {"": {"rope_type": "default", "rope_theta": 1e4}}})");
  CHECK(window.shell.message().find("without a name") != std::string::npos);
  open(window, R"({"head_dim": 2, "rope_theta": 1e4})");
  CHECK(window.shell.derived().current().spectrum.pairs() == 1);
  window.mouse(1240, 200, true); // the right end of the wavelengths' axis
  window.mouse(1240, 200, false);
  CHECK(window.shell.scene().pair == 0);
}

TEST_CASE("a knob that is dragged along a range stays the same knob") {
  Headless window;
  window.frames(3);
  const RopeConfig before = window.shell.scene().rope;
  const canvas::Rect slider = window.control("beta_slow");
  const float y = slider.centre().y, knob = slider.least.x + slider.width() * 0.25f; // that of beta_slow
  window.mouse(knob, y, false);
  window.mouse(knob, y, true);
  for (float x = knob; x < slider.greatest.x; x += 15) window.mouse(x, y, true);
  CHECK(window.shell.scene().rope.scaling[key::beta_slow] != before.scaling[key::beta_slow]);
  window.mouse(slider.greatest.x, y, false);
  CHECK(window.shell.scene().rope.scaling[key::beta_fast] == before.scaling[key::beta_fast]);
  CHECK(window.shell.scene().rope.scaling[key::beta_slow] <= before.scaling[key::beta_fast]);
}

TEST_CASE("the overlay of keys takes the click that closes it, and Escape closes it too") {
  Headless window;
  window.frames(2);
  const Scene before = window.shell.scene();
  window.shell.perform(Request::help);
  window.mouse(440, 135, false);
  window.mouse(440, 135, true);
  window.mouse(440, 135, false);
  CHECK(window.shell.scene() == before);
  CHECK(!window.shell.close_what_is_open());
  // Over a slider of the panel too, which stays where it was.
  const canvas::Rect slider = window.control("base");
  window.shell.perform(Request::help);
  window.frames(1);
  window.mouse(slider.centre().x, slider.centre().y, false);
  window.mouse(slider.centre().x, slider.centre().y, true);
  window.mouse(slider.greatest.x, slider.centre().y, true);
  window.mouse(slider.greatest.x, slider.centre().y, false);
  CHECK(window.shell.scene() == before);
  CHECK(!window.shell.close_what_is_open());
  window.shell.perform(Request::help);
  window.shell.perform(window.shell.key(GLFW_KEY_ESCAPE, 0));
  CHECK(!window.shell.close_what_is_open());
}

TEST_CASE("a key does what its action says, and play moves both positions") {
  Headless window(1280, 720);
  window.frames(2);
  window.shell.key(GLFW_KEY_T, 0);
  CHECK(window.shell.scene().theme == canvas::ThemeName::light);
  window.shell.key(GLFW_KEY_RIGHT, GLFW_MOD_SHIFT);
  CHECK(window.shell.scene().m == 137 + 16);
  const std::int64_t distance = window.shell.scene().m - window.shell.scene().n, m = window.shell.scene().m;
  window.shell.key(GLFW_KEY_SPACE, 0);
  CHECK(window.shell.animated());
  window.frames(30);
  CHECK(window.shell.scene().m > m);
  CHECK(window.shell.scene().m - window.shell.scene().n == distance);
  CHECK(window.shell.key(GLFW_KEY_Q, GLFW_MOD_CONTROL) == Request::quit);
}

TEST_CASE("a steady frame recomputes nothing") {
  Headless window(1280, 720);
  window.frames(3);
  const double measured = window.shell.derived().parity().cpu_ms;
  const ScoreBin* bins = window.shell.derived().current().curve.bins.data();
  const auto* hands = window.shell.derived().numbers<Hands>()->query.data();
  window.frames(3);
  CHECK(window.shell.derived().parity().cpu_ms == measured);
  CHECK(window.shell.derived().current().curve.bins.data() == bins);
  CHECK(window.shell.derived().numbers<Hands>()->query.data() == hands);
}

TEST_CASE("a steady frame allocates nothing, in a window as without one") {
  for (const auto& seen : {std::pair{"llama-2-7b", false}, std::pair{"llama-2-7b", true},
                           std::pair{"gemma-3-27b", false}, std::pair{"qwen2-vl-7b", true}}) {
    const char* model = seen.first;
    const bool live = seen.second; // clang captures no structured binding
    Headless window(1600, 1000, scene_of(find_preset(model).model));
    const auto draw = [&] {
      window.framebuffer.bind();
      window.shell.frame(window.width, window.height, 1 / 60.0f, live);
    };
    for (int i = 0; i < 40; ++i) draw();
    CHECK(!window.shell.animated());
    const std::uint64_t before = allocations();
    for (int i = 0; i < 5; ++i) draw();
    const std::uint64_t made = allocations() - before;
    CAPTURE(model);
    CHECK(made == 0);
  }
}

TEST_CASE("in a window parity waits until nothing moves, then is measured") {
  Headless window(1280, 720);
  const auto draw = [&](int count) {
    for (int i = 0; i < count; ++i) {
      window.framebuffer.bind();
      window.shell.frame(window.width, window.height, 1 / 60.0f, true);
    }
  };
  for (int i = 0; i < 30; ++i) {
    Scene moved = window.shell.scene();
    moved.rope.base += 10;
    window.shell.show(std::move(moved));
    draw(1);
    CHECK(window.shell.derived().parity_due());
  }
  CHECK(window.shell.animated()); // or nobody would draw the frame that measures
  draw(30);
  CHECK(!window.shell.derived().parity_due());
  CHECK(!window.shell.animated());
}

TEST_CASE("the GPU's and the CPU's numbers in the badge are apart by less than 2e-6") {
  Headless window(1280, 720);
  window.frames(2);
  REQUIRE(window.engines.has_gpu());
  CHECK(window.shell.derived().parity().greatest_difference > 0);
  CHECK(window.shell.derived().parity().greatest_difference <= 2e-6);
}

TEST_CASE("every size from a small window to a large screen draws without trouble") {
  for (const auto& [width, height] :
       {std::pair{320, 320}, std::pair{1024, 768}, std::pair{1080, 1920}, std::pair{2560, 1440}}) {
    Headless window(width, height);
    window.frames(2);
    CHECK(window.shell.message().empty());
  }
}
