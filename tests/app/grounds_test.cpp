#include "app/canvas/grounds.h"

#include <random>

#include <doctest/doctest.h>

using namespace ropescope;

TEST_CASE("what lies between panels is every pixel that no panel covers, once") {
  constexpr ImU32 panel = 1, other = 2;
  std::mt19937 random(7);
  const auto upto = [&](int n) { return static_cast<float>(std::uniform_int_distribution<int>(-3, n)(random)); };
  for (int round = 0; round < 50; ++round) {
    std::vector<canvas::Ground> grounds;
    for (int i = 0; i < round % 7; ++i) {
      const float x = upto(40), y = upto(30);
      grounds.push_back({{{x, y}, {x + upto(20) + 3, y + upto(20) + 3}}, i % 3 == 2 ? other : panel});
    }
    canvas::GroundPainter painter;
    const std::vector<canvas::Rect>& between = painter.between({40, 30}, grounds, panel);
    for (float x = 0; x < 40; ++x)
      for (float y = 0; y < 30; ++y) {
        int times = 0;
        bool covered = false;
        for (const canvas::Rect& r : between) times += r.contains({x, y});
        for (const canvas::Ground& g : grounds) covered = covered || (g.colour == panel && g.area.contains({x, y}));
        REQUIRE(times == (covered ? 0 : 1));
      }
  }
}
