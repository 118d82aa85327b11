#include "app/pictures/pictures.h"

#include <algorithm>
#include <iterator>

#include "app/canvas/curves.h"
#include "app/canvas/imgui_compat.h"

namespace ropescope::pictures {

namespace {

// In the order in which `render --list` prints them.
constexpr Picture list[] = {
    {"rotations", "Rotations", "the wall of dials: every pair's query, key and the angle between them", View::rotations,
     rotations},
    {"pair", "Pair", "one pair, query and key, with its numbers", View::rotations, pair},
    {"wavelengths", "Wavelengths", "tokens per full turn of every pair, against the trained context", View::wavelengths,
     wavelengths, wavelengths_csv},
    {"score", "Score", "score versus distance: local mean, least and greatest of every integer distance", View::score,
     score, score_csv},
    {"precision", "Precision", "what the arithmetic of real code costs at every position, measured here",
     View::precision, precision, precision_csv},
    {"check", "Check", "what a kernel did, from its input and output (--kernel-in, --kernel-out)", View::check, check},
};

} // namespace

std::span<const Picture> all() { return list; }

const Picture* find(std::string_view name) {
  const auto found = std::find_if(std::begin(list), std::end(list), [&](const Picture& p) { return p.name == name; });
  return found == std::end(list) ? nullptr : found;
}

Rect heading(const Canvas& c, Rect panel, std::string_view title, std::string_view remark) {
  canvas::panel(c, panel);
  const Rect inner = panel.inset(c.px(18), c.px(14));
  const float width = text(c, inner.least, c.fonts.title, c.theme.text, title);
  const float left = width + c.px(12);
  if (!remark.empty() && inner.width() - left > c.px(40))
    text(c, {inner.least.x + left, inner.least.y + c.px(4)}, c.fonts.small, c.theme.dim,
         shortened(c, c.fonts.small, remark, inner.width() - left));
  return {{inner.least.x, inner.least.y + c.px(32)}, inner.greatest};
}

Rect heading_with_legend(const Canvas& c, Rect panel, std::string_view title, std::string_view remark,
                         std::string_view brief_remark, const Derived& derived) {
  float width = c.px(4);
  // 46: a line of 26 as a sample, 6 to the words, 14 to the next sample.
  for (const Series& series : derived.series()) width += text_width(c.fonts.small, series.label) + c.px(46);
  const float free = panel.width() - c.px(50) - text_width(c.fonts.title, title) - width;
  const bool shown = free >= 0;
  const auto fits = [&](std::string_view words) { return !shown || free >= text_width(c.fonts.small, words); };
  const Rect left = heading(c, panel, title, fits(remark) ? remark : fits(brief_remark) ? brief_remark : "");
  if (!shown) return left;
  float x = panel.greatest.x - width;
  const float y = panel.least.y + c.px(18), middle = y + c.px(9);
  for (const Series& series : derived.series()) {
    const ImVec2 ends[] = {{x, middle}, {x + c.px(26), middle}};
    scheme_line(c, ends, series);
    x += c.px(32);
    x += text(c, {x, y}, c.fonts.small, series.current ? c.theme.text : c.theme.dim, series.label) + c.px(14);
  }
  return left;
}

void decades_below(const Canvas& c, Rect plot, const Axis& axis, float least_gap, std::string_view what) {
  for (const Tick& tick : decade_ticks(axis, false, static_cast<int>(plot.width() / c.px(least_gap)), &c.memory)) {
    const float x = axis.pixel(tick.value), half = text_width(c.fonts.small, tick.label) / 2;
    c.paint.line({x, plot.least.y}, {x, plot.greatest.y}, c.theme.grid, 1);
    text(c, {std::min(x, plot.greatest.x - half), plot.greatest.y + c.px(5)}, c.fonts.small, c.theme.dim, tick.label,
         Align::centre);
  }
  text(c, {(plot.least.x + plot.greatest.x) / 2, plot.greatest.y + c.px(22)}, c.fonts.small, c.theme.dim, what,
       Align::centre);
}

ImU32 scheme_colour(const Canvas& c, const Series& series) {
  // Colours belong to schemes. Another layer type may well have the same scheme, so it is told by its dashes.
  if (!series.layer_type.empty()) return c.theme.text;
  return c.theme.of(series.config.rotates ? series.config.scaling.rope_type : RopeType::standard);
}

void scheme_line(const Canvas& c, std::span<const ImVec2> points, const Series& series) {
  constexpr Dash of_layers{{12, 4, 3, 4}};
  const Dash dash = series.current              ? Dash{}
                    : series.layer_type.empty() ? method_dash(series.config.scaling.rope_type)
                                                : of_layers;
  c.paint.polyline(points, scheme_colour(c, series), c.stroke(series.current ? 3.0f : 1.8f), c.dashes(dash));
}

} // namespace ropescope::pictures
