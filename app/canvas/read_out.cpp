#include "app/canvas/read_out.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace ropescope::canvas {

void ReadOut::draw(ImVec2 at, Rect within, bool may_go) const {
  float names = text_width(c_.fonts.bold, title_), values = 0, units = 0;
  for (const Row& row : rows_) {
    names = std::max(names, text_width(c_.fonts.small, row.name) + c_.px(16));
    values = std::max(values, text_width(c_.fonts.mono_small, row.value));
    if (!row.unit.empty()) units = std::max(units, text_width(c_.fonts.small, row.unit) + c_.px(6));
  }
  const float width = names + values + units + c_.px(42), height = c_.px(34 + 20 * static_cast<float>(rows_.size()));
  // To the right of the point and above it; at its left where the plot ends too soon; and always within the plot.
  // Where the plot is lower than the table, clamp() would get an empty range, hence the max().
  const auto corner_at = [&](bool left, bool below) {
    ImVec2 corner{left ? at.x - c_.px(14) - width : at.x + c_.px(14),
                  below ? at.y + c_.px(14) : at.y - height - c_.px(14)};
    if (corner.x + width > within.greatest.x) corner.x = at.x - c_.px(14) - width;
    corner.x = std::max(corner.x, within.least.x);
    corner.y = std::clamp(corner.y, within.least.y + c_.px(6),
                          std::max(within.least.y + c_.px(6), within.greatest.y - height - c_.px(6)));
    return corner;
  };
  const auto fits = [&](ImVec2 corner) {
    const Rect r{corner, {corner.x + width, corner.y + height}};
    return r.greatest.x <= within.greatest.x && r.greatest.y <= within.greatest.y && is_free(c_, r);
  };
  ImVec2 corner = corner_at(false, false);
  bool free = fits(corner);
  for (const auto& [left, below] : {std::pair{true, false}, std::pair{false, true}, std::pair{true, true}})
    if (!free && fits(corner_at(left, below))) corner = corner_at(left, below), free = true;
  if (may_go && !free) return;
  const Rect table{corner, {corner.x + width, corner.y + height}};
  c_.paint.box(table, with_alpha(c_.theme.raised, 0.95f), c_.px(6));
  c_.paint.frame(table, c_.theme.outline, 1, c_.px(6));
  text(c_, {corner.x + c_.px(12), corner.y + c_.px(7)}, c_.fonts.bold, c_.theme.text, title_);
  float y = corner.y + c_.px(29);
  for (const Row& row : rows_) {
    const float left = corner.x + c_.px(12), right = table.greatest.x - c_.px(12);
    if (row.colour != 0) c_.paint.box({{left, y + c_.px(5)}, {left + c_.px(9), y + c_.px(14)}}, row.colour, c_.px(2));
    text(c_, {left + c_.px(16), y}, c_.fonts.small, c_.theme.dim, row.name);
    // Values end at one line, so that their digits stand below each other; units begin at one.
    text(c_, {right - units, y}, c_.fonts.mono_small, c_.theme.text, row.value, Align::right);
    if (!row.unit.empty()) text(c_, {right - units + c_.px(6), y}, c_.fonts.small, c_.theme.dim, row.unit);
    y += c_.px(20);
  }
}

void read_out_rule(const Canvas& c, Rect area, float x) {
  c.paint.line({x, area.least.y}, {x, area.greatest.y}, with_alpha(c.theme.text, 0.5f), 1);
}

void read_out_dot(const Canvas& c, ImVec2 at, ImU32 colour) {
  if (!std::isfinite(at.x) || !std::isfinite(at.y)) return;
  c.paint.disc(at, c.px(7), c.theme.text);
  c.paint.disc(at, c.px(5), colour);
}

std::optional<std::size_t> snapped(const Canvas& c, std::span<const ImVec2> points, float reach) {
  std::optional<std::size_t> nearest;
  float least = c.px(reach);
  for (std::size_t i = 0; i < points.size(); ++i)
    if (const float d = std::hypot(points[i].x - c.mouse.x, points[i].y - c.mouse.y); d <= least) {
      nearest = i;
      least = d;
    }
  return nearest;
}

} // namespace ropescope::canvas
