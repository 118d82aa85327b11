#include <algorithm>
#include <array>
#include <cmath>

#include "app/canvas/imgui_compat.h"
#include "app/pictures/attention_parts.h"

namespace ropescope::pictures {

namespace {

/// Its own range of colours for each map: the order of its scores is compared, not their size.
void draw_small(const Canvas& c, ImVec2 least, float side, const AttentionMap& map) {
  double low = 1e30, high = -1e30;
  for (std::int64_t m = 0; m < map.tokens(); ++m)
    for (std::int64_t n = 0; n <= m; ++n) {
      low = std::min(low, map.at(m, n));
      high = std::max(high, map.at(m, n));
    }
  const double width = high - low;
  draw_triangle(c, {least, {least.x + side, least.y + side}}, 0, map.tokens(), 0, map.tokens(), 1,
                [&](std::int64_t m, std::int64_t n) {
                  return error_colour(width > 1e-9 ? std::round((map.at(m, n) - low) / width * 48) / 48 : 0.5);
                });
}

void verdict(const Canvas& c, ImVec2 at, double off, float width) {
  const bool holds = off < 1e-5;
  const std::string_view words = c.words("{} {}", holds ? "✓" : "✗", brief(c, off));
  if (text_width(c.fonts.small, words) > width) return;
  text(c, at, c.fonts.small, holds ? c.theme.good : c.theme.bad, words, Align::centre);
}

bool choose(const Canvas& c, const RivalMap& rival, Rect area, const Property& second, Scene& next) {
  const std::string_view name = rival.scheme->name;
  const bool clicked = press(c, c.id("rival {}", name), area,
                             c.words("{}: {}. A click makes it the second map. Source: {}.", rival.scheme->title,
                                     rival.scheme->idea, rival.scheme->source));
  if (clicked) next.options.set(second, name == "rope" ? Value() : Value(std::string(option_of(*rival.scheme))));
  return clicked;
}

/// Verdicts alone, in as many columns as fit.
void draw_badges(const Canvas& c, Rect room, std::span<const RivalMap* const> rivals, const Property& second,
                 Scene& next) {
  const float width = c.px(150), height = c.px(20);
  const auto columns = std::max(1, static_cast<int>(room.width() / width));
  for (std::size_t i = 0; i < rivals.size(); ++i) {
    const RivalMap& rival = *rivals[i];
    const float x = room.least.x + width * static_cast<float>(static_cast<int>(i) % columns),
                y = room.least.y + height * static_cast<float>(static_cast<int>(i) / columns);
    if (y + height > room.greatest.y || x + width > room.greatest.x + 1) return;
    const bool holds = rival.sees_distance_alone();
    choose(c, rival, {{x, y}, {x + width - c.px(6), y + height}}, second, next);
    text(c, {x, y}, c.fonts.small, holds ? c.theme.good : c.theme.bad, holds ? "✓" : "✗");
    text(c, {x + c.px(18), y}, c.fonts.small, c.theme.text, rival.scheme->title);
  }
}

} // namespace

std::string_view brief(const Canvas& c, double off) {
  if (off == 0) return "0";
  if (off >= 0.01) return c.words("{:.2f}", off);
  const int exponent = static_cast<int>(std::floor(std::log10(off)));
  return c.words("{:.0f}e{}", off / std::pow(10.0, exponent), exponent);
}

void draw_rivals(const Canvas& c, Rect panel, const Derived& derived, const Property& second, Scene& next) {
  const RivalNumbers* others = derived.numbers<RivalNumbers>();
  const RopeAmongRivals* rope = derived.numbers<RopeAmongRivals>();
  const Rect room = heading(c, panel, "Rivals", "✓: only m − n counts. But “none” sees no order at all");
  if (!others || !rope || room.width() < c.px(160)) return;
  auto rivals = c.list_of<const RivalMap*>(others->maps.size() + 1);
  for (const RivalMap& rival : others->maps) rivals.push_back(&rival);
  rivals.push_back(&rope->map);
  const float words = room.width() > c.px(420) ? c.px(96) : 0, title = c.px(20), below = c.px(24);
  const auto count = static_cast<float>(rivals.size());
  const float wide = (room.width() - words) / count,
              side = std::floor(std::min(wide - c.px(10), (room.height() - title) / 2 - below));
  if (side < c.px(44)) return draw_badges(c, room, rivals, second, next);
  const float row = side + below;
  if (words > 0)
    for (const int line : {0, 1}) {
      const float y = room.least.y + title + row * static_cast<float>(line);
      text(c, {room.least.x, y + c.px(2)}, c.fonts.bold, c.theme.text, line == 0 ? "same token" : "random");
      if (side < c.px(56)) continue;
      text(c, {room.least.x, y + c.px(21)}, c.fonts.small, c.theme.dim, line == 0 ? "spread along" : "change when");
      text(c, {room.least.x, y + c.px(37)}, c.fonts.small, c.theme.dim, line == 0 ? "diagonals" : "slid by 1 000");
    }
  for (std::size_t i = 0; i < rivals.size(); ++i) {
    const RivalMap& rival = *rivals[i];
    const float left = std::round(room.least.x + words + wide * static_cast<float>(i)), middle = left + side / 2;
    const float top = std::round(room.least.y + title);
    choose(c, rival, {{left, room.least.y}, {left + side, top + row + side}}, second, next);
    const std::string_view name = shortened(c, c.fonts.small, rival.scheme->title, wide - c.px(4));
    text(c, {middle, room.least.y}, c.fonts.small, rival.scheme->name == "rope" ? c.theme.accent : c.theme.text, name,
         Align::centre);
    draw_small(c, {left, top}, side, rival.same);
    draw_small(c, {left, top + row}, side, rival.random);
    verdict(c, {middle, top + side + c.px(2)}, rival.spread, wide - c.px(2));
    verdict(c, {middle, top + row + side + c.px(2)}, rival.change, wide - c.px(2));
  }
}

} // namespace ropescope::pictures
