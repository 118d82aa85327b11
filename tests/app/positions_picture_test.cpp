// Positions: where tokens are on each axis, and what hands do to the grid, to m and n and to RIFLEx's pair.
#include <cmath>

#include "app/scene/scene_file.h"
#include "app/scene/scene_json.h"
#include "tests/app/picture_hand.h"
#include "tests/run_program.h"
#include "tests/scratch.h"

using namespace ropescope;

namespace {

Scene with(std::vector<std::string> pose) { return with_patch(first_scene(), read_assignments(pose, "--pose")); }

std::string grid(const Scene& scene) {
  const Value value = get(scene, *find_property("positions.grid"));
  return is_null(value) ? "" : std::get<std::string>(value);
}

/// The middle of a grip that stands upright on a plot.
ImVec2 grip(test::PictureHand& hand, std::string_view key) { return hand.control(key).centre(); }

} // namespace

TEST_CASE("a token is dragged along the strips, and its frame, row and column are said") {
  test::PictureHand hand(with({"model=wan-2.2-14b", "m=2000", "n=1000"}), "positions");
  // 30 rows of 52: token 2000 is in frame 1, row 8, column 24.
  CHECK(hand.alone().says("query m = 2 000: t 1, h 8, w 24"));
  CHECK(hand.alone().says("key n = 1 000: t 0, h 19, w 12"));
  hand.frames(); // in the window again
  hand.drag(grip(hand, "places.1 m"), {100, 0});
  CHECK(hand.scene().m > 2000);
  CHECK(hand.scene().n == 1000);
}

TEST_CASE("the grid's frames, rows and columns are dragged on their axes, each alone") {
  for (const auto& [side, before, after] : {std::tuple{"axis_turns.0 frames", "", "x30x52"},
                                            {"axis_turns.1 rows", "21x", "x52"},
                                            {"axis_turns.2 columns", "21x30x", ""}}) {
    test::PictureHand hand(with({"model=wan-2.2-14b"}), "positions");
    const auto& of_side = side;
    CAPTURE(of_side);
    hand.drag(grip(hand, side), {24, 0});
    const std::string now = grid(hand.scene());
    CAPTURE(now);
    CHECK(now != "21x30x52");
    CHECK(now.starts_with(before));
    CHECK(now.ends_with(after));
  }
}

TEST_CASE("RIFLEx's pair is dragged to another wavelength, and a double click gives it back") {
  test::PictureHand hand(with({"model=hunyuan-video", "positions.grid=66x45x80", "positions.trained=33x45x80"}),
                         "positions");
  const auto held = [&] { return get(hand.scene(), *find_property("positions.held_pair")); };
  CHECK(is_null(held()));
  const RopeConfig before = hand.scene().rope;
  hand.drag(grip(hand, "axis_turns.0 held pair"), {-30, 0});
  CHECK(held() == Value(3.0));
  CHECK(hand.number("positions.held_wavelength") > 51); // slower than its own 50.3
  const ImVec2 at = grip(hand, "axis_turns.0 held pair");
  hand.frames(40);
  for (const bool down : {false, true, false, true, false}) hand.does({.at = at, .left = down});
  CHECK(is_null(held()));
  CHECK(hand.scene().rope == before);
}

TEST_CASE("a held pair is written into a scene and read again, and refused where a model has no list of axes") {
  const Scene scene = with({"model=hunyuan-video", "positions.held_pair=3", "positions.held_wavelength=72"});
  CHECK(scene.rope.axes.list[0].held_pair == 3);
  CHECK(scene.rope.axes.list[0].held_wavelength == 72);
  CHECK(scene_from_json(scene_json(scene), "again").rope == scene.rope);
  CHECK_THROWS_WITH_AS(with({"model=llama-2-7b", "positions.held_pair=3"}), doctest::Contains("positions.held_pair"),
                       Error);
  CHECK_THROWS_WITH_AS(with({"model=hunyuan-video", "positions.held_pair=8"}), doctest::Contains("0 … 7"), Error);
  CHECK_THROWS_AS(with({"model=hunyuan-video", "positions.held_wavelength=72"}), Error);
}

TEST_CASE("a grid that the model cannot take is said in the picture, and nothing else is drawn") {
  test::PictureHand hand(with({"model=wan-2.2-14b", "positions.text=5"}), "positions");
  CHECK(hand.alone().says("text"));
  CHECK(!hand.window.shell.control("places.0"));
}

TEST_CASE("--grid is shown by pictures too, with its text and its frames a second, and a pose comes first") {
  const test::Scratch scratch;
  const auto grid_of = [&](const std::string& more) {
    REQUIRE(
        test::run_program(scratch, "render --picture positions --model wan-2.2-14b --out p.png --size 640x400 " + more)
            .status == 0);
    const Scene drawn = scene_from_json(*read_scene_file((scratch.path / "p.png").string()), "p.png");
    return grid(drawn);
  };
  CHECK(grid_of("--grid 3x4x5") == "3x4x5");
  CHECK(grid_of("--grid 3x4x5 --pose positions.grid=2x6x7") == "2x6x7");
  CHECK(grid_of("") == "");
}
