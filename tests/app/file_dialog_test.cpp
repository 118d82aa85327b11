// Files that are opened and saved by the window's dialogs, by injected keys and clicks.
#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <thread>

#include <GLFW/glfw3.h>
#include <doctest/doctest.h>
#include <fmt/format.h>
#include <imgui.h>
#include <sys/stat.h>

#include "app/canvas/imgui_compat.h"
#include "app/scene/actions.h"
#include "app/scene/presets.h"
#include "app/scene/scene_json.h"
#include "core/io/file.h"
#include "core/io/tensor_file.h"
#include "tests/app/headless.h"
#include "tests/scratch.h"

using namespace ropescope;
namespace fs = std::filesystem;

namespace {

constexpr const char* config = R"({"head_dim": 64, "rope_theta": 10000, "num_attention_heads": 3})";

/// A variable of the environment that is put back.
class Variable {
public:
  Variable(const char* name, const std::string& value) : name_(name) {
    if (const char* before = std::getenv(name)) before_ = before;
    setenv(name, value.c_str(), 1);
  }
  Variable(const Variable&) = delete;
  Variable& operator=(const Variable&) = delete;
  ~Variable() {
    if (before_)
      setenv(name_, before_->c_str(), 1);
    else
      unsetenv(name_);
  }

private:
  const char* name_;
  std::optional<std::string> before_;
};

/// A window over a folder of its own, which is the home and the current folder.
struct Desk {
  test::Scratch scratch;
  Variable home{"HOME", scratch.path.string()}, cache{"HF_HUB_CACHE", (scratch.path / "hub").string()};
  fs::path before = fs::current_path();
  test::Headless window{1280, 720};
  bool live = false;

  Desk() {
    fs::current_path(scratch.path);
    frames(3);
  }
  ~Desk() { fs::current_path(before); }

  shell::Shell& shell() { return window.shell; }
  void frames(int count) {
    for (int i = 0; i < count; ++i) window.frame(live);
  }
  /// Until nothing is read any more.
  void settle() {
    frames(1);
    for (int i = 0; i < 2000 && shell().animated(); ++i) {
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
      frames(1);
    }
    frames(2);
  }
  /// A key as the window gives it: to the dialog, or as an action.
  void key(int key, int modifiers = 0) {
    if (!shell().takes_key(key, modifiers)) {
      REQUIRE(!shell().takes_letters());
      shell().perform(shell().key(key, modifiers));
    }
    frames(3);
  }
  void type(const char* text) {
    ImGui::GetIO().AddInputCharactersUTF8(text);
    frames(3);
  }
  void click(const std::string& control, int times = 1, bool ctrl = false) {
    CAPTURE(control);
    const auto area = shell().control(control);
    REQUIRE(area);
    const ImVec2 at = area->centre();
    compat::hand({.at = at, .ctrl = ctrl});
    frames(40); // longer than a double click
    for (int i = 0; i < times; ++i) {
      compat::hand({.at = at, .left = true, .ctrl = ctrl});
      frames(1);
      compat::hand({.at = at, .ctrl = ctrl});
      frames(1);
    }
    compat::hand({.at = at});
    frames(2);
  }
  bool lists(const std::string& name) { return shell().control("dialog.entry " + name).has_value(); }
  bool is_open() { return shell().control("dialog.path").has_value(); }
  void write(const std::string& name, std::string_view bytes) const {
    fs::create_directories((scratch.path / name).parent_path());
    write_file(scratch.path / name, bytes);
  }
  std::string path(const std::string& name) const { return (scratch.path / name).string(); }
};

Array some_array(float first) {
  Array array;
  array.shape = {4, 1, 64};
  array.floats.assign(4 * 64, first);
  return array;
}

} // namespace

TEST_CASE("the keyboard alone opens a model of a hidden folder: ~, Tab, Enter, Backspace and Escape") {
  Desk desk;
  desk.write(".cache/models/one/config.json", config);
  desk.write("visible/readme.txt", "no model");
  desk.key(GLFW_KEY_O, GLFW_MOD_CONTROL);
  CHECK(desk.is_open());
  CHECK(desk.lists("visible"));
  CHECK(!desk.lists(".cache"));
  desk.key(GLFW_KEY_ENTER); // into the only folder
  CHECK(!desk.lists("readme.txt"));
  desk.key(GLFW_KEY_BACKSPACE);
  CHECK(desk.lists("visible"));
  desk.key(GLFW_KEY_H, GLFW_MOD_CONTROL);
  CHECK(desk.lists(".cache"));
  desk.key(GLFW_KEY_H, GLFW_MOD_CONTROL);
  desk.key(GLFW_KEY_ESCAPE);
  CHECK(!desk.is_open());
  desk.key(GLFW_KEY_O, GLFW_MOD_CONTROL);
  desk.type("~/.ca");
  CHECK(desk.lists(".cache"));
  CHECK(!desk.lists("visible"));
  desk.key(GLFW_KEY_TAB);
  CHECK(desk.lists("models"));
  desk.type("mo");
  desk.key(GLFW_KEY_ENTER);
  CHECK(desk.lists("one"));
  desk.key(GLFW_KEY_ENTER);
  CHECK(desk.lists("config.json"));
  desk.key(GLFW_KEY_ENTER);
  CHECK(!desk.is_open());
  CHECK(desk.shell().scene().model.origin == desk.path(".cache/models/one/config.json"));
  // What was opened is offered the next time, and Shift+Tab leads there.
  desk.key(GLFW_KEY_O, GLFW_MOD_CONTROL);
  CHECK(desk.shell().control("dialog.place one/config.json"));
  desk.key(GLFW_KEY_ESCAPE);
}

TEST_CASE("letters and Enter that come within one frame open what was typed") {
  Desk desk;
  desk.write("a.json", R"({"head_dim": 32, "rope_theta": 10000})");
  desk.write("b.json", config);
  desk.key(GLFW_KEY_O, GLFW_MOD_CONTROL);
  ImGui::GetIO().AddInputCharactersUTF8("b.json");
  desk.shell().takes_key(GLFW_KEY_ENTER, 0);
  desk.frames(3);
  CHECK(desk.shell().scene().rope.layout.head_dim == 64);
}

TEST_CASE("one click selects, a double click goes into a folder and opens a file") {
  Desk desk;
  desk.write("models/config.json", config);
  desk.key(GLFW_KEY_O, GLFW_MOD_CONTROL);
  desk.click("dialog.entry models");
  CHECK(desk.lists("models"));
  desk.click("dialog.entry models", 2);
  REQUIRE(desk.lists("config.json"));
  desk.click("dialog.entry config.json");
  CHECK(desk.is_open());
  desk.click("dialog.entry config.json", 2);
  CHECK(!desk.is_open());
  CHECK(desk.shell().scene().rope.layout.head_dim == 64);
}

TEST_CASE("a path that leads nowhere, and a folder that is none, are said in the dialog, which stays open") {
  Desk desk;
  desk.write("a.json", config);
  desk.key(GLFW_KEY_O, GLFW_MOD_CONTROL);
  desk.type("nothing/here.json");
  desk.key(GLFW_KEY_ENTER);
  CHECK(desk.is_open());
  desk.key(GLFW_KEY_ESCAPE);
  desk.key(GLFW_KEY_O, GLFW_MOD_CONTROL);
  desk.type("a.json/");
  CHECK(!desk.lists("a.json"));
  desk.key(GLFW_KEY_ENTER);
  CHECK(desk.is_open() != (desk.shell().scene().rope.layout.head_dim == 64)); // said, or taken for the file
}

TEST_CASE("a scene is saved where a person says, again without a question, and over another file only when asked") {
  Desk desk;
  desk.write("other.json", "{\"kept\": 1}");
  desk.key(GLFW_KEY_S, GLFW_MOD_CONTROL);
  REQUIRE(desk.is_open());
  desk.type("lesson"); // in place of the name that is proposed
  desk.key(GLFW_KEY_ENTER);
  CHECK(!desk.is_open());
  REQUIRE(fs::exists(desk.path("lesson.json")));
  CHECK(desk.shell().message().find(desk.path("lesson.json")) != std::string::npos);
  CHECK(scene_from_json(read_file(desk.path("lesson.json"), 1 << 20), "lesson") == desk.shell().scene());
  CHECK(!desk.shell().is_changed());
  desk.key(GLFW_KEY_RIGHT);
  CHECK(desk.shell().is_changed());
  desk.key(GLFW_KEY_S, GLFW_MOD_CONTROL);
  CHECK(!desk.is_open());
  CHECK(scene_from_json(read_file(desk.path("lesson.json"), 1 << 20), "lesson").m == desk.shell().scene().m);

  for (const bool replaces : {false, true}) {
    CAPTURE(replaces);
    desk.key(GLFW_KEY_S, GLFW_MOD_CONTROL | GLFW_MOD_SHIFT);
    REQUIRE(desk.is_open());
    desk.type("other");
    desk.key(GLFW_KEY_ENTER);
    CHECK(desk.shell().control("dialog.replace"));
    if (replaces) desk.key(GLFW_KEY_RIGHT);
    desk.key(GLFW_KEY_ENTER);
    CHECK(desk.is_open() != replaces);
    CHECK((read_file(desk.path("other.json"), 1 << 20) != "{\"kept\": 1}") == replaces);
    desk.key(GLFW_KEY_ESCAPE);
  }
}

TEST_CASE("two arrays that are marked, or opened one after another, are a kernel's input and output") {
  Desk desk;
  write_array(desk.path("a.npy"), some_array(1));
  write_array(desk.path("b.npy"), some_array(2));
  desk.key(GLFW_KEY_O, GLFW_MOD_CONTROL);
  desk.click("dialog.entry a.npy");
  desk.click("dialog.entry b.npy", 1, true);
  desk.click("dialog.ok");
  const KernelFiles& files = desk.shell().scene().kernel.files;
  CHECK(desk.shell().scene().view == "check");
  CHECK(files.in == desk.path("a.npy"));
  CHECK(files.out == desk.path("b.npy"));

  Scene fresh = default_scene();
  desk.shell().show(fresh);
  desk.frames(1);
  desk.key(GLFW_KEY_O, GLFW_MOD_CONTROL);
  desk.type(desk.path("b.npy").c_str());
  desk.key(GLFW_KEY_ENTER);
  CHECK(files.in == desk.path("b.npy"));
  CHECK(files.out.empty());
  CHECK(desk.shell().message().find("b.npy is the kernel's input; now open or drop") != std::string::npos);
  desk.shell().open(desk.path("a.npy"));
  desk.frames(2);
  CHECK(files.out == desk.path("a.npy"));
  CHECK(desk.shell().message().empty());
  // A third one begins anew, and says what it waits for.
  desk.shell().open(desk.path("b.npy"));
  CHECK(files.out.empty());
  CHECK(desk.shell().message().find("now open or drop") != std::string::npos);
}

TEST_CASE("an input and an output that are dropped one right after the other are both taken") {
  Desk desk;
  write_array(desk.path("a.npy"), some_array(1));
  write_array(desk.path("b.npy"), some_array(2));
  desk.live = true;
  desk.frames(1);
  desk.shell().drop({desk.path("a.npy")});
  desk.shell().drop({desk.path("b.npy")});
  desk.settle();
  CHECK(desk.shell().scene().kernel.files.in == desk.path("a.npy"));
  CHECK(desk.shell().scene().kernel.files.out == desk.path("b.npy"));
}

TEST_CASE("what was said of a file is over when another is taken, and each of several is said") {
  Desk desk;
  desk.write("notes.txt", "notes");
  desk.write("x.gguf", "no such file");
  desk.write("config.json", config);
  desk.shell().open(desk.path("notes.txt"));
  CHECK(desk.shell().message().find("notes.txt") != std::string::npos);
  desk.shell().open(desk.path("config.json"));
  CHECK(desk.shell().message().find("notes.txt") == std::string::npos);
  desk.shell().drop({desk.path("notes.txt"), desk.path("x.gguf"), desk.path("config.json")});
  CHECK(desk.shell().scene().rope.layout.head_dim == 64);
  CHECK(desk.shell().message().find("notes.txt") != std::string::npos);
  CHECK(desk.shell().message().find("is no GGUF file") != std::string::npos);
  write_array(desk.path("a.npy"), some_array(1));
  write_array(desk.path("b.npy"), some_array(2));
  desk.shell().drop({desk.path("a.npy"), desk.path("b.npy")});
  CHECK(desk.shell().message().empty());
}

TEST_CASE("no GGUF file that is broken anywhere is called no JSON") {
  Desk desk;
  const std::string whole = std::string("GGUF\3\0\0\0", 8) + std::string(16, '\0');
  std::vector<std::string> broken{"G",
                                  "GG",
                                  "GGUF",
                                  "GGUG" + std::string(40, '\1'),
                                  std::string(64, '\0'),
                                  "{\"broken",
                                  whole + std::string(3, '\7'),
                                  "\xff\xfe garbage"};
  for (std::size_t size = 4; size < whole.size(); size += 3) broken.push_back(whole.substr(0, size));
  for (std::size_t i = 0; i < broken.size(); ++i) {
    CAPTURE(i);
    const std::string name = fmt::format("broken-{}.gguf", i);
    desk.write(name, broken[i]);
    desk.shell().open(desk.path(name));
    CAPTURE(desk.shell().message());
    CHECK(desk.shell().message().find(name) != std::string::npos);
    CHECK(desk.shell().message().find("not JSON") == std::string::npos);
  }
}

TEST_CASE("the weights of a model open the model that lies beside them, a kernel's arrays the check") {
  Desk desk;
  desk.write("llama/config.json", config);
  Array weights = some_array(1);
  for (const char* name : {"model.safetensors", "model-00001-of-00002.safetensors"}) {
    CAPTURE(name);
    write_array(desk.path(std::string("llama/") + name), weights);
    desk.shell().show(default_scene());
    desk.shell().open(desk.path(std::string("llama/") + name));
    CHECK(desk.shell().scene().rope.layout.head_dim == 64);
    CHECK(desk.shell().scene().view != "check");
  }
  write_array(desk.path("llama/q.safetensors"), weights);
  desk.shell().open(desk.path("llama/q.safetensors"));
  CHECK(desk.shell().scene().view == "check");
}

TEST_CASE("a folder of 10 000 files is read beside the frames, and what is typed finds one of them") {
  Desk desk;
  fs::create_directories(desk.path("many"));
  for (int i = 0; i < 10000; ++i) std::ofstream(desk.path(fmt::format("many/layer_{}.json", i)));
  write_file(desk.path("many/layer_7777.json"), config);
  desk.live = true;
  desk.settle();
  desk.key(GLFW_KEY_O, GLFW_MOD_CONTROL);
  desk.settle();
  desk.key(GLFW_KEY_ENTER);
  desk.settle();
  CHECK(desk.lists("layer_2.json")); // and behind it layer_10: numbers by their value
  CHECK(!desk.lists("layer_1000.json"));
  desk.type("layer_7777");
  desk.key(GLFW_KEY_ENTER);
  desk.settle();
  CHECK(desk.shell().scene().rope.layout.head_dim == 64);
}

TEST_CASE("the desktop's own dialog takes our one's place, beside the frame, and ours its place where it fails") {
  Desk desk;
  desk.write("config.json", config);
  const auto program = [&](const char* name, const std::string& script) {
    desk.write(std::string("bin/") + name, "#!/bin/sh\n" + script);
    REQUIRE(chmod(desk.path(std::string("bin/") + name).c_str(), 0755) == 0);
  };
  const Variable path("PATH", desk.path("bin") + ":/usr/bin:/bin");
  program("zenity", "printf '%s\\n' \"$@\" > '" + desk.path("asked") + "'\necho '" + desk.path("config.json") + "'\n");
  desk.live = true;
  desk.settle();
  desk.shell().use_desktop_dialogs();
  desk.shell().perform(Request::open_file);
  CHECK(desk.shell().animated());
  desk.settle();
  CHECK(!desk.is_open());
  CHECK(desk.shell().scene().rope.layout.head_dim == 64);
  const std::string asked = read_file(desk.path("asked"), 1 << 20);
  CHECK(asked.find("--file-selection") != std::string::npos);
  CHECK(asked.find("*.gguf") != std::string::npos);

  program("zenity", "exit 1\n"); // cancelled
  const Scene before = desk.shell().scene();
  desk.shell().perform(Request::open_file);
  desk.settle();
  CHECK(!desk.is_open());
  CHECK(desk.shell().scene() == before);

  program("zenity", "echo '" + desk.path("saved") + "'\n");
  desk.shell().perform(Request::save_scene_as);
  desk.settle();
  CHECK(fs::exists(desk.path("saved.json")));

  program("zenity", "exit 255\n");
  desk.shell().perform(Request::open_file);
  desk.settle();
  CHECK(desk.is_open());
  desk.key(GLFW_KEY_ESCAPE);

  program("zenity", "sleep 30\n"); // a window that closes does not wait for it
  desk.shell().use_desktop_dialogs();
  desk.shell().perform(Request::open_file);
  desk.frames(2);
  const Variable own("ROPESCOPE_DIALOG", "own");
  CHECK(!shell::DesktopDialog::program());
}
