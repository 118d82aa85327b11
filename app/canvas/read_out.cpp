#include "app/canvas/read_out.h"

#include <algorithm>
#include <cmath>

#include "app/canvas/attention.h"
#include "app/canvas/legend.h"

namespace ropescope::canvas {

/// The table as spreadsheets take it: a line for each row, parted by tabs.
std::string_view ReadOut::copied() const {
  std::string_view all = title_;
  for (const Row& row : rows_)
    all = row.unit.empty() ? c_.words("{}\n{}\t{}", all, row.name, row.value)
                           : c_.words("{}\n{}\t{}\t{}", all, row.name, row.value, row.unit);
  return all;
}

ImVec2 ReadOut::corner(ImVec2 at, Rect within, ImVec2 size) const {
  const float beside = c_.px(14), edge = c_.px(6);
  const float left = within.least.x + edge, right = within.greatest.x - edge - size.x;
  const float top = within.least.y + edge, bottom = within.greatest.y - edge - size.y;
  const ImVec2 places[] = {{at.x + beside, at.y - size.y - beside},
                           {at.x - beside - size.x, at.y - size.y - beside},
                           {at.x + beside, at.y + beside},
                           {at.x - beside - size.x, at.y + beside},
                           {right, top},
                           {left, bottom},
                           {left, top},
                           {right, bottom}};
  ImVec2 best = places[0];
  std::size_t least = 2 * avoided_.size() + 2;
  for (const ImVec2 place : places) {
    // Always within: where the plot is smaller than the table, the table begins at its corner.
    const ImVec2 from{std::max(left, std::min(place.x, right)), std::max(top, std::min(place.y, bottom))};
    const Rect table{from, {from.x + size.x, from.y + size.y}};
    // Moved over the point itself it would hide what is read.
    const bool over = table.contains(at);
    const auto covered = static_cast<std::size_t>(std::count_if(avoided_.begin(), avoided_.end(),
                                                                [&](ImVec2 p) { return table.contains(p); })) +
                         (over ? avoided_.size() : 0) + (is_free(c_, table) ? 0 : avoided_.size() + 1);
    if (covered < least) best = from, least = covered;
  }
  return best;
}

void ReadOut::draw(ImVec2 at, Rect within, bool may_go) const {
  const float square = 16, sample = curve_sample_width + 7;
  float before = 0; // room for what stands before the names
  for (const Row& row : rows_) before = std::max(before, c_.px(row.curve ? sample : square));
  float names = text_width(c_.fonts.bold, title_), values = 0, units = 0;
  for (const Row& row : rows_) {
    names = std::max(names, text_width(c_.fonts.small, row.name) + before);
    values = std::max(values, text_width(c_.fonts.mono_small, row.value));
    if (!row.unit.empty()) units = std::max(units, text_width(c_.fonts.small, row.unit) + c_.px(6));
  }
  const ImVec2 size{names + values + units + c_.px(42), c_.px(34 + 20 * static_cast<float>(rows_.size()))};
  const ImVec2 corner = this->corner(at, within, size);
  const Rect table{corner, {corner.x + size.x, corner.y + size.y}};
  offer_value(c_, within, copied());
  // More than a fifth of a small plot would be its curves.
  if (may_go && size.x * size.y > 0.2f * within.width() * within.height()) return;
  if (may_go && (!is_free(c_, table) || table.greatest.x > within.greatest.x || table.greatest.y > within.greatest.y))
    return;
  // In a small plot every place beside the curves is on them.
  const bool small = within.width() < c_.px(700) || within.height() < c_.px(300);
  if (may_go && small && std::any_of(avoided_.begin(), avoided_.end(), [&](ImVec2 p) { return table.contains(p); }))
    return;
  c_.paint.box(table, with_alpha(c_.theme.raised, 0.95f), c_.px(6));
  c_.paint.frame(table, c_.theme.outline, 1, c_.px(6));
  text(c_, {corner.x + c_.px(12), corner.y + c_.px(7)}, c_.fonts.bold, c_.theme.text, title_);
  float y = corner.y + c_.px(29);
  for (const Row& row : rows_) {
    const float left = corner.x + c_.px(12), right = table.greatest.x - c_.px(12);
    if (row.curve)
      curve_sample(c_, {left, y + c_.px(9.5f)}, row.colour, row.dash);
    else if (row.colour != 0)
      c_.paint.box({{left, y + c_.px(5)}, {left + c_.px(9), y + c_.px(14)}}, row.colour, c_.px(2));
    text(c_, {left + before, y}, c_.fonts.small, c_.theme.dim, row.name);
    // Values end at one line, so that their digits stand below each other; units begin at one.
    text(c_, {right - units, y}, c_.fonts.mono_small, c_.theme.text, row.value, Align::right);
    if (!row.unit.empty()) text(c_, {right - units + c_.px(6), y}, c_.fonts.small, c_.theme.dim, row.unit);
    y += c_.px(20);
  }
}

void read_out_rule(const Canvas& c, Rect area, float x) {
  c.paint.line({x, area.least.y}, {x, area.greatest.y}, with_alpha(c.theme.text, 0.5f), c.hairline());
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
