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

struct Strip {
  std::string_view name;
  std::int64_t count;
  std::int64_t places; ///< cells: components that should not turn lie among all of a head
  const std::vector<std::int64_t>* off;
};

/// What there is of each kind in the finding.
std::pmr::vector<Strip> strips_of(const Canvas& c, const CheckedKernel& kernel) {
  const Deviations& off = kernel.finding.off;
  auto strips = c.list_of<Strip>(3);
  if (off.tokens == 0) return strips; // nothing is off
  if (off.pairs > 0) strips.push_back({"pairs", off.pairs, off.pairs, &off.pairs_off});
  if (off.heads > 1) strips.push_back({"heads", off.heads, off.heads, &off.heads_off});
  if (off.rest > 0) strips.push_back({"not to turn", off.rest, kernel.run.shape.head_dim, &off.rest_off});
  return strips;
}

constexpr float strip_row = 24, strip_height = 13;

} // namespace

float strips_height(const Canvas& c, const CheckedKernel& kernel) {
  return c.px(strip_row) * static_cast<float>(strips_of(c, kernel).size());
}

void check_strips(const Canvas& c, Rect room, const CheckedKernel& kernel) {
  const float names = c.px(96), counts = c.px(96);
  if (room.width() < names + counts + c.px(60)) return;
  float y = room.least.y;
  for (const Strip& strip : strips_of(c, kernel)) {
    text(c, {room.least.x, y}, c.fonts.small, c.theme.dim, strip.name);
    draw_strip(c, {{room.least.x + names, y + c.px(3)}, {room.greatest.x - counts, y + c.px(3 + strip_height)}},
               strip.places, *strip.off);
    text(c, {room.greatest.x, y}, c.fonts.mono_small, c.theme.text,
         c.words("{} of {} off", strip.off->size(), strip.count), Align::right);
    y += c.px(strip_row);
  }
}

const std::vector<std::int64_t>* own_positions(const Finding& finding) {
  for (const Cause& cause : finding.causes)
    if (const auto* other = cause.as<cause::PositionsOther>(); other && !other->positions.empty())
      return &other->positions;
  return nullptr;
}

void check_positions(const Canvas& c, Rect panel, const Scene& scene, const CheckedKernel& kernel, Scene& next) {
  const std::vector<std::int64_t>& turned = *own_positions(kernel.finding);
  const Rect room = heading(c, panel, "Measured position of every token", "line: given");
  if (room.height() < c.px(90)) return;
  const auto given = [&](std::size_t row) {
    return static_cast<double>(kernel.position(static_cast<std::int64_t>(row), 0));
  };
  double least = 0, greatest = 1;
  for (std::size_t r = 0; r < turned.size(); ++r)
    for (const double p : {static_cast<double>(turned[r]), given(r)})
      least = std::min(least, p), greatest = std::max(greatest, p);
  const double margin = 0.04 * (greatest - least);
  Plot plot(c, "positions", room,
            {.all = {-0.5, static_cast<double>(turned.size()) - 0.5},
             .title = "row of the file (token)",
             .view = scene.options.range(check_rows_measured),
             .fewest = 4,
             .least_gap = 44},
            {.all = {least - margin, greatest + margin},
             .title = "position (tokens)",
             .view = scene.options.range(check_position),
             .least_gap = 26});
  plot.draw_axes();
  plot.begin();
  auto line = c.list_of<ImVec2>(turned.size());
  for (std::size_t r = 0; r < turned.size(); ++r) line.push_back(plot.at(static_cast<double>(r), given(r)));
  plot.line(line, c.theme.track, 8);
  // No more marks than can be told apart: where the kernel took the given position a dot, else a cross.
  const std::size_t step = 1 + turned.size() / 100;
  for (std::size_t r = 0; r < turned.size(); r += step) {
    const ImVec2 at = plot.at(static_cast<double>(r), static_cast<double>(turned[r]));
    const float arm = c.px(4);
    if (static_cast<double>(turned[r]) == given(r)) {
      c.paint.disc(at, c.px(2.8f), c.theme.good);
      continue;
    }
    c.paint.line({at.x - arm, at.y - arm}, {at.x + arm, at.y + arm}, c.theme.bad, c.stroke(2));
    c.paint.line({at.x - arm, at.y + arm}, {at.x + arm, at.y - arm}, c.theme.bad, c.stroke(2));
  }
  plot.end();
  plot.take_input();
  keep_view(next, check_rows_measured, check_position, plot);
  const auto row_at = [&](float x) {
    return std::clamp<std::int64_t>(std::llround(plot.x.value(x)), 0, static_cast<std::int64_t>(turned.size()) - 1);
  };
  if (plot.hovered()) {
    const std::int64_t row = row_at(c.mouse.x);
    const auto of = static_cast<std::size_t>(row);
    ReadOut table(c, c.words("row {}", grouped(c, static_cast<double>(row))));
    table.add(c.theme.track, "given", grouped(c, given(of)));
    table.add(static_cast<double>(turned[of]) == given(of) ? c.theme.good : c.theme.bad, "measured",
              grouped(c, static_cast<double>(turned[of])));
    read_out_rule(c, plot.area, plot.x.pixel(static_cast<double>(row)));
    table.draw(c.mouse, plot.area);
  }
  if (const auto clicked = plot.clicked()) next.kernel.row = row_at(clicked->x);
}

} // namespace ropescope::pictures
