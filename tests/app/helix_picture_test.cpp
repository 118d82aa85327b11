// The helix: where its beads lie by a projection of its own, and what a hand does to planes, ground, labels and ropes.
#include <cmath>
#include <numbers>

#include "app/canvas/theme.h"
#include "app/scene/scene_json.h"
#include "core/analysis/helix.h"
#include "tests/app/picture_hand.h"

using namespace ropescope;

namespace {

Scene with(std::vector<std::string> pose) { return with_patch(first_scene(), read_assignments(pose, "--pose")); }

struct Place {
  double x, y, z;
};

/// The projection by its formulas: a turn about the upright axis, then about the level one, then perspective.
struct Projection {
  double yaw, pitch, unit = 1, x = 0, y = 0; // rad, pixels
  ImVec2 of(Place p) const {
    const double across = p.x * std::cos(yaw) - p.z * std::sin(yaw), near = p.x * std::sin(yaw) + p.z * std::cos(yaw);
    const double up = p.y * std::cos(pitch) - near * std::sin(pitch),
                 depth = p.y * std::sin(pitch) + near * std::cos(pitch);
    const double scale = unit * 38 / (38 - depth);
    return {static_cast<float>(x + scale * across), static_cast<float>(y - scale * up)};
  }
};

double apart(ImVec2 a, ImVec2 b) { return static_cast<double>(std::hypot(a.x - b.x, a.y - b.y)); }

} // namespace

TEST_CASE("every bead lies within half a pixel of where its hand projects to, whichever way the ropes are turned") {
  constexpr double degrees = std::numbers::pi / 180;
  struct Case {
    std::vector<std::string> pose;
    double yaw, pitch;
    int width, height;
  };
  for (const Case& test_case :
       {Case{{"model=llama-2-7b"}, 33, 3.2, 1600, 1000},
        Case{{"model=llama-3.1-8b", "m=90", "n=20", "scheme=yarn"}, 33, 3.2, 960, 540},
        Case{{"head_dim=96", "rotary_dim=96", "base=500k", "m=30", "n=150", "helix.yaw=-40", "helix.pitch=20"},
             -40,
             20,
             3840,
             2160},
        Case{{"helix.yaw=60", "helix.pitch=-12", "helix.query_angle=10"}, 60, -12, 1600, 1000}}) {
    test::PictureHand hand(with(test_case.pose), "helix", test_case.width, test_case.height);
    const test::DrawnPainter& drawn = hand.alone();
    const Scene& scene = hand.scene();
    const Derived& derived = hand.window.shell.derived();
    const int ropes = test_case.width < 1000 ? 3 : test_case.width > 3000 ? 7 : 5;
    const UsualRopes usual = usual_ropes(derived.current().spectrum.pairs(), ropes);
    // The middles of the ropes in both planes are small discs; the first plane and rope and the last tell where the
    // middle of the picture lies, and how large a unit is.
    std::vector<ImVec2> middles;
    for (const auto& disc : drawn.discs)
      if (disc.radius == 2.6f) middles.push_back(disc.centre);
    REQUIRE(middles.size() == 2 * usual.count);
    const auto x_of = [](std::int64_t position) { return (static_cast<double>(position) - 80) / 7; };
    const auto y_of = [&](std::size_t k) {
      return 2.55 * (static_cast<double>(usual.count - 1) / 2 - static_cast<double>(k));
    };
    Projection p{test_case.yaw * degrees, test_case.pitch * degrees};
    // Planes are painted from far to near.
    const std::int64_t far = (std::sin(p.yaw) > 0) == (scene.n < scene.m) ? scene.n : scene.m;
    const Place first{x_of(far), y_of(0), 0}, last{x_of(far), y_of(usual.count - 1), 0};
    p.unit = static_cast<double>(middles[usual.count - 1].y - middles[0].y) /
             static_cast<double>(p.of(last).y - p.of(first).y);
    p.x = static_cast<double>(middles[0].x - p.of(first).x);
    p.y = static_cast<double>(middles[0].y - p.of(first).y);
    const ImU32 edge = canvas::theme(canvas::ThemeName::dark).text;
    for (std::size_t k = 0; k < usual.count; ++k)
      for (const bool query : {true, false}) {
        const std::int64_t position = query ? scene.m : scene.n;
        const double start = degrees * hand.number(query ? "helix.query_angle" : "helix.key_angle");
        const double angle = start + static_cast<double>(position) *
                                         derived.current().spectrum.inv_freq[static_cast<std::size_t>(usual.pairs[k])];
        const ImVec2 wanted = p.of({x_of(position), y_of(k) + 0.98 * std::sin(angle), -0.98 * std::cos(angle)});
        double nearest = 1e9;
        for (const auto& disc : drawn.discs)
          if (disc.colour == edge && disc.radius > 4) nearest = std::min(nearest, apart(disc.centre, wanted));
        CAPTURE(k);
        CAPTURE(query);
        CHECK(nearest < 0.5);
        // The strand goes through it: a point of its line is as near.
        double line = 1e9;
        for (const auto& drawn_line : drawn.lines)
          for (const ImVec2 point : drawn_line.points) line = std::min(line, apart(point, wanted));
        CHECK(line < 0.5);
      }
  }
}

TEST_CASE("dragging a plane moves its position alone, by as many tokens as it is dragged along the ropes") {
  for (const bool query : {true, false}) {
    test::PictureHand hand(first_scene(), "helix");
    const canvas::Rect plane = hand.control(query ? "helix m" : "helix n");
    hand.drag({plane.centre().x, plane.least.y + 30}, {-60, 0});
    const std::int64_t moved = query ? hand.scene().m - 137 : hand.scene().n - 100;
    CHECK(moved <= -6);
    CHECK(moved >= -16);
    CHECK((query ? hand.scene().n == 100 : hand.scene().m == 137));
    const float x = hand.control(query ? "helix m" : "helix n").centre().x;
    CHECK(std::abs(x - (plane.centre().x - 60)) < 5); // a token is a few pixels wide
    hand.drag({x, plane.least.y + 30}, {3000, 0});
    CHECK((query ? hand.scene().m : hand.scene().n) == 160);
  }
}

TEST_CASE("dragging between the planes, or with Shift anywhere, slides both along: no wedge changes") {
  for (const bool shift : {false, true}) {
    test::PictureHand hand(first_scene(), "helix");
    const canvas::Rect both = hand.control("helix both");
    const std::vector<double> before = hand.window.shell.derived().numbers<Helix>()->wedge;
    const ImVec2 from = shift ? ImVec2(both.least.x - 150, both.centre().y) : both.centre();
    hand.drag(from, {-100, 0}, shift);
    CHECK(hand.distance() == 37);
    CHECK(hand.scene().m < 130);
    CHECK(hand.window.shell.derived().numbers<Helix>()->wedge == before);
    hand.drag(shift ? from : hand.control("helix both").centre(), {-2000, 0}, shift);
    CHECK(hand.scene().n == 0);
    CHECK(hand.distance() == 37);
  }
}

TEST_CASE("dragging the ground turns the ropes, and a double click brings them home") {
  test::PictureHand hand(first_scene(), "helix");
  const Scene before = hand.scene();
  const ImVec2 ground = hand.control("helix ground").centre();
  hand.drag(ground, {100, 40});
  CHECK(hand.number("helix.yaw") == doctest::Approx(33 + 30));
  CHECK(hand.number("helix.pitch") == doctest::Approx(3.2 + 12));
  CHECK(hand.scene().m == 137);
  hand.drag(ground, {2000, 2000});
  CHECK(hand.number("helix.yaw") == 90);
  CHECK(hand.number("helix.pitch") == 25);
  hand.frames(40);
  for (const bool down : {true, false, true, false}) hand.does({.at = ground, .left = down});
  CHECK(hand.scene() == before);
}

TEST_CASE("the wheel shows more tokens and fewer, and fast ropes become tubes, with a table of the same numbers") {
  test::PictureHand hand(first_scene(), "helix");
  const ImVec2 at = hand.control("helix both").centre();
  const auto turn = [&](float notches) {
    hand.rest(at);
    compat::hand({.at = at, .wheel = notches});
    hand.frames(1);
    hand.does({.at = at});
  };
  turn(1);
  CHECK(hand.number("helix.length") == 133);
  turn(-100);
  CHECK(hand.number("helix.length") == 65536);
  CHECK(hand.alone().lines.size() < 60000); // no tangle
  turn(100);
  CHECK(hand.number("helix.length") == 16);
}

TEST_CASE("a click on a rope selects its pair, and a label that is dragged chooses another rope") {
  test::PictureHand hand(first_scene(), "helix");
  const canvas::Rect both = hand.control("helix both");
  hand.click({both.least.x - 200, hand.control("helix rope 3").centre().y + 20});
  CHECK(hand.scene().pair == 28);
  hand.click(hand.control("helix dial 40").centre());
  CHECK(hand.scene().pair == 40);
  hand.drag(hand.control("helix rope 1").centre(), {0, 60});
  CHECK(std::get<std::vector<double>>(get(hand.scene(), *find_property("helix.pairs"))) ==
        std::vector<double>{4, 22, 20, 28, 40});
  CHECK(hand.alone().says("pair 22"));
}

TEST_CASE("a query and a key that point one way are one strand with two beads, and the words say so") {
  CHECK(test::PictureHand(with({"helix.key_angle=90"}), "helix").alone().says("along one strand"));
  test::PictureHand two(first_scene(), "helix");
  CHECK(!two.alone().says("along one strand"));
  CHECK(two.alone().says("the blue strand"));
}
