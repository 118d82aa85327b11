// The chain: where its arrows lie, and what a hand does to it.
#include <cmath>

#include <fmt/format.h>

#include "app/scene/scene_json.h"

#include "core/analysis/contributions.h"
#include "tests/app/picture_hand.h"

using namespace ropescope;

namespace {

Scene with(std::vector<std::string> pose) { return with_patch(first_scene(), read_assignments(pose, "--pose")); }

ImVec2 end_of(test::PictureHand& hand) { return hand.control("phasors end").centre(); }

} // namespace

TEST_CASE("dragging the chain's end sideways moves the query alone, further away to the left, and comes back") {
  test::PictureHand hand(first_scene(), "phasors");
  REQUIRE(hand.distance() == 37);
  const std::int64_t n = hand.scene().n;
  hand.drag(end_of(hand), {-90, 0});
  const std::int64_t further = hand.distance();
  CHECK(further > 45);
  CHECK(hand.scene().n == n);
  hand.drag(end_of(hand), {400, 0});
  CHECK(hand.distance() < 10);
  hand.drag(end_of(hand), {1200, 0});
  CHECK(hand.distance() == 0);
  CHECK(hand.scene().n == n);
  hand.drag(end_of(hand), {-3000, 0});
  CHECK(hand.scene().m <= furthest_position);
  CHECK(hand.scene().n == n);
  CHECK(hand.window.shell.message().empty());
}

TEST_CASE("a chain before the key is dragged to other distances before the key") {
  test::PictureHand hand(with({"m=100", "n=137"}), "phasors");
  hand.drag(end_of(hand), {-40, 0});
  CHECK(hand.distance() < -37);
}

TEST_CASE("the end follows the hand: for q = k it stays within a tenth of the plane's unit of where it is dragged") {
  for (const float by : {-300.0f, -150.0f, 120.0f}) {
    test::PictureHand hand(first_scene(), "phasors");
    const ImVec2 from = end_of(hand);
    hand.drag(from, {by, 0});
    CHECK(std::abs(end_of(hand).x - (from.x + by)) < 90);
  }
}

TEST_CASE("Alt and the wheel move the distance and not the plane, and the wheel alone zooms the plane") {
  test::PictureHand hand(first_scene(), "phasors");
  const ImVec2 at{end_of(hand).x + 60, end_of(hand).y + 60};
  hand.rest(at);
  compat::hand({.at = at, .wheel = 1, .alt = true});
  hand.frames(1);
  hand.does({.at = at});
  CHECK(hand.distance() == 41);
  CHECK(!hand.scene().options.range(*find_property("phasors.x")));
  compat::hand({.at = at, .wheel = 2});
  hand.frames(1);
  hand.does({.at = at});
  CHECK(hand.distance() == 41);
  CHECK(hand.scene().options.range(*find_property("phasors.x")));
}

TEST_CASE("a click on a small chain goes to its distance, with the key where it is") {
  test::PictureHand hand(first_scene(), "phasors");
  for (const std::int64_t distance : {0, 1, 8, 64, 512, 4096})
    for (const char* row : {"ones", "other"}) {
      hand.click(hand.control(fmt::format("phasors {} {}", row, distance)).centre());
      CHECK(hand.distance() == distance);
      CHECK(hand.scene().n == 100);
    }
}

TEST_CASE("the mouse on a dial lights its pair, a click selects it, and so does a click on an arrow") {
  test::PictureHand hand(first_scene(), "phasors");
  const canvas::Rect wall = hand.control("phasors wall");
  const ImVec2 third{wall.least.x + wall.width() * 2.5f / 16, wall.least.y + wall.height() * 2.5f / 4};
  hand.rest(third);
  CHECK(hand.window.shell.attention().pair == 34);
  CHECK(hand.scene().pair == 20);
  hand.click(third);
  CHECK(hand.scene().pair == 34);
  // The last arrow ends where the grip of the end is: its middle is a little to the left.
  hand.rest({1, 1});
  const ImVec2 end = end_of(hand);
  hand.click({end.x - 40, end.y + 1});
  CHECK(hand.scene().pair >= 58);
  CHECK(hand.scene().pair <= 61);
}

TEST_CASE("the switch draws random numbers, other ones with each click, and ones again") {
  test::PictureHand hand(first_scene(), "phasors");
  hand.click(hand.control("phasors random").centre());
  CHECK(hand.scene().q.kind == HeadSource::Kind::random);
  CHECK(hand.scene().k.kind == HeadSource::Kind::random);
  const double score = hand.window.shell.derived().current().score_here;
  CHECK(std::abs(score) < 0.5);
  hand.click(hand.control("phasors random").centre());
  CHECK(hand.window.shell.derived().current().score_here != score);
  hand.click(hand.control("phasors ones").centre());
  CHECK(hand.scene().q == HeadSource());
  CHECK(hand.scene().k == HeadSource());
}

TEST_CASE("every arrow of the chain is drawn from end to end within half a pixel, at equal units along both axes") {
  for (const auto& pose :
       {std::vector<std::string>{"model=llama-2-7b"}, {"head_dim=64", "rotary_dim=64", "base=500k", "m=5000"}})
    for (const auto& [width, height] : {std::pair{960, 540}, {1600, 1000}, {3840, 2160}}) {
      test::PictureHand hand(with(pose), "phasors", width, height);
      const test::DrawnPainter& drawn = hand.alone();
      const Derived& derived = hand.window.shell.derived();
      const Chain chain = chain_of(turned(contributions(derived.head()), derived.current().turns, hand.distance()));
      // The last two discs of the end are the white edge and the accent; the origin is the disc before.
      std::size_t end = 0;
      for (std::size_t i = 2; i < drawn.discs.size(); ++i)
        if (drawn.discs[i].radius == 7 && drawn.discs[i - 1].radius == 9 && drawn.discs[i - 2].radius == 4) end = i;
      REQUIRE(end > 0);
      const ImVec2 origin = drawn.discs[end - 2].centre, last = drawn.discs[end].centre;
      const double unit = static_cast<double>(last.x - origin.x) / chain.end.real();
      CHECK(std::abs(static_cast<double>(origin.y - last.y) - unit * chain.end.imag()) < 0.5);
      for (const std::complex<double> stop : chain.ends) {
        const ImVec2 wanted{origin.x + static_cast<float>(unit * stop.real()),
                            origin.y - static_cast<float>(unit * stop.imag())};
        double nearest = 1e9;
        for (const auto& line : drawn.lines)
          for (const ImVec2 p : line.points)
            nearest = std::min(nearest, static_cast<double>(std::hypot(p.x - wanted.x, p.y - wanted.y)));
        CHECK(nearest < 10); // an arrow's body ends where its head begins
      }
    }
}

TEST_CASE("the window of the plane does not change while the distance does") {
  test::PictureHand hand(first_scene(), "phasors");
  const auto origin = [&] {
    const test::DrawnPainter& drawn = hand.alone();
    for (std::size_t i = 2; i < drawn.discs.size(); ++i)
      if (drawn.discs[i].radius == 7 && drawn.discs[i - 1].radius == 9) return drawn.discs[i - 2].centre;
    return ImVec2(0, 0);
  };
  const ImVec2 before = origin();
  for (const std::int64_t m : {100, 101, 164, 1807, 65000}) {
    Scene scene = hand.scene();
    scene.m = m;
    hand.window.shell.show(scene);
    const ImVec2 now = origin();
    CHECK(now.x == before.x);
    CHECK(now.y == before.y);
  }
}

TEST_CASE("words beside the chain say what is true of it: in line and wound up, or neither") {
  test::PictureHand hand(first_scene(), "phasors");
  const test::DrawnPainter& near = hand.alone();
  CHECK(near.says("slow pairs: still in line"));
  CHECK(near.says("fast pairs: wound up"));
  CHECK(near.says("a mean, not a bound"));
  Scene scene = hand.scene();
  scene.m = scene.n;
  hand.window.shell.show(scene);
  CHECK(!hand.alone().says("wound up"));
  scene.m = 65000;
  hand.window.shell.show(scene);
  CHECK(!hand.alone().says("still in line"));
}
