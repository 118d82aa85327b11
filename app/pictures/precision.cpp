#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "app/canvas/axis.h"
#include "app/canvas/curves.h"
#include "app/canvas/imgui_compat.h"
#include "app/pictures/pictures.h"
#include "core/analysis/precision.h"

namespace ropescope::pictures {

namespace {

// The axis of errors: from below the rounding of float32 (6e-8) to above 2, the greatest that cos or sin can be off.
constexpr double least_error = 1e-8, greatest_error = 4;
constexpr float row_height = 21, line_height = 104, legend_width = 236;

/// Every recipe has a colour and a dash of its own.
ImU32 colour_of(const Canvas& c, std::size_t recipe) { return c.theme.recipe[recipe % c.theme.recipe.size()]; }

Dash dash_of(std::size_t recipe) {
  constexpr float none = 0;
  // A dash of length 0 is a solid line. In the order of the recipes, as the colours of the theme.
  constexpr Dash dashes[] = {{}, {}, {{10, 5, 10, 5}}, {{4, 4, 4, 4}}, {{10, 4, 2, 4}}, {{none}}, {{14, 4, 2, 4}}};
  return dashes[recipe % std::size(dashes)];
}

struct Axes2 {
  Rect area;
  Axis x, y;
};

void draw_axes(const Canvas& c, const Axes2& p) {
  for (const Tick& tick : decade_ticks(p.y, true, static_cast<int>(p.area.height() / c.px(26)), &c.memory)) {
    const float y = p.y.pixel(tick.value);
    c.paint.line({p.area.least.x, y}, {p.area.greatest.x, y}, c.theme.grid, 1);
    text(c, {p.area.least.x - c.px(8), y - c.px(9)}, c.fonts.small, c.theme.dim, tick.label, Align::right);
  }
  decades_below(c, p.area, p.x, 80, "position (tokens)");
}

void draw_trained(const Canvas& c, const Axes2& p, double trained) {
  if (trained <= 1 || trained >= p.x.greatest) return;
  const float x = p.x.pixel(trained);
  c.rule({x, p.area.least.y}, {x, p.area.greatest.y}, c.theme.text, 1.4f, 7, 4);
  const std::string words = "trained " + grouped(trained);
  const float width = text_width(c.fonts.small, words);
  const bool inside = x + c.px(8) + width < p.area.greatest.x;
  label_on(c, {inside ? x + c.px(8) : x - c.px(8) - width, p.area.greatest.y - c.px(21)}, c.theme.dim, words);
}

void draw_curve(const Canvas& c, const Axes2& p, const Precision& precision, const PrecisionCurve& curve) {
  std::vector<ImVec2> points;
  for (std::size_t i = 0; i < curve.errors.size(); ++i)
    points.emplace_back(p.x.pixel(static_cast<double>(precision.positions[i])),
                        p.y.pixel(std::clamp(curve.errors[i], least_error, greatest_error)));
  const ImU32 colour = colour_of(c, curve.recipe);
  if (curve.on_gpu) { // dots upon the CPU's line
    // About 28 dots: enough to see that they lie on the line, few enough to see the line.
    for (std::size_t i = 0; i < points.size(); i += std::max<std::size_t>(1, points.size() / 28))
      c.paint.circle(points[i], c.px(3.2f), colour, c.stroke(1.4f));
    return;
  }
  c.paint.polyline(points, colour, c.stroke(2.2f), c.dashes(dash_of(curve.recipe)));
}

std::string number(double error) { return error == 0 ? "0" : fmt::format("{:.1e}", error); }

/// Right of the plot: which curve is which, and its cost at m.
void draw_legend(const Canvas& c, Rect room, const Precision& precision, std::int64_t m) {
  // The first measured position that is not before m: the nearest that has a number, hence "near m".
  const auto at_m = std::min<std::size_t>(
      precision.positions.size() - 1,
      static_cast<std::size_t>(std::lower_bound(precision.positions.begin(), precision.positions.end(), m) -
                               precision.positions.begin()));
  float y = room.least.y;
  text(c, {room.greatest.x, y}, c.fonts.small, c.theme.dim, fmt::format("near m = {}", grouped(static_cast<double>(m))),
       Align::right);
  y += c.px(row_height + 3);
  for (const PrecisionCurve& curve : precision.curves) {
    if (curve.on_gpu) continue;
    const ImVec2 ends[] = {{room.least.x, y + c.px(9)}, {room.least.x + c.px(26), y + c.px(9)}};
    c.paint.polyline(ends, colour_of(c, curve.recipe), c.stroke(2.4f), c.dashes(dash_of(curve.recipe)));
    text(c, {room.least.x + c.px(34), y}, c.fonts.small, c.theme.text, curve.label);
    text(c, {room.greatest.x, y}, c.fonts.mono_small, c.theme.dim, number(curve.errors[at_m]), Align::right);
    y += c.px(row_height);
  }
  if (std::any_of(precision.curves.begin(), precision.curves.end(), [](const auto& curve) { return curve.on_gpu; })) {
    c.paint.circle({room.least.x + c.px(13), y + c.px(9)}, c.px(3.2f), c.theme.dim, c.stroke(1.4f));
    text(c, {room.least.x + c.px(34), y}, c.fonts.small, c.theme.dim, "the same on the GPU");
  }
}

/// The same recipe on the GPU; null where it was not measured there.
const PrecisionCurve* on_gpu(const Precision& precision, const PrecisionCurve& on_cpu) {
  for (const PrecisionCurve& curve : precision.curves)
    if (curve.on_gpu && curve.recipe == on_cpu.recipe) return &curve;
  return nullptr;
}

/// The same numbers at round positions, to be read off: the CPU's, and beside them the GPU's.
void draw_table(const Canvas& c, Rect room, const Precision& precision) {
  const float names = c.px(170), width = (room.width() - names) / static_cast<float>(precision.table_positions.size());
  const float of_gpu = std::min(width * 0.48f, c.px(84));
  float y = room.least.y;
  const auto column = [&](std::size_t k) { return room.least.x + names + width * static_cast<float>(k + 1); };
  text(c, {room.least.x, y}, c.fonts.small, c.theme.dim, "CPU, GPU at position");
  for (std::size_t k = 0; k < precision.table_positions.size(); ++k)
    text(c, {column(k), y}, c.fonts.small, c.theme.dim, grouped(static_cast<double>(precision.table_positions[k])),
         Align::right);
  y += c.px(row_height);
  c.paint.line({room.least.x, y - c.px(1)}, {room.greatest.x, y - c.px(1)}, c.theme.grid, 1);
  for (const PrecisionCurve& curve : precision.curves) {
    if (curve.on_gpu) continue;
    const PrecisionCurve* twin = on_gpu(precision, curve);
    text(c, {room.least.x, y}, c.fonts.small, c.theme.text, curve.label);
    for (std::size_t k = 0; k < curve.table.size(); ++k) {
      text(c, {column(k) - of_gpu, y}, c.fonts.mono_small, c.theme.text, number(curve.table[k]), Align::right);
      text(c, {column(k), y}, c.fonts.mono_small, c.theme.dim, twin ? number(twin->table[k]) : "–", Align::right);
    }
    y += c.px(row_height);
  }
}

/// A number line around m (pixels): large dots are positions that the format can hold, small dots are others. An arrow
/// shows which one the format makes of m: the nearest.
void draw_number_line(const Canvas& c, Rect room, NumberFormat format, const char* name, std::int64_t m) {
  const std::int64_t step = representable_step(format, m), to = represented(format, m);
  // Three steps of the format to either side, so that a few of its numbers are always seen.
  const std::int64_t reach = std::max<std::int64_t>(8, 3 * step);
  const Axis x{static_cast<double>(m - reach), static_cast<double>(m + reach), room.least.x + c.px(126),
               room.greatest.x - c.px(8), Scale::linear};
  const float y = room.least.y + c.px(16);
  text(c, {room.least.x, y - c.px(10)}, c.fonts.bold, c.theme.text, name);
  c.paint.line({x.first_pixel, y}, {x.last_pixel, y}, c.theme.outline, c.stroke(1.5f));
  // Where single positions would be less than 5 pixels (at scale 1) apart, only the format's numbers are drawn. Half a
  // step is then enough of a stride: it meets each of them.
  const bool crowded = (x.last_pixel - x.first_pixel) / static_cast<float>(2 * reach) < c.px(5);
  const std::int64_t stride = crowded ? std::max<std::int64_t>(1, step / 2) : 1;
  for (std::int64_t p = std::max<std::int64_t>(0, (m - reach + stride - 1) / stride * stride); p <= m + reach;
       p += stride) {
    const ImVec2 at{x.pixel(static_cast<double>(p)), y};
    if (step > 0 && represented(format, p) == p)
      c.paint.disc(at, c.px(4), c.theme.seen);
    else if (!crowded)
      c.paint.disc(at, c.px(1.6f), c.theme.faint);
  }
  const float from = x.pixel(static_cast<double>(m));
  const std::string of_m = grouped(static_cast<double>(m));
  c.paint.triangle({from, y - c.px(4)}, {from - c.px(5), y - c.px(13)}, {from + c.px(5), y - c.px(13)}, c.theme.query);
  std::string words;
  if (step == 0)
    words = fmt::format("none beyond 65 504: {} is infinite", of_m);
  else if (to == m)
    words =
        fmt::format("every {}: {} is one of them", step == 1 ? "integer" : grouped(static_cast<double>(step)), of_m);
  else
    words = fmt::format("every {}: {} becomes {}", grouped(static_cast<double>(step)), of_m,
                        grouped(static_cast<double>(to)));
  text(c, {x.first_pixel, y + c.px(7)}, c.fonts.small, to == m ? c.theme.dim : c.theme.bad, words);
  if (step > 0 && to != m && to >= 0) {
    const float end = x.pixel(static_cast<double>(to));
    c.paint.line({from, y - c.px(4)}, {end, y - c.px(4)}, c.theme.bad, c.stroke(2));
    c.paint.circle({end, y}, c.px(6.5f), c.theme.bad, c.stroke(2));
  }
}

std::ptrdiff_t recipe_count(const Precision& precision) {
  return std::count_if(precision.curves.begin(), precision.curves.end(),
                       [](const auto& curve) { return !curve.on_gpu; });
}

} // namespace

void precision(const Canvas& c, Rect panel, const Scene& scene, const Derived& derived, Scene& next) {
  const Rect room =
      heading(c, panel, "Precision", "what the arithmetic of real code costs: the worst pair's error in cos and sin");
  const Precision& measured = derived.precision();
  if (measured.positions.empty()) return;
  const float lines = c.px(line_height), rows = static_cast<float>(recipe_count(measured) + 1) * c.px(row_height);
  // The table only where the plot keeps 190 pixels: the curves matter more, and the picture's CSV has the same table.
  const bool tabled = room.height() - rows - lines > c.px(190);
  const float foot = lines + (tabled ? rows + c.px(16) : 0);
  const float legend = std::min(c.px(legend_width), room.width() * 0.3f);
  const Rect area{{room.least.x + c.px(46), room.least.y + c.px(8)},
                  {room.greatest.x - legend - c.px(20), room.greatest.y - foot - c.px(50)}};
  const Axes2 p{area,
                {1, static_cast<double>(measured.positions.back()), area.least.x, area.greatest.x, Scale::log},
                {least_error, greatest_error, area.greatest.y, area.least.y, Scale::log}};
  draw_axes(c, p);
  c.paint.push_clip(area);
  const float at_m = p.x.pixel(static_cast<double>(std::max<std::int64_t>(1, scene.m)));
  c.rule({at_m, area.least.y}, {at_m, area.greatest.y}, c.theme.query, 1.4f, 2, 3);
  for (const PrecisionCurve& curve : measured.curves) draw_curve(c, p, measured, curve);
  c.paint.pop_clip();
  draw_trained(c, p, derived.trained_length());
  draw_legend(c, {{area.greatest.x + c.px(20), area.least.y}, {room.greatest.x, area.greatest.y}}, measured, scene.m);
  if (tabled)
    draw_table(c, {{room.least.x, area.greatest.y + c.px(52)}, {room.greatest.x, room.greatest.y - lines}}, measured);

  const float top = room.greatest.y - lines + c.px(8);
  text(c, {room.least.x, top}, c.fonts.small, c.theme.dim, "positions that a format has, around m");
  const float half = room.width() / 2 - c.px(12);
  draw_number_line(c, {{room.least.x, top + c.px(32)}, {room.least.x + half, room.greatest.y}}, NumberFormat::bfloat16,
                   "bfloat16", scene.m);
  draw_number_line(c, {{room.least.x + half + c.px(24), top + c.px(32)}, room.greatest}, NumberFormat::float16,
                   "float16", scene.m);
  if (c.clicked && area.contains(c.mouse)) {
    next.m = std::lround(p.x.value(c.mouse.x));
    settle(next);
  }
}

std::string precision_csv(const Derived& derived) {
  const Precision& measured = derived.precision();
  std::string text = "position";
  for (const PrecisionCurve& curve : measured.curves)
    fmt::format_to(std::back_inserter(text), ",\"{} {}\"", curve.label, curve.on_gpu ? "GPU" : "CPU");
  for (std::size_t k = 0; k < measured.table_positions.size(); ++k) {
    fmt::format_to(std::back_inserter(text), "\n{}", measured.table_positions[k]);
    for (const PrecisionCurve& curve : measured.curves)
      fmt::format_to(std::back_inserter(text), ",{:.9g}", curve.table[k]);
  }
  return text + '\n';
}

} // namespace ropescope::pictures
