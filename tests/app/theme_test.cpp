#include "app/canvas/theme.h"

#include <cmath>
#include <numbers>

#include <doctest/doctest.h>

using namespace ropescope;
using namespace ropescope::canvas;

namespace {

/// CIE lightness, 0…100.
double lightness(ImU32 colour) {
  const double luminance = contrast(colour, IM_COL32(0, 0, 0, 255)) * 0.05 - 0.05;
  return 116 * std::cbrt(luminance) - 16;
}

} // namespace

TEST_CASE("text reads at 4.5 to 1 and every curve at 3 to 1 on its ground, in both themes") {
  for (const ThemeName name : {ThemeName::dark, ThemeName::light}) {
    const Theme& t = theme(name);
    CAPTURE(t.dark);
    CHECK(contrast(t.text, t.panel) >= 7);
    CHECK(contrast(t.dim, t.panel) >= 4.5);
    CHECK(contrast(t.dim, t.raised) >= 4.5);
    CHECK(contrast(t.on_accent, t.accent) >= 4.5);
    for (const ImU32 colour : {t.query, t.key, t.seen, t.beyond, t.accent, t.good, t.bad})
      CHECK(contrast(colour, t.panel) >= 3);
    for (const RopeType type : all_rope_types) CHECK(contrast(t.of(type), t.panel) >= 3);
  }
}

TEST_CASE("schemes that share a colour differ in their dashes") {
  for (const ThemeName name : {ThemeName::dark, ThemeName::light})
    for (const RopeType a : all_rope_types)
      for (const RopeType b : all_rope_types) {
        if (a == b || theme(name).of(a) != theme(name).of(b)) continue;
        CHECK(method_dash(a) != method_dash(b));
      }
}

TEST_CASE("the ring of phases has no lighter or darker place, and closes") {
  double least = 100, greatest = 0;
  for (int degree = 0; degree < 360; ++degree) {
    const double l = lightness(phase_colour(degree * std::numbers::pi / 180, 1));
    least = std::min(least, l);
    greatest = std::max(greatest, l);
  }
  CHECK(greatest - least < 6); // an HSV wheel swings by 65
  CHECK(phase_colour(0, 1) == phase_colour(2 * std::numbers::pi, 1));
}
