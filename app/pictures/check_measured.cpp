#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "app/pictures/check_parts.h"
#include "core/check/causes/positions_other.h"

namespace ropescope::pictures {

namespace {

/// One cell for each of `count` things: a full one is off, the others are right. Neighbours join where there are more
/// things than pixels, and one that is off is never lost among others.
void draw_strip(const Canvas& c, Rect strip, std::int64_t count, const std::vector<std::int64_t>& off) {
  c.paint.box({strip.least, strip.greatest}, mix(c.theme.raised, c.theme.good, 0.35f), c.px(2));
  const float cell = strip.width() / static_cast<float>(count);
  for (const std::int64_t one : off) {
    const float from = strip.least.x + cell * static_cast<float>(one);
    c.paint.box({{from, strip.least.y}, {from + std::max(cell, c.px(2)), strip.greatest.y}}, c.theme.bad);
  }
  if (cell < c.px(5)) return;
  for (std::int64_t i = 1; i < count; ++i) {
    const float at = strip.least.x + cell * static_cast<float>(i);
    c.paint.line({at, strip.least.y}, {at, strip.greatest.y}, with_alpha(c.theme.panel, 0.6f), 1);
  }
}

/// The position that each row was turned by, on the one that it was given.
void draw_positions(const Canvas& c, Rect area, const CheckedKernel& kernel, const std::vector<std::int64_t>& turned) {
  const auto rows = static_cast<double>(turned.size());
  double least = 0, greatest = 1;
  for (std::size_t r = 0; r < turned.size(); ++r)
    for (const std::int64_t p : {turned[r], kernel.position(static_cast<std::int64_t>(r), 0)}) {
      least = std::min(least, static_cast<double>(p));
      greatest = std::max(greatest, static_cast<double>(p));
    }
  const Axis x{0, std::max(1.0, rows - 1), area.least.x + c.px(4), area.greatest.x - c.px(4), Scale::linear};
  const Axis y{least, greatest, area.greatest.y - c.px(4), area.least.y + c.px(18), Scale::linear};
  c.paint.box({area.least, area.greatest}, c.theme.raised, c.px(3));
  text(c, {area.least.x + c.px(6), area.least.y + c.px(1)}, c.fonts.small, c.theme.dim,
       "position by row: line given, crosses turned by");
  auto line = c.list_of<ImVec2>(turned.size());
  for (std::size_t r = 0; r < turned.size(); ++r)
    line.emplace_back(x.pixel(static_cast<double>(r)),
                      y.pixel(static_cast<double>(kernel.position(static_cast<std::int64_t>(r), 0))));
  c.paint.polyline(line, c.theme.good, c.stroke(2));
  // No more crosses than can be told apart.
  const std::size_t step = 1 + turned.size() / 80;
  const float arm = c.px(3);
  for (std::size_t r = 0; r < turned.size(); r += step) {
    const ImVec2 at{x.pixel(static_cast<double>(r)), y.pixel(static_cast<double>(turned[r]))};
    c.paint.line({at.x - arm, at.y - arm}, {at.x + arm, at.y + arm}, c.theme.bad, c.stroke(1.5f));
    c.paint.line({at.x - arm, at.y + arm}, {at.x + arm, at.y - arm}, c.theme.bad, c.stroke(1.5f));
  }
}

/// The positions that were measured of the rows; null where the kernel took those given, or others by a rule.
const std::vector<std::int64_t>* own_positions(const Finding& finding) {
  for (const Cause& cause : finding.causes)
    if (const auto* other = cause.as<cause::PositionsOther>(); other && !other->positions.empty())
      return &other->positions;
  return nullptr;
}

} // namespace

void check_measured(const Canvas& c, Rect panel, const CheckedKernel& kernel) {
  const Deviations& off = kernel.finding.off;
  const Rect room = heading(c, panel, "What was measured", "which pairs, heads and components are off");
  constexpr float row_height = 26, strip_height = 14;
  const float names = c.px(150), counts = c.px(96);
  float y = room.least.y + c.px(4);
  const auto strip = [&](std::string_view name, std::int64_t count, const std::vector<std::int64_t>& wrong) {
    if (count < 1 || y + c.px(row_height) > room.greatest.y) return;
    text(c, {room.least.x, y}, c.fonts.body, c.theme.dim, name);
    draw_strip(c, {{room.least.x + names, y + c.px(3)}, {room.greatest.x - counts, y + c.px(3 + strip_height)}}, count,
               wrong);
    text(c, {room.greatest.x, y}, c.fonts.mono_small, c.theme.text, c.words("{} of {}", wrong.size(), count),
         Align::right);
    y += c.px(row_height);
  };
  strip("pairs", off.pairs, off.pairs_off);
  if (off.heads > 1) strip("heads", off.heads, off.heads_off);
  strip("behind the turned", off.rest, off.rest_off);
  if (const auto* turned = own_positions(kernel.finding); turned && y + c.px(60) < room.greatest.y) {
    const float bottom = std::min(y + c.px(96), room.greatest.y);
    draw_positions(c, {{room.least.x, y + c.px(2)}, {room.greatest.x, bottom}}, kernel, *turned);
    y = bottom + c.px(6);
  }
  // What the strips do not say, as far as there is room; the command line prints all of it.
  const std::size_t drawn = off.rest > 0 ? 3 : 2;
  for (std::size_t i = std::min(drawn, kernel.finding.observed.size()); i < kernel.finding.observed.size(); ++i) {
    const std::string& line = kernel.finding.observed[i];
    const float lines = std::ceil(text_width(c.fonts.small, line) / std::max(1.0f, room.width() * 0.95f));
    if (y + c.px(20) * lines > room.greatest.y + c.px(6)) return;
    y = wrapped_text(c, {room.least.x, y}, room.width(), c.fonts.small, c.theme.text, line);
  }
}

} // namespace ropescope::pictures
