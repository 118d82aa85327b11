#pragma once
#include <algorithm>
#include <cmath>
#include <complex>
#include <numbers>

#include "app/canvas/canvas.h"
#include "app/scene/derived.h"

namespace ropescope::pictures {

using namespace canvas;

/// One pair on a circle. Angle 0 points right, positive angles turn counter-clockwise, as in mathematics.
struct Dial {
  std::complex<float> query, key; ///< direction and length, 1: up to the ring
  double seen;                    ///< rad, greatest angle that a distance within the trained context makes
  bool selected = false;
  bool backwards = false; ///< the query lies before the key: the wedge opens against the sense of the hands
  float weight = 1;       ///< how much the pair adds to the score, of the pair that adds most: how strong its wedge is
};

/// A pair's dial at the scene's m and n. Requires update_hands().
Dial dial_at(const Scene&, const Derived&, std::size_t pair);

/// The hands of a dial can be turned: that of the query moves m, that of the key n, by as many tokens as turn the pair
/// so far. Noted as `name`; `theta`: rad per token.
/// `axis`: of the positions, which turns the pair; along it alone the token moves, where m and n lie apart along one.
void take_hands(const Canvas&, const char* name, ImVec2 centre, float radius, const Dial&, double theta,
                std::int64_t axis, const Scene&, Scene& next);

/// The selected pair's dial and its numbers, in a panel of their own. Requires update_hands().
void draw_one_pair(const Canvas&, Rect panel, const Scene&, const Derived&, Scene& next);

/// The angle from key to query, less than a turn: 0 … 2π, and −2π … 0 where the query lies before the key. Else a
/// distance of −1 would fill the dial of a slow pair.
inline double angle_between(const Dial& d) {
  constexpr double turn = 2 * std::numbers::pi;
  const double angle = static_cast<double>(std::arg(d.query)) - static_cast<double>(std::arg(d.key));
  if (d.backwards) return angle > 0 ? angle - turn : angle;
  return angle < 0 ? angle + turn : angle;
}

/// One dial: the wedge between the hands, the ring of angles seen in training, the two hands, and a ring where it is
/// selected.
inline void draw_dial(const Canvas& c, ImVec2 centre, float radius, const Dial& d) {
  constexpr double turn = 2 * std::numbers::pi;
  const float stroke = whole_stroke(std::min(radius / 14, c.px(4)) * c.theme.line_weight);
  c.paint.disc(centre, radius, c.theme.dial, true);

  const double key = static_cast<double>(std::arg(d.key)), between = angle_between(d);
  // Mixed with the dial's colour and opaque, which looks like a translucent wedge and needs no blending.
  c.paint.wedge(centre, radius * 0.58f, between < 0 ? key + between : key, std::abs(between),
                mix(c.theme.dial, phase_colour(between, 1), (c.theme.dark ? 0.62f : 0.55f) * d.weight));

  // A pair that turns once or more within the trained context has shown every angle: its ring is whole. A slower pair
  // has an arc from angle 0 on.
  if (d.seen >= turn) {
    c.paint.circle(centre, radius, mix(c.theme.dial, c.theme.seen, 0.72f), stroke);
  } else {
    c.paint.circle(centre, radius, c.theme.outline, whole_stroke(stroke * 0.6f));
    c.paint.arc(centre, radius, 0, d.seen, c.theme.seen, whole_stroke(stroke * 1.6f));
  }
  const float width = std::max(2.0f, whole_stroke(std::min(radius / 11, c.px(7))));
  const auto hand = [&](std::complex<float> towards, float length, float wide, ImU32 colour) {
    c.paint.line(centre, on_circle(centre, length * radius * std::abs(towards), static_cast<double>(std::arg(towards))),
                 colour, wide);
  };
  // The query's hand is longer and on top, the key's is broader, so that both are seen where they lie on each other.
  hand(d.key, 0.80f, width + 2 * std::max(1.0f, whole_stroke(width * 0.35f)), c.theme.key);
  hand(d.query, 0.88f, width, c.theme.query);
  if (d.selected) c.paint.circle(centre, radius + stroke * 2.2f, c.theme.accent, std::max(2.0f, stroke));
}

} // namespace ropescope::pictures
