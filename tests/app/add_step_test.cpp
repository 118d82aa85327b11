// A view that becomes a step of a lecture's file, and the stage that becomes a picture.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include "app/canvas/png.h"
#include "app/lecture/add_step.h"
#include "app/lecture/lecture_scene.h"
#include "app/scene/scene_json.h"
#include "app/shell/picture_file.h"
#include "core/error.h"
#include "core/io/file.h"
#include "core/lecture/lecture.h"
#include "tests/app/headless.h"
#include "tests/scratch.h"

using namespace ropescope;

namespace {

Scene changed(const Scene& scene, std::string_view json) { return with_patch(scene, read_patch(json, "pose")); }

/// A scene as a step has it.
Scene seen(Scene scene, const Scene& like) {
  scene.view = like.view;
  scene.theme = like.theme;
  scene.engine = like.engine;
  scene.panel = like.panel;
  return scene;
}

lecture::Lecture read(const std::string& text) {
  lecture::Lecture lecture = lecture::read_lecture(text, scene_rules());
  std::string said;
  for (const lecture::Trouble& trouble : lecture.troubles)
    if (!trouble.warning) said += lecture::sentence(trouble, "lecture") + "\n";
  CHECK_MESSAGE(said.empty(), said);
  REQUIRE(lecture.readable);
  return lecture;
}

} // namespace

TEST_CASE("a view added to a lecture is its last step, shows the same scene, and changes nothing else of the file") {
  for (const EmbeddedLecture& each : embedded_lectures()) {
    const std::string file(each.text);
    const lecture::Lecture before = read(file);
    const Scene last = scene_of_step(before.steps.back().end);
    for (const std::string_view change : {R"({"m": 77})", R"({"scheme": "yarn", "factor": 8, "target": 65536})",
                                          R"({"base": 500000, "model": "gemma-3-4b"})",
                                          R"({"score": {"x": [1, 5000], "x_scale": "linear"}, "q": "word:dog"})"}) {
      CAPTURE(each.name);
      CAPTURE(change);
      Scene scene = changed(last, change);
      scene.view = "score";
      const std::string text = with_step(file, {scene, {}, {}}, "lecture");
      const lecture::Lecture after = read(text);
      REQUIRE(after.steps.size() == before.steps.size() + 1);
      CHECK(seen(scene_of_step(after.steps.back().end), scene) == scene);
      CHECK(after.steps.back().show.front().rows.front().name == "score");
      for (std::size_t i = 0; i < before.steps.size(); ++i) CHECK(after.steps[i].end == before.steps[i].end);
      // What was there is there, byte for byte, before and behind the new step.
      const std::size_t from = text.find(",\n    {\n      \"id\": \"score\"");
      REQUIRE(from != std::string::npos);
      CHECK(file.substr(0, from) == text.substr(0, from));
      CHECK(text.ends_with(file.substr(from)));
    }
  }
}

TEST_CASE("a step that is added holds what differs and no more") {
  const std::string file(embedded_lectures()[0].text);
  const Scene last = scene_of_step(read(file).steps.back().end);
  const lecture::Lecture after = read(with_step(file, {changed(last, R"({"m": 77})"), {}, {}}, "lecture"));
  CHECK(after.steps.back().change.find("\"m\"") != std::string::npos);
  CHECK(after.steps.back().change.size() < 12); // {"m":77}
  // Of a picture's options the one that changed alone.
  const Scene two = changed(last, R"({"score": {"x": [1, 5000], "x_scale": "linear"}})");
  const std::string begun = with_step(file, {two, {}, {}}, "lecture");
  const Scene one = changed(scene_of_step(read(begun).steps.back().end), R"({"score": {"x_scale": "symlog"}})");
  const std::string change = read(with_step(begun, {one, {}, {}}, "lecture")).steps.back().change;
  CHECK(change.find("symlog") != std::string::npos);
  CHECK(change.find("5000") == std::string::npos);
  // The same view twice: two steps, whose names differ.
  const std::string twice = with_step(with_step(file, {last, {}, {}}, "lecture"), {last, {}, {}}, "lecture");
  const auto steps = read(twice).steps;
  CHECK(steps[steps.size() - 1].id != steps[steps.size() - 2].id);
}

TEST_CASE("comments stay in a lecture that gets a step, and brackets in words are none") {
  const std::string file = R"({
  "lecture": 1, // with "steps": [ in it
  "title": "A ] and a }",
  /* "steps": [] */
  "steps": [
    {"id": "a", "title": "A }", "text": ["x ]"], "show": "pair", "pose": {"m": 5}} // the last ]
  ]
}
)";
  const std::string text = with_step(file, {changed(first_scene(), R"({"m": 6})"), {"pair", "score"}, "One two"}, "x");
  CHECK(text.find("// the last ]") != std::string::npos);
  CHECK(text.find("/* \"steps\": [] */") != std::string::npos);
  const lecture::Lecture lecture = read(text);
  REQUIRE(lecture.steps.size() == 2);
  CHECK(lecture.steps[1].title == "One two");
  CHECK(lecture.steps[1].show.size() == 2);
  CHECK(scene_of_step(lecture.steps[1].end).m == 6);
}

TEST_CASE("where there is no lecture yet, the view is the first step of a new one; what is no lecture is refused") {
  Scene scene = changed(first_scene(), R"({"m": 12, "scheme": "ntk", "factor": 4})");
  scene.view = "pairing";
  const lecture::Lecture lecture = read(new_lecture({scene, {}, {}}));
  REQUIRE(lecture.steps.size() == 1);
  CHECK(seen(scene_of_step(lecture.steps[0].end), scene) == scene);
  CHECK_THROWS_AS(with_step("{\"m\": 5}", {scene, {}, {}}, "x.json"), Error);
  CHECK_THROWS_AS(with_step("no JSON", {scene, {}, {}}, "x.json"), Error);
}

TEST_CASE("the window adds its view to the lecture that was given last, and in a lecture what hands made of a step") {
  const test::Scratch scratch;
  const std::string path = (scratch.path / "own.json").string();
  write_file(path, new_lecture({first_scene(), {}, {}}));
  test::Headless window(1280, 720, first_scene());
  window.shell.begin_lecture(read(read_file(path, 1 << 20)), path);
  window.frame(true);
  Scene scene = window.shell.scene();
  scene.m = 4321;
  window.shell.lectern()->player.take(scene);
  window.frame(true);
  window.shell.perform(Request::add_step);
  const lecture::Lecture lecture = read(read_file(path, 1 << 20));
  REQUIRE(lecture.steps.size() == 2);
  CHECK(scene_of_step(lecture.steps[1].end).m == 4321);
  window.shell.end_lecture();
  window.frame(false);
  window.shell.perform(Request::add_step);
  CHECK(read(read_file(path, 1 << 20)).steps.size() == 3);
}

TEST_CASE("S in a lecture writes the stage as it is seen: the step, what hands changed, and the pen's strokes") {
  gpu::HeadlessContext context;
  gpu::Engines engines{gpu::EngineChoice::automatic};
  const lecture::Lecture lecture = read(std::string(embedded_lectures()[0].text));
  Scene scene = scene_of_step(lecture.steps[7].end);
  shell::StageLook look{lecture, 7, true, {}};
  const shell::ExportAs as{".png", {1280, 720}};
  const auto plain = shell::drawn_stage(scene, look, as, engines);
  CHECK(plain.sheet.width == 1280);
  CHECK(plain.pixels.size() == 1280u * 720u * 3u);
  CHECK(shell::drawn_stage(scene, look, as, engines).pixels == plain.pixels);
  scene.m = 90;
  CHECK(shell::drawn_stage(scene, look, as, engines).pixels != plain.pixels);
  scene.m = 37;
  look.strokes.push_back({{100, 100}, {400, 300}});
  CHECK(shell::drawn_stage(scene, look, as, engines).pixels != plain.pixels);
  shell::ExportAs svg = as;
  svg.ending = ".svg";
  const std::string file = shell::drawn_stage(scene, look, svg, engines).text;
  CHECK(file.find("The score is a chain") != std::string::npos);
}
