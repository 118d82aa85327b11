// What lectures ask of pictures: each of their poses draws words that lie apart, and hands do what the hint says.
#include <cmath>
#include <numbers>

#include "app/scene/scene_json.h"
#include "tests/app/picture_hand.h"
#include "tests/app/word_faults.h"

using namespace ropescope;

namespace {

struct Pose {
  const char* view;
  const char* json;
};

// As the three lectures have them.
constexpr Pose poses[] = {
    {"pair", R"({"m": 3, "n": 0, "pair": 6, "pair_view": {"key": false, "ghosts": 5, "table": true}})"},
    {"pair", R"({"m": 1000001, "n": 1000003, "pair": 6, "pair_view": {"formula": true}})"},
    {"pair", R"({"scheme": "dynamic", "factor": 1, "target": 32768, "seq_len": 32768, "pair": 50, "m": 8192, "n": 8191,
                 "pair_view": {"cached_at": 8192, "total": true}})"},
    {"rotations", R"({"m": 44, "n": 0, "pair": 0, "pairs": [0], "rotations": {"stops": [0, 44, 710]}})"},
    {"rotations", R"({"m": 1000, "n": 0, "pair": 63, "rotations": {"rows": 4, "row_labels": true}})"},
    {"rotations", R"({"m": 12288, "pairs": [46, 63], "rotations": {"columns": 6, "seen": true}})"},
    {"rotations", R"({"model": "gpt-neox-20b", "m": 2000, "panel": false})"},
    {"score", R"({"model": "gpt-neox-20b", "m": 2000, "panel": false, "score": {"x": [1, 100000]}})"},
    {"wavelengths", R"({"base": 500000, "wavelengths": {"bases": [10000, 500000, 1000000]}})"},
    {"wavelengths", R"({"scheme": "dynamic", "factor": 1, "target": 65536, "seq_len": 16384, "compare": ["none"],
                        "wavelengths": {"seq_lens": [4096, 8192, 16384, 65536], "transfer": true}})"},
    {"score", R"({"score": {"split": "2x2", "curves": ["same", "same:200", "random:64", "bound"], "x": [1, 16384]}})"},
    {"score", R"({"position": "t5", "score": {"x": [0, 128], "x_scale": "linear"}})"},
    {"score", R"({"position": "t5", "score": {"x": [1, 32768]}})"},
    {"score", R"({"position": "alibi", "score": {"heads": [1], "reach": true, "x": [1, 32768]}})"},
    {"score", R"({"position": "alibi", "score": {"reach": true, "x": [1, 32768]}})"},
    {"score", R"({"position": "alibi"})"},
    {"score", R"({"position": "xpos", "score": {"x": [1, 32768]}})"},
    {"score", R"({"position": "learned"})"},
    {"precision", R"({"m": 15962, "precision": {"line": "bf16", "around": 64, "collapse": true}})"},
    {"precision", R"({"m": 70000, "precision": {"line": "fp16"}})"},
    {"helix", R"({"pair": 6, "m": 0, "n": 2, "helix": {"length": 45, "yaw": 90, "pairs": [6]}})"},
    {"carpet", R"({"target": 32768, "carpet": {"x": [0, 32768], "x_scale": "linear", "seen": true}})"},
    {"turns", R"({"target": 32768, "turns": {"count": true}})"},
    {"turns", R"({"scheme": "ntk", "factor": 4, "target": 32768, "turns": {"pairs": [46, 63], "relative": true}})"},
    {"turns", R"({"scheme": "yarn", "factor": 2, "target": 65536, "turns": {"trace": true, "pulse": true}})"},
    {"neighbours",
     R"({"scheme": "linear", "factor": 4, "neighbours": {"x": [-16, 16], "curves": ["none", "linear"]}})"},
    {"attention", R"({"position": "none", "attention": {"content": "same", "tokens": 100, "mask": true}})"},
    {"attention", R"({"position": "none", "attention": {"content": "same", "tokens": 100, "mask": false}})"},
    {"attention", R"({"position": "sinusoidal", "q": "word:dog", "k": "word:dog",
                      "attention": {"content": "word:dog", "tokens": 128, "mask": false, "toeplitz": true}})"},
    {"attention", R"({"position": "learned", "attention": {"content": "same", "tokens": 1280, "mask": false}})"},
    {"attention", R"({"attention": {"content": "word:dog"}})"},
};

Scene posed(const Pose& pose) {
  Scene scene = with_patch(first_scene(), read_patch(pose.json, "pose"));
  scene.view = pose.view;
  return scene;
}

const Pose& pose_with(std::string_view part) {
  for (const Pose& pose : poses)
    if (std::string_view(pose.json).find(part) != std::string_view::npos) return pose;
  FAIL("no such pose");
  return poses[0];
}

} // namespace

TEST_CASE("every pose of the lectures draws words that lie apart, at many sizes, with the window around it and alone") {
  test::RecordingPainter painter;
  std::string said;
  std::size_t turn = 0;
  test::Headless window(64, 64, first_scene());
  for (const Pose& pose : poses)
    for (const auto& [width, height] :
         {std::pair{800, 480}, {960, 540}, {1100, 900}, {1600, 1000}, {1920, 1080}, {3840, 2160}}) {
      Scene scene = posed(pose);
      scene.theme = ++turn % 2 == 0 ? canvas::ThemeName::dark : canvas::ThemeName::light;
      window.shell.show(scene);
      const canvas::Rect whole{{0, 0}, {static_cast<float>(width), static_cast<float>(height)}};
      for (const bool alone : {true, false}) {
        painter.forget();
        if (alone)
          window.shell.picture_frame(width, height, false, &painter);
        else
          window.shell.frame(width, height, 1 / 60.0f, false, &painter);
        const std::string wrong = test::word_faults(painter, whole);
        if (!wrong.empty()) said += fmt::format("{} {}, {}x{}:\n{}", pose.view, pose.json, width, height, wrong);
        CHECK(painter.words.size() > 3);
      }
    }
  CHECK_MESSAGE(said.empty(), said);
}

TEST_CASE("a pose of a lecture is the same scene after its JSON is written and read") {
  for (const Pose& pose : poses) {
    CAPTURE(pose.json);
    const Scene scene = posed(pose);
    CHECK(scene_from_json(scene_json(scene), "scene") == scene);
  }
}

TEST_CASE("hands in a lecture's pictures change what their hints say") {
  {
    test::PictureHand hand(posed(pose_with("ghosts")), "pair");
    const ImVec2 tip = hand.control("pair q tip").centre();
    hand.drag(tip, {-60, 30});
    CHECK(hand.number("pair_view.query_angle") != 0);
    CHECK(hand.scene().m == 3);
    const auto slider = hand.control("pair m");
    hand.click({slider.least.x + slider.width() * 0.8f, slider.greatest.y - 8});
    CHECK(hand.scene().m > 3);
  }
  {
    test::PictureHand hand(posed(pose_with("\"formula\"")), "pair");
    const std::int64_t before = hand.distance();
    hand.drag(hand.control("tokens both").centre(), {200, 0});
    CHECK(hand.distance() == before);
    hand.drag(hand.control("pair k tip").centre(), {-80, -80});
    CHECK(hand.number("pair_view.key_angle") != 0);
  }
  {
    test::PictureHand hand(posed(pose_with("cached_at")), "pair");
    const auto slider = hand.control("pair cached_at");
    hand.click({slider.least.x + slider.width() * 0.5f, slider.greatest.y - 8});
    CHECK(hand.number("pair_view.cached_at") != 8192);
  }
  {
    test::PictureHand hand(posed(pose_with("stops")), "rotations");
    const auto dial = hand.control("rotations hand");
    // A quarter of the circle back: a fast pair, 1 rad a token.
    hand.drag({dial.greatest.x - 6, dial.centre().y}, {-dial.width() / 2, dial.height() / 2});
    CHECK(hand.scene().m != 44);
    CHECK(hand.scene().n == 0);
  }
  {
    test::PictureHand hand(posed(pose_with("bases")), "wavelengths");
    const double before = hand.number("base");
    hand.drag(hand.control("wavelengths base").centre(), {0, -60});
    CHECK(hand.number("base") > before);
  }
  {
    test::PictureHand hand(posed(pose_with("same:200")), "score");
    hand.drag(hand.control("score peak").centre(), {60, 0});
    const auto curves = hand.scene().options.texts(*find_property("score.curves"));
    REQUIRE(curves.size() == 4);
    CHECK(curves[1] != "same:200");
    CHECK(curves[1].starts_with("same:"));
    CHECK(curves[0] == "same");
  }
  {
    test::PictureHand hand(posed(pose_with("\"trace\"")), "turns");
    const auto factor = hand.control("turns factor");
    hand.drag({factor.centre().x, factor.centre().y}, {150, 0});
    CHECK(hand.scene().factor > 2.5);
  }
  {
    test::PictureHand hand(posed(pose_with("1280")), "attention");
    hand.drag(hand.control("attention tokens").centre(), {-80, -80});
    CHECK(hand.number("attention.tokens") < 1280);
    CHECK(hand.number("attention.tokens") > 600);
  }
}
