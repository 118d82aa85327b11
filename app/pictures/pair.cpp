#include <algorithm>
#include <numbers>

#include <fmt/format.h>

#include "app/canvas/axis.h"
#include "app/pictures/dial.h"
#include "app/pictures/parts.h"
#include "core/analysis/hands.h"

namespace ropescope::pictures {

namespace {

/// " · by w": which of several positions turns the pair.
std::string_view turned_by(const Canvas& c, const Scene& scene, const Derived& derived) {
  if (derived.axes().empty()) return "";
  return c.words(" · by {}", axis_name(scene.rope, derived.axes()[static_cast<std::size_t>(scene.pair)]));
}

void draw(const Canvas& c, Rect panel, const Scene& scene, const Derived& derived, Scene&) {
  constexpr float row_height = 23, rows_height = 4 * row_height, title_height = 30;
  canvas::panel(c, panel);
  const Rect area = panel.inset(c.px(18), c.px(14));
  const auto i = static_cast<std::size_t>(scene.pair);
  const Hands& hands = *derived.numbers<Hands>();
  // `seen` is the greatest angle (rad) that training has shown: the pair's frequency before any extension, times the
  // trained context.
  const double theta = derived.current().spectrum.inv_freq[i],
               seen = derived.trained().inv_freq[i] * derived.trained_length();
  const float middle = (area.least.x + area.greatest.x) / 2;
  text(c, {middle, area.least.y}, c.fonts.bold, c.theme.text,
       c.words("pair {}{}", scene.pair, turned_by(c, scene, derived)), Align::centre);

  const float room = area.height() - c.px(title_height + rows_height + 18);
  // 0.94 leaves room for the strokes, which are drawn half outside the circle.
  const float radius = std::max(c.px(20), std::min(room, area.width()) / 2 * 0.94f);
  draw_dial(c, {middle, area.least.y + c.px(title_height) + radius * 1.03f}, radius,
            {hands.query[i], hands.key[i], seen, false});

  const float width = std::min(area.width(), c.px(260)), left = middle - width / 2;
  float y = area.greatest.y - c.px(rows_height);
  const auto row = [&](std::string_view label, std::string_view value) {
    text(c, {left, y}, c.fonts.small, c.theme.dim, label);
    text(c, {left + width, y}, c.fonts.mono_small, c.theme.text, value, Align::right);
    y += c.px(row_height);
  };
  const std::string index = subscript(scene.pair);
  row(c.words("θ{}", index), theta >= 1e-4 || theta == 0 ? c.words("{:.6f}", theta) : c.words("{:.4e}", theta));
  const double lambda = wavelength(theta);
  row("wavelength", theta == 0 ? "never turns" : c.words("{} tok", grouped(c, lambda, lambda < 1000 ? 1 : 0)));
  const double turns = theta * derived.trained_length() / (2 * std::numbers::pi);
  row("turns in L", grouped(c, turns, turns < 10 ? 3 : 1));
  const double delta = static_cast<double>(scene.m - scene.n) * theta;
  row(c.words("Δ·θ{}", index), c.words("{} rad", grouped(c, delta, 3)));
}

} // namespace

const Picture pair_picture{
    .name = "pair",
    .title = "Pair",
    .line = "one pair, query and key, with its numbers",
    .window = "rotations",
    .update = update_hands,
    .draw = draw,
};

} // namespace ropescope::pictures
