#include "app/canvas/legend.h"

#include <algorithm>

#include <doctest/doctest.h>

#include "app/canvas/read_out.h"
#include "tests/app/plot_scene.h"

using namespace ropescope;
using namespace ropescope::canvas;

namespace {

using Names = std::vector<std::string>;

struct OneLegend {
  void does(const compat::HandInput& input) {
    hand.does(input, [&](const Canvas& c) {
      const LegendEntry entries[] = {{.name = "pi", .label = "PI", .colour = IM_COL32(1, 2, 3, 255)},
                                     {.name = "ntk", .label = "NTK", .colour = IM_COL32(4, 5, 6, 255)},
                                     {.name = "##", .label = "", .colour = IM_COL32(7, 8, 9, 200)}};
      Legend legend(c, "legend", entries, hidden);
      const Names before = hidden;
      const Rect panel{{100, 50}, {900, 400}};
      hand.painter.clear();
      if (in_column)
        legend.column({600, 100}, 120);
      else
        heading_with_legend(c, panel, "Score", "a remark", "brief", legend);
      hovered = legend.hovered();
      for (std::size_t i = 0; i < 3; ++i) colours[i] = legend.colour(i);
      if (legend.changed()) hidden = *legend.changed();
    });
  }
  void click(ImVec2 at, bool ctrl = false) {
    for (const bool down : {false, true, false}) does({.at = at, .left = down, .ctrl = ctrl});
  }
  /// Where the words of an entry stand.
  ImVec2 words(std::string_view label) const {
    for (const auto& w : hand.painter.words)
      if (w.text == label) return {w.at.x + 4, w.at.y + 6};
    FAIL("not drawn: ", label);
    return {};
  }

  test::PlotHand hand;
  Names hidden;
  bool in_column = false;
  std::optional<std::size_t> hovered;
  ImU32 colours[3] = {};
};

} // namespace

TEST_CASE("a click on a legend's entry hides and shows it, Ctrl+click shows it alone and again all") {
  for (const bool in_column : {false, true}) {
    OneLegend legend;
    legend.in_column = in_column;
    legend.hidden = {"of another model"};
    legend.does({});
    legend.click(legend.words("NTK"));
    CHECK(legend.hidden == Names{"of another model", "ntk"});
    legend.click(legend.words("NTK"));
    CHECK(legend.hidden == Names{"of another model"});
    legend.click(legend.words("NTK"));
    legend.click(legend.words("NTK"), true); // from hidden to alone
    CHECK(legend.hidden == Names{"of another model", "pi", "##"});
    legend.click(legend.words("PI"), true);
    CHECK(legend.hidden == Names{"of another model", "##", "ntk"});
    legend.click(legend.words("PI"), true);
    CHECK(legend.hidden == Names{"of another model"});
  }
}

TEST_CASE("while the mouse is on one entry the others step back, and a hidden one does not stand out") {
  OneLegend legend;
  legend.does({});
  CHECK_FALSE(legend.hovered);
  const ImVec2 at = legend.words("NTK");
  legend.does({.at = at});
  REQUIRE(legend.hovered == 1);
  const auto alpha = [&](std::size_t i) { return legend.colours[i] >> IM_COL32_A_SHIFT & 0xff; };
  CHECK(alpha(1) == 255);
  CHECK(alpha(0) == 89); // 35 % of 255
  CHECK(alpha(2) == 70); // and of 200
  legend.hidden = {"ntk"};
  legend.does({.at = at});
  CHECK_FALSE(legend.hovered);
  CHECK(alpha(0) == 255);
}

TEST_CASE("a read-out keeps the order of its rows and stays within the plot, wherever the mouse is") {
  test::PlotHand hand;
  const Rect within{{100, 100}, {700, 500}};
  for (const ImVec2 at : {ImVec2(101, 101), ImVec2(699, 101), ImVec2(101, 499), ImVec2(699, 499), ImVec2(400, 300)}) {
    hand.painter.clear();
    hand.does(
        {},
        [&](const Canvas& c) {
          ReadOut table(c, "Δ = 17");
          table.add(IM_COL32_WHITE, "YaRN", "+0.5749", "per dimension");
          table.add(0, "PI", "−0.1", "");
          table.draw(at, within);
        },
        1);
    REQUIRE(hand.painter.boxes.size() == 2); // the table and one swatch
    const Rect table = hand.painter.boxes[0];
    CHECK(table.least.x >= within.least.x);
    CHECK(table.least.y >= within.least.y);
    CHECK(table.greatest.x <= within.greatest.x);
    CHECK(table.greatest.y <= within.greatest.y);
    std::vector<std::string> words;
    for (const auto& w : hand.painter.words) {
      words.push_back(w.text);
      CHECK(w.at.x >= table.least.x);
      CHECK(w.at.x + text_width(hand.fonts.small, w.text) <= table.greatest.x);
    }
    CHECK(words == Names{"Δ = 17", "YaRN", "+0.5749", "per dimension", "PI", "−0.1"});
  }
}

TEST_CASE("the mouse snaps to the nearest point within 12 pixels and to none beyond") {
  test::PlotHand hand;
  const float nothing = std::numeric_limits<float>::quiet_NaN();
  const ImVec2 points[] = {{100, 100}, {nothing, 50}, {110, 100}, {200, 100}};
  const auto at = [&](ImVec2 mouse) {
    std::optional<std::size_t> found;
    hand.does({.at = mouse}, [&](const Canvas& c) { found = snapped(c, points); });
    return found;
  };
  CHECK(at({104, 100}) == 0);
  CHECK(at({106, 103}) == 2);
  CHECK(at({200, 111}) == 3);
  CHECK_FALSE(at({200, 113}));
}
