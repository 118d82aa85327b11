// Neighbours: the brightness of tokens, the dots of the peak, and what a hand does to them.
#include <cmath>

#include "app/canvas/shapes.h"
#include "app/canvas/theme.h"
#include "app/scene/scene_json.h"
#include "tests/app/picture_hand.h"

using namespace ropescope;

namespace {

Scene with(std::vector<std::string> pose) { return with_patch(first_scene(), read_assignments(pose, "--pose")); }

/// Σcos(Δθ)/pairs by a plain loop.
long double score(const Series& series, std::int64_t distance) {
  long double sum = 0;
  for (const double theta : series.spectrum.inv_freq)
    sum += cosl(static_cast<long double>(distance) * static_cast<long double>(theta));
  return sum / static_cast<long double>(series.spectrum.inv_freq.size());
}

} // namespace

TEST_CASE("a click on a token of a strip takes the query to its distance, before the key too") {
  test::PictureHand hand(first_scene(), "neighbours");
  const canvas::Rect strips = hand.control("neighbours strips");
  const auto token = [&](std::int64_t d) {
    return ImVec2(strips.least.x + strips.width() * (static_cast<float>(d) + 16.4f) / 33, strips.centre().y);
  };
  for (const std::int64_t d : {0, 5, 16, -16, -1}) {
    hand.click(token(d));
    CHECK(hand.distance() == d);
    CHECK(hand.scene().n == 100);
  }
  // Where the query would be no position, the key makes room.
  Scene scene = hand.scene();
  scene.n = 3, scene.m = 4;
  hand.window.shell.show(scene);
  hand.click(token(-10));
  CHECK(hand.distance() == -10);
  CHECK(hand.scene().m == 0);
}

TEST_CASE("the wheel over the strips shows more tokens and fewer, from 4 to 256 at either side") {
  test::PictureHand hand(first_scene(), "neighbours");
  const auto reach = [&] { return hand.scene().options.range(*find_property("neighbours.x"))->greatest; };
  const auto turn = [&](float notches) {
    const ImVec2 at = hand.control("neighbours strips").centre();
    hand.rest(at);
    compat::hand({.at = at, .wheel = notches});
    hand.frames(1);
    hand.does({.at = at});
  };
  turn(1);
  CHECK(reach() == doctest::Approx(16 / 1.2));
  turn(-3);
  CHECK(reach() == doctest::Approx(16 * 1.2 * 1.2));
  turn(-100);
  CHECK(reach() == 256);
  turn(200);
  CHECK(reach() == 4);
}

TEST_CASE("each token's brightness is that of its score, from 0.6 to 1") {
  for (const auto& pose :
       {std::vector<std::string>{"model=llama-2-7b"}, {"head_dim=96", "rotary_dim=96", "base=500k", "scheme=yarn"}}) {
    test::PictureHand hand(with(pose), "neighbours");
    const test::DrawnPainter& drawn = hand.alone();
    const canvas::Theme& theme = canvas::theme(canvas::ThemeName::dark);
    std::size_t at = 0; // of the cells, which come in rows of 33
    std::vector<const test::DrawnPainter::Box*> cells;
    for (const auto& box : drawn.boxes)
      if (box.area.height() > 20 && box.area.width() > 15 && box.area.width() < 60 && box.area.least.y < 420)
        cells.push_back(&box);
    REQUIRE(cells.size() == 33 * hand.window.shell.derived().series().size());
    for (const Series& series : hand.window.shell.derived().series())
      for (std::int64_t d = -16; d <= 16; ++d, ++at) {
        const double share = std::clamp((static_cast<double>(score(series, d)) - 0.6) / 0.4, 0.0, 1.0);
        const ImU32 wanted = canvas::mix(canvas::mix(theme.panel, theme.text, 0.035f), theme.text,
                                         static_cast<float>(std::pow(share, 1.35)));
        for (const int shift : {IM_COL32_R_SHIFT, IM_COL32_G_SHIFT, IM_COL32_B_SHIFT})
          CHECK(std::abs(static_cast<int>(canvas::channel(wanted, shift)) -
                         static_cast<int>(canvas::channel(cells[at]->colour, shift))) <= 3);
      }
  }
}

TEST_CASE("the dots of the peak lie at the scores of whole distances, within a pixel and a half") {
  test::PictureHand hand(with({"scheme=yarn", "base=500k"}), "neighbours");
  const test::DrawnPainter& drawn = hand.alone();
  const std::vector<Series>& series = hand.window.shell.derived().series();
  // A dot is two discs at one place; curves come from the last series to the first, from left to right.
  std::vector<ImVec2> dots;
  for (std::size_t i = 1; i < drawn.discs.size(); ++i)
    if (drawn.discs[i].radius == 4.5f && drawn.discs[i - 1].radius == 5.5f) dots.push_back(drawn.discs[i].centre);
  REQUIRE(dots.size() == 33 * series.size());
  // All curves are 1 at 0, and the first and last token tell the scale of x.
  const float top = dots[16].y, left = dots[0].x, right = dots[32].x;
  const long double lowest = score(series.back(), 16);
  const float unit = (dots[32].y - top) / static_cast<float>(1 - lowest);
  for (std::size_t s = 0; s < series.size(); ++s)
    for (std::int64_t d = -16; d <= 16; ++d) {
      const ImVec2 dot = dots[(series.size() - 1 - s) * 33 + static_cast<std::size_t>(d + 16)];
      CHECK(std::abs(dot.x - (left + (right - left) * static_cast<float>(d + 16) / 32)) < 1.5f);
      CHECK(std::abs(dot.y - (top + unit * static_cast<float>(1 - score(series[s], d)))) < 1.5f);
    }
}

TEST_CASE("where there is room for one of the two, the switch shows the curve in the place of the strips") {
  test::PictureHand hand(first_scene(), "neighbours", 960, 540);
  CHECK(hand.window.shell.control("neighbours strips"));
  CHECK(!hand.window.shell.control("neighbours peak"));
  hand.click(hand.control("neighbours.curve").centre());
  CHECK(!hand.window.shell.control("neighbours strips"));
  CHECK(hand.window.shell.control("neighbours peak"));
}

TEST_CASE("the sentence about the peak names the schemes that are drawn, and no others") {
  CHECK(test::PictureHand(first_scene(), "neighbours").alone().says("PI flattens the peak 16² = 256-fold:"));
  test::PictureHand yarn(with({"compare=yarn"}), "neighbours");
  const test::DrawnPainter& drawn = yarn.alone();
  CHECK(!drawn.says("PI flattens"));
  CHECK(drawn.says("YaRN keeps the peak:"));
}
