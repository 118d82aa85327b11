#include "app/pictures/pictures.h"

#include <algorithm>
#include <iterator>

#include "app/plot/curves.h"
#include "app/ui/imgui_compat.h"

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

ui::Rect heading(const ui::Canvas& c, ui::Rect panel, std::string_view title, std::string_view remark) {
  ui::panel(c, panel);
  const ui::Rect inner = panel.inset(c.px(18), c.px(14));
  const float width = ui::text(c, inner.least, c.fonts.title, c.theme.text, title);
  const float left = width + c.px(12);
  if (!remark.empty() && inner.width() - left > c.px(40))
    ui::text(c, {inner.least.x + left, inner.least.y + c.px(4)}, c.fonts.small, c.theme.dim,
             ui::shortened(c, c.fonts.small, remark, inner.width() - left));
  return {{inner.least.x, inner.least.y + c.px(32)}, inner.greatest};
}

ui::Rect heading_with_legend(const ui::Canvas& c, ui::Rect panel, std::string_view title, std::string_view remark,
                             std::string_view brief_remark, const Derived& derived) {
  float width = c.px(4);
  // 46: a line of 26 as a sample, 6 to the words, 14 to the next sample.
  for (const Series& series : derived.series()) width += ui::text_width(c.fonts.small, series.label) + c.px(46);
  const float free = panel.width() - c.px(50) - ui::text_width(c.fonts.title, title) - width;
  const bool shown = free >= 0;
  const auto fits = [&](std::string_view words) { return !shown || free >= ui::text_width(c.fonts.small, words); };
  const ui::Rect left = heading(c, panel, title, fits(remark) ? remark : fits(brief_remark) ? brief_remark : "");
  if (!shown) return left;
  float x = panel.greatest.x - width;
  const float y = panel.least.y + c.px(18), middle = y + c.px(9);
  for (const Series& series : derived.series()) {
    const ImVec2 ends[] = {{x, middle}, {x + c.px(26), middle}};
    scheme_line(c, ends, series);
    x += c.px(32);
    x += ui::text(c, {x, y}, c.fonts.small, series.current ? c.theme.text : c.theme.dim, series.label) + c.px(14);
  }
  return left;
}

void decades_below(const ui::Canvas& c, ui::Rect plot, const plot::Axis& axis, float least_gap, std::string_view what) {
  for (const plot::Tick& tick :
       plot::decade_ticks(axis, false, static_cast<int>(plot.width() / c.px(least_gap)), &c.memory)) {
    const float x = axis.pixel(tick.value), half = ui::text_width(c.fonts.small, tick.label) / 2;
    c.list->AddLine({x, plot.least.y}, {x, plot.greatest.y}, c.theme.grid, 1);
    ui::text(c, {std::min(x, plot.greatest.x - half), plot.greatest.y + c.px(5)}, c.fonts.small, c.theme.dim,
             tick.label, ui::Align::centre);
  }
  ui::text(c, {(plot.least.x + plot.greatest.x) / 2, plot.greatest.y + c.px(22)}, c.fonts.small, c.theme.dim, what,
           ui::Align::centre);
}

void label_on(const ui::Canvas& c, ImVec2 at, ImU32 colour, std::string_view words) {
  const float width = ui::text_width(c.fonts.small, words), height = compat::font_size(c.fonts.small);
  c.list->AddRectFilled({at.x - c.px(3), at.y}, {at.x + width + c.px(3), at.y + height * 1.15f},
                        ui::with_alpha(c.theme.panel, 0.86f), c.px(3));
  ui::text(c, at, c.fonts.small, colour, words);
}

ImU32 scheme_colour(const ui::Canvas& c, const Series& series) {
  // Colours belong to schemes. Another layer type may well have the same scheme, so it is told by its dashes.
  if (!series.layer_type.empty()) return c.theme.text;
  return c.theme.of(series.config.rotates ? series.config.scaling.rope_type : RopeType::standard);
}

void scheme_line(const ui::Canvas& c, std::span<const ImVec2> points, const Series& series) {
  constexpr ui::Dash of_layers{{12, 4, 3, 4}};
  const ui::Dash dash = series.current              ? ui::Dash{}
                        : series.layer_type.empty() ? ui::method_dash(series.config.scaling.rope_type)
                                                    : of_layers;
  plot::draw_line(c.list, points, scheme_colour(c, series), c.px(series.current ? 3.0f : 1.8f), dash, c.scale);
}

} // namespace ropescope::pictures
