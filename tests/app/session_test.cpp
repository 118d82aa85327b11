// What a window keeps from one start to the next.
#include "app/shell/session.h"

#include <filesystem>

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "app/scene/presets.h"
#include "app/scene/scene_json.h"
#include "core/error.h"
#include "core/io/file.h"
#include "core/open/model_file.h"
#include "tests/scratch.h"

using namespace ropescope;
using namespace ropescope::shell;
namespace fs = std::filesystem;

namespace {

constexpr const char* config = R"({"head_dim": 64, "rope_theta": 10000, "num_attention_heads": 3})";

Session some_session() {
  Session session;
  session.scene = ropescope::scene_of(find_preset("llama-3.1-8b").model);
  session.scene->m = 4321;
  session.scene->view = "score";
  session.scene_file = "/lessons/first.json";
  for (const char* file : {"/a/config.json", "/b/model.gguf", "/a/scene.json"}) session.recent.add(file);
  session.export_folder = "/pictures";
  session.choice.theme = ThemeName::paper;
  session.choice.ending = ".svg";
  session.choice.size = "85x60mm";
  session.choice.scale = 4;
  session.zoom = 1.25f;
  session.window = {100, 50, 1280, 720, true};
  return session;
}

} // namespace

TEST_CASE("a session that was kept is the session again") {
  const test::Scratch scratch;
  const Session session = some_session();
  write_session(scratch.path / "deep" / "ropescope", session);
  std::vector<std::string> said;
  CHECK(read_session(scratch.path / "deep" / "ropescope", said) == session);
  CHECK(said.empty());
  CHECK(read_session(scratch.path / "never", said) == Session());
  CHECK(said.empty()); // the first start is no trouble
}

TEST_CASE("a session's file that is broken anywhere never stops the start, and is kept aside") {
  const test::Scratch scratch;
  write_session(scratch.path, some_session());
  const fs::path file = scratch.path / "session.json";
  const std::string whole = read_file(file, 1 << 20);
  std::vector<std::string> broken{"", "{", "[]", "{}", "null", "{\"session\": 2}", std::string(100, '\0'), "\xff\xfe"};
  for (std::size_t size = 1; size < whole.size(); size += 97) broken.push_back(whole.substr(0, size));
  for (const char* wrong : {R"({"session": 1, "recent": 5})", R"({"session": 1, "window": "here"})",
                            R"({"session": 1, "export": []})", R"({"session": "one"})"})
    broken.emplace_back(wrong);
  for (const std::string& bytes : broken) {
    CAPTURE(bytes);
    write_file(file, bytes);
    std::vector<std::string> said;
    CHECK(!read_session(scratch.path, said).scene);
    REQUIRE(said.size() == 1);
    CHECK(said[0].find("session.json") != std::string::npos);
    CHECK(!fs::exists(file));
    CHECK(read_file(scratch.path / "session.json.broken", 1 << 20) == bytes);
  }
}

TEST_CASE("a file of the session's scene that is gone is said, and the rest is as it was") {
  const test::Scratch scratch;
  write_file(scratch.path / "config.json", config);
  Session session;
  session.scene = ropescope::scene_of(read_model(scratch.path / "config.json"));
  session.scene->m = 77;
  session.scene->view = "wavelengths";
  session.scene->theme = ThemeName::light;
  write_session(scratch.path, session);
  fs::remove(scratch.path / "config.json");
  std::vector<std::string> said;
  const Session read = read_session(scratch.path, said);
  REQUIRE(read.scene);
  CHECK(read.scene->m == 77);
  CHECK(read.scene->view == "wavelengths");
  CHECK(read.scene->theme == ThemeName::light);
  REQUIRE(!said.empty());
  CHECK(said[0].find((scratch.path / "config.json").string()) != std::string::npos);
}

TEST_CASE("a value of the session's scene that cannot be is said, and the others are taken") {
  const test::Scratch scratch;
  write_file(scratch.path / "session.json", R"({"session": 1, "scene": {"ropescope": 1, "m": -5, "n": 42}})");
  std::vector<std::string> said;
  const Session read = read_session(scratch.path, said);
  REQUIRE(read.scene);
  CHECK(read.scene->n == 42);
  CHECK(said.size() == 1);
}

TEST_CASE("a session that cannot be written is an Error and leaves the one before") {
  const test::Scratch scratch;
  write_file(scratch.path / "file", "no folder");
  CHECK_THROWS_AS(write_session(scratch.path / "file" / "ropescope", some_session()), Error);
}

TEST_CASE("a window's upper edge can be taken hold of on the screens of today, whichever they are") {
  const std::vector<WindowPlace> both{{0, 0, 1920, 1080}, {1920, 0, 1280, 720}}, laptop{{0, 0, 1366, 768}};
  const WindowPlace projector{2000, 40, 1200, 600};
  CHECK(placed_on(both, projector) == projector);
  for (const std::vector<WindowPlace>& screens : {both, laptop})
    for (int x = -4000; x <= 5000; x += 490)
      for (int y = -3000; y <= 4000; y += 310)
        for (const int width : {800, 1600, 5000}) {
          const WindowPlace placed = placed_on(screens, {x, y, width, 900});
          CAPTURE(x);
          CAPTURE(y);
          CAPTURE(width);
          bool reachable = false;
          for (const WindowPlace& screen : screens) {
            const int across =
                std::min(placed.x + placed.width, screen.x + screen.width) - std::max(placed.x, screen.x);
            reachable = reachable || (across >= 90 && placed.y >= screen.y && placed.y < screen.y + screen.height - 20);
          }
          CHECK(reachable);
          CHECK(placed.width <= 1920);
        }
  CHECK(placed_on({}, projector) == projector);
}

TEST_CASE("the newest of recent files comes first, each once, and old ones are forgotten") {
  Recent recent;
  for (int i = 0; i < 30; ++i) recent.add(fmt::format("/f/{}.json", i));
  recent.add("/f/25.json");
  CHECK(recent.files().front() == "/f/25.json");
  CHECK(recent.files()[1] == "/f/29.json");
  CHECK(recent.files().size() == 12);
  CHECK(recent.folders() == std::vector<fs::path>{"/f"});
}

TEST_CASE("the session lies where the environment says, which must be a whole path") {
  setenv("HOME", "/home/someone", 1);
  setenv("XDG_STATE_HOME", "/state", 1);
  CHECK(session_folder() == fs::path("/state/ropescope"));
  setenv("XDG_STATE_HOME", "state", 1);
  CHECK(session_folder() == fs::path("/home/someone/.local/state/ropescope"));
  unsetenv("XDG_STATE_HOME");
  CHECK(session_folder() == fs::path("/home/someone/.local/state/ropescope"));
}
