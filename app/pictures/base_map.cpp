#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include <fmt/format.h>

#include "app/canvas/axis_view.h"
#include "app/canvas/imgui_compat.h"
#include "app/pictures/base_map_dots.h"
#include "app/pictures/parts.h"
#include "app/scene/presets.h"

namespace ropescope::pictures {

namespace {

// The whole map: context lengths that are in use, and bases around all that are.
constexpr double least_length = 1024, greatest_length = static_cast<double>(base_map_reach), least_base = 1e3,
                 greatest_base = 1e9;
constexpr double greatest_shade = 0.45; ///< of the colours: few cells are further from 0
constexpr int shades = 1024;            // more than a screen tells apart

constexpr Property options[] = {
    view_row("base-map.x", "tokens", "context lengths that are seen"),
    view_row("base-map.y", "", "bases that are seen"),
    view_row("base-map.cut", "", "scores that are seen in the cut beside the map"),
    flag_row("base-map.pairs", "colour by pairs",
             "cells are coloured by how many pairs make less than one turn within the length, not by the least score"),
};
constexpr const Property &view_x = options[0], &view_y = options[1], &view_cut = options[2], &by_pairs = options[3];

AxisSpec lengths(const Scene& scene) {
  return {.all = {least_length, greatest_length},
          .scale = Scale::log,
          .labels = Labels::powers_of_two,
          .title = "context length L (tokens)",
          .view = scene.options.range(view_x),
          .least_gap = 44,
          .end_labelled = true};
}

AxisSpec bases(const Scene& scene) {
  return {.all = {least_base, greatest_base},
          .scale = Scale::log,
          .labels = Labels::powers_of_ten,
          .title = "base b (a larger one turns slow pairs more slowly)",
          .view = scene.options.range(view_y),
          .least_gap = 24};
}

std::int64_t rotary_dim(const Derived& derived) { return 2 * std::max<std::int64_t>(1, derived.trained().pairs()); }

double place(double base) { return std::log10(base) * static_cast<double>(fine_base_grid.steps); }

/// Rows of the map are some three pixels high: 241 of them in a window of usual size, twice as many on a large screen,
/// and where the view is narrower, rows between. Of a head with more pairs, whose rows take longer, they are higher.
std::int64_t row_step(const Scene& scene, const Derived& derived) {
  constexpr std::int64_t large_screen = 1700; // columns of Derived, each two pixels wide
  std::int64_t step = derived.columns() > large_screen ? 32 : 64;
  for (std::int64_t dim = rotary_dim(derived); dim > 128; dim /= 2) step *= 2;
  const Range seen = AxisView(bases(scene)).shown();
  double zoom = std::log(greatest_base / least_base) / std::log(seen.greatest / seen.least);
  for (; zoom >= 2 && step > 1; zoom /= 2) step /= 2;
  return step;
}

void update(const Scene& scene, Derived& derived, gpu::Engines&, Patience patience) {
  const std::int64_t dim = rotary_dim(derived);
  const ModelDots& models = derived.numbers<ModelDots>(dim, [&] { return model_dots(dim); });
  const Range seen = AxisView(bases(scene)).shown();
  const std::int64_t step = row_step(scene, derived);
  const BaseMapWish wish{dim, static_cast<std::int64_t>(std::floor(place(seen.least))) / step * step,
                         static_cast<std::int64_t>(std::ceil(place(seen.greatest))), step, scene.rope.base};
  derived.show_base_map(wish, models.bases, published_base_bound(derived.trained_length()), patience);
}

/// The row whose base is nearest; null where there is none yet.
const LeastScores* nearest_row(std::span<const LeastScores> rows, double base) {
  const LeastScores* nearest = nullptr;
  for (const LeastScores& row : rows)
    if (!nearest || std::abs(std::log(row.base / base)) < std::abs(std::log(nearest->base / base))) nearest = &row;
  return nearest;
}

std::int64_t selected_length(const Derived& derived) {
  return std::clamp<std::int64_t>(std::llround(derived.trained_length()), 1, base_map_reach);
}

/// Below 0 in vermilion, as bad news, above in blue.
ImU32 shade(const Canvas& c, double score) { return signed_colour(c.theme, -score / greatest_shade); }

using Shades = std::array<ImU32, shades>;

Shades all_shades(const Canvas& c) {
  Shades all{};
  for (int s = 0; s < shades; ++s)
    all[static_cast<std::size_t>(s)] = shade(c, greatest_shade * (2.0 * s / (shades - 1) - 1));
  return all;
}

ImU32 shade_of(const Shades& all, double score) {
  const double share = std::clamp(score / greatest_shade, -1.0, 1.0);
  return all[static_cast<std::size_t>(std::lround((share + 1) / 2 * (shades - 1)))];
}

/// The colours of one row at rising lengths.
void colour_row(const LeastScores& row, std::span<const std::int64_t> lengths, const Shades& all,
                std::span<ImU32> colours, ImU32 unknown) {
  std::size_t fall = 0;
  for (std::size_t column = 0; column < lengths.size(); ++column) {
    while (fall + 1 < row.falls.size() && row.falls[fall + 1].distance <= lengths[column]) ++fall;
    colours[column] = lengths[column] > row.reach ? unknown : shade_of(all, row.falls[fall].score);
  }
}

/// The same by the pairs that make less than one turn: none is the ground, all are vermilion. Of the row's own base,
/// known or not: this takes no sum over distances.
void colour_row_by_pairs(const Canvas& c, double base, std::int64_t dim, std::span<const std::int64_t> lengths,
                         std::span<ImU32> colours) {
  std::int64_t before = -1;
  for (std::size_t column = 0; column < lengths.size(); ++column) {
    const std::int64_t below = pairs_below_a_turn(base, dim, static_cast<double>(lengths[column]));
    colours[column] = below == before && column > 0
                          ? colours[column - 1]
                          : signed_colour(c.theme, 2 * static_cast<double>(below) / static_cast<double>(dim));
    before = below;
  }
}

/// Each row of the grid has the colours of the nearest row that is known, so that a map which is still being filled has
/// coarse cells and no holes.
void draw_cells(const Canvas& c, const Plot& plot, const Scene& scene, const Derived& derived) {
  const std::int64_t step = row_step(scene, derived);
  const auto first = static_cast<std::int64_t>(
                 std::floor(std::max(place(least_base), place(plot.y.least)) / static_cast<double>(step))),
             last = static_cast<std::int64_t>(
                 std::ceil(std::min(place(greatest_base), place(plot.y.greatest)) / static_cast<double>(step)));
  auto whole = c.list_of<const LeastScores*>(derived.base_map().rows().size());
  for (const LeastScores& row : derived.base_map().rows()) whole.push_back(&row);
  if ((whole.empty() && !scene.options.flag(by_pairs)) || last < first) return;
  const auto columns = static_cast<std::size_t>(std::max(1.0f, std::round(plot.area.width())));
  auto lengths = c.list_of<std::int64_t>(columns);
  for (std::size_t x = 0; x < columns; ++x)
    lengths.push_back(
        std::max<std::int64_t>(1, std::llround(plot.x.value(plot.area.least.x + static_cast<float>(x) + 0.5f))));
  const Shades all = all_shades(c);
  const auto rows = static_cast<std::size_t>(last - first + 1);
  auto colours = c.list_of<ImU32>(rows * columns);
  colours.resize(rows * columns);
  std::size_t near = whole.empty() ? 0 : whole.size() - 1;
  for (std::size_t r = 0; r < rows; ++r) { // from the top, the greatest base
    const double wanted = static_cast<double>((last - static_cast<std::int64_t>(r)) * step);
    if (scene.options.flag(by_pairs)) {
      colour_row_by_pairs(c, std::pow(10.0, wanted / static_cast<double>(fine_base_grid.steps)), rotary_dim(derived),
                          lengths, std::span(colours).subspan(r * columns, columns));
      continue;
    }
    while (near > 0 && std::abs(place(whole[near - 1]->base) - wanted) <= std::abs(place(whole[near]->base) - wanted))
      --near;
    colour_row(*whole[near], lengths, all, std::span(colours).subspan(r * columns, columns), c.theme.panel);
  }
  const auto edge = [&](double k) {
    return plot.y.pixel(std::pow(10.0, k * static_cast<double>(step) / static_cast<double>(fine_base_grid.steps)));
  };
  c.paint.image({{plot.area.least.x, edge(static_cast<double>(last) + 0.5)},
                 {plot.area.greatest.x, edge(static_cast<double>(first) - 0.5)}},
                static_cast<std::int64_t>(columns), static_cast<std::int64_t>(rows), colours);
}

/// The length whose published bound a base is.
double published_length_of(double base) {
  const double at_1 = published_base_bound(1), at_2 = published_base_bound(2);
  return std::exp2(std::log(base / at_1) / std::log(at_2 / at_1)); // the bound is a power of the length
}

/// The border: of every base the first distance whose score is below 0. Bases without one end the line.
void draw_border(const Canvas& c, const Plot& plot, const Derived& derived) {
  auto points = c.list_of<ImVec2>(derived.base_map().rows().size());
  for (const LeastScores& row : derived.base_map().rows()) {
    const auto negative = row.first_negative();
    const float beyond = std::numeric_limits<float>::quiet_NaN();
    points.push_back(negative ? plot.at(static_cast<double>(*negative), row.base) : ImVec2(beyond, beyond));
  }
  c.paint.begin_group("border");
  // Where rows are thinner than two pixels a line of that width would be a band.
  const float row = plot.y.pixel(1) - plot.y.pixel(std::pow(10.0, 64.0 / static_cast<double>(fine_base_grid.steps)));
  c.paint.polyline(points, c.theme.text, c.stroke(row < c.px(2) ? 1.0f : 1.6f));
  c.paint.end_group();
  // From edge to edge of the plot alone: of a view that is zoomed deeply the whole line would be millions of dashes.
  const double from = std::max(plot.x.least, published_length_of(plot.y.least)),
               to = std::min(plot.x.greatest, published_length_of(plot.y.greatest));
  if (!(from < to)) return;
  const ImVec2 fit[] = {plot.at(from, published_base_bound(from)), plot.at(to, published_base_bound(to))};
  c.paint.begin_group("published fit");
  c.paint.polyline(fit, c.theme.text, c.stroke(1.4f), c.dashes({{2, 4, 2, 4}}));
  c.paint.end_group();
}

void label_fit(const Canvas& c, const Plot& plot) {
  if (plot.area.width() < c.px(700)) return;
  const double length = plot.x.value_at(0.86);
  const ImVec2 at = plot.at(length, published_base_bound(length));
  constexpr std::string_view words = "published fit 0.0424·L^1.628";
  if (plot.area.inset(c.px(10), c.px(30)).contains(at))
    label_on(c,
             {std::min(at.x + c.px(10), plot.area.greatest.x - text_width(c.fonts.small, words) - c.px(12)),
              at.y + c.px(12)},
             c.theme.text, words);
}

/// Words on a ground of their own around a place, where the plot and the words there leave them room.
bool boxed(const Canvas& c, Rect within, ImVec2 least, ImFont* font, ImU32 colour, std::string_view words) {
  const ImVec2 margin{c.px(6), c.px(2)};
  const Rect box{{std::round(least.x), std::round(least.y)},
                 {std::round(least.x) + text_width(font, words) + 2 * margin.x,
                  std::round(least.y) + compat::font_size(font) * 1.2f + 2 * margin.y}};
  if (box.least.x < within.least.x || box.greatest.x > within.greatest.x || box.least.y < within.least.y ||
      box.greatest.y > within.greatest.y || !is_free(c, box))
    return false;
  c.paint.box(box, with_alpha(c.theme.panel, 0.82f), c.px(4));
  text(c, {box.least.x + margin.x, box.least.y + margin.y}, font, colour, words);
  return true;
}

/// What the two sides of the border mean, where no model's dot lies.
void draw_sides(const Canvas& c, const Plot& plot, const ModelDots& models) {
  if (plot.area.width() < c.px(420) || plot.area.height() < c.px(260)) return;
  const auto covers_dot = [&](ImVec2 middle, float width) {
    const Rect words{{middle.x - width / 2 - c.px(12), middle.y - c.px(8)},
                     {middle.x + width / 2 + c.px(12), middle.y + c.px(80)}};
    return std::any_of(models.dots.begin(), models.dots.end(),
                       [&](const ModelDot& dot) { return words.contains(plot.at(dot.length, dot.base)); });
  };
  const auto side = [&](ImVec2 middle, std::string_view title, std::string_view line, std::string_view other) {
    const float wide = text_width(c.fonts.small, line), step = plot.area.width() * 0.04f;
    // Nearest first, to either side.
    for (int i = 0; i < 7 && covers_dot(middle, wide); ++i)
      middle.x += step * static_cast<float>(i % 2 == 0 ? i + 1 : -i - 1);
    const float heading = compat::font_size(c.fonts.title) * 1.2f + c.px(10),
                small = compat::font_size(c.fonts.small) * 1.2f + c.px(4);
    const auto at = [&](ImFont* font, std::string_view words, float y) {
      return ImVec2(middle.x - text_width(font, words) / 2 - c.px(6), y);
    };
    if (!boxed(c, plot.area, at(c.fonts.title, title, middle.y), c.fonts.title, c.theme.text, title)) return;
    if (!boxed(c, plot.area, at(c.fonts.small, line, middle.y + heading), c.fonts.small, c.theme.text, line)) return;
    boxed(c, plot.area, at(c.fonts.small, other, middle.y + heading + small), c.fonts.small, c.theme.text, other);
  };
  const Rect& a = plot.area;
  side({a.least.x + a.width() * 0.2f, a.least.y + a.height() * 0.1f}, "always ≥ 0", "a similar key beats a random one,",
       "on average, at every distance");
  side({a.least.x + a.width() * 0.82f, a.least.y + a.height() * 0.84f}, "somewhere < 0",
       "at some distance a similar key scores", "below a random one, on average");
}

/// A disc is the map's own case; a ring means that something changes which distances or frequencies are met.
void draw_dot(const Canvas& c, ImVec2 at, bool plain, float radius) {
  c.paint.disc(at, radius + c.px(1.5f), c.theme.ground);
  c.paint.disc(at, radius, c.theme.text);
  if (!plain) c.paint.disc(at, radius - c.px(2.2f), c.theme.ground);
}

/// A dot's name at its right, its left, above or below: where it lies on no other words and no other dot.
void name_dot(const Canvas& c, const Plot& plot, const ModelDots& models, ImVec2 at, std::string_view name) {
  const float width = text_width(c.fonts.small, name) + c.px(12),
              height = compat::font_size(c.fonts.small) * 1.2f + c.px(4), away = c.px(9);
  for (const ImVec2 least : {ImVec2(at.x + away, at.y - height / 2), ImVec2(at.x - away - width, at.y - height / 2),
                             ImVec2(at.x - width / 2, at.y - away - height), ImVec2(at.x - width / 2, at.y + away)}) {
    const Rect box = Rect{least, {least.x + width, least.y + height}}.inset(-c.px(4), -c.px(4));
    const bool covers = std::any_of(models.dots.begin(), models.dots.end(),
                                    [&](const ModelDot& dot) { return box.contains(plot.at(dot.length, dot.base)); });
    if (!covers && boxed(c, plot.area, least, c.fonts.small, c.theme.text, name)) return;
  }
}

void draw_dots(const Canvas& c, const Plot& plot, const ModelDots& models) {
  plot.begin();
  for (std::size_t i = models.dots.size(); i-- > 0;) {
    const ModelDot& dot = models.dots[i];
    draw_dot(c, plot.at(dot.length, dot.base), dot.plain, c.px(dot.name.empty() ? 3.5f : 5.5f));
  }
  plot.end();
  std::size_t room = plot.area.width() < c.px(700) ? 5 : models.dots.size();
  for (const ModelDot& dot : models.dots) {
    const ImVec2 at = plot.at(dot.length, dot.base);
    if (dot.name.empty() || room == 0 || !plot.area.contains(at)) continue;
    name_dot(c, plot, models, at, dot.name);
    --room;
  }
}

/// Where the scene's own base and length lie, and whether the map is about them.
void draw_present(const Canvas& c, const Plot& plot, const Scene& scene, const Derived& derived) {
  const double length = derived.trained_length(), base = scene.rope.base;
  plot.rule_x(length, c.theme.accent, 1.4f, 2, 4);
  plot.rule_y(base, c.theme.accent, 1.4f, 2, 4);
  const ImVec2 at = plot.at(length, base);
  plot.begin();
  draw_dot(c, at, is_plain(scene.rope), c.px(5.5f));
  c.paint.circle(at, c.px(10), c.theme.accent, c.stroke(2));
  plot.end();
}

double round_base(double base) {
  const double unit = std::pow(10.0, std::floor(std::log10(base)) - 2);
  return std::round(base / unit) * unit;
}

/// The cross-hair can be dragged, and a click puts it where it is.
/// Returns whether a line of it is being held.
bool take_cross(const Canvas& c, const Plot& plot, const Scene& scene, const Derived& derived, Scene& next) {
  if (c.bare) return false;
  const Grip length = plot.grip_x("trained", derived.trained_length(), true);
  take_grip(next, "trained", length);
  Grip base = plot.grip_y("base", scene.rope.base, true);
  if (base.value) base.value = round_base(std::clamp(*base.value, least_base, greatest_base));
  take_grip(next, "base", base);
  return length.lit || base.lit;
}

const ModelDot* dot_at(const Canvas& c, const Plot& plot, const ModelDots& models, ImVec2 mouse) {
  const ModelDot* nearest = nullptr;
  float least = c.px(9);
  for (const ModelDot& dot : models.dots) {
    const ImVec2 at = plot.at(dot.length, dot.base);
    if (!plot.area.contains(at) || std::hypot(at.x - mouse.x, at.y - mouse.y) > least) continue;
    least = std::hypot(at.x - mouse.x, at.y - mouse.y);
    nearest = &dot;
  }
  return nearest;
}

void take_click(const Canvas& c, const Plot& plot, const ModelDots& models, ImVec2 at, Scene& next) {
  if (const ModelDot* dot = dot_at(c, plot, models, at)) {
    next = with_model(next, find_preset(dot->preset).model);
    return;
  }
  const auto set_to = [&](std::string_view key, double value) {
    Grip grip;
    grip.value = value;
    take_grip(next, key, grip);
  };
  set_to("base", round_base(plot.y.value(at.y)));
  set_to("trained", plot.x.value(at.x));
}

/// What the cell under the mouse says, and whose dot is there.
void draw_read_out(const Canvas& c, const Plot& plot, const Derived& derived, const ModelDots& models) {
  const ModelDot* dot = dot_at(c, plot, models, c.mouse);
  const double length = dot ? dot->length : std::round(plot.x.value(c.mouse.x)),
               base = dot ? dot->base : plot.y.value(c.mouse.y);
  const LeastScores* row = nearest_row(derived.base_map().rows(), base);
  if (!row || length < 1 || length > greatest_length) return;
  const LeastScores::Fall& least = row->at(static_cast<std::int64_t>(length));
  const auto negative = row->first_negative();
  ReadOut table(c, dot ? std::string_view(dot->all) : c.words("base {}", grouped(c, row->base)));
  table.add(0, "context length L", grouped(c, length), "tokens");
  if (dot) table.add(0, "base", grouped(c, row->base));
  table.add(shade(c, least.score), "least score", c.words("{}", with_sign(least.score, 4)),
            c.words("at m = {}", grouped(c, static_cast<double>(least.distance))));
  table.add(0, "first below 0",
            negative ? c.words("m = {}", grouped(c, static_cast<double>(*negative)))
                     : std::string_view("nowhere to 2M"));
  const std::int64_t dim = rotary_dim(derived);
  table.add(0, "pairs below one turn in L", c.words("{}", pairs_below_a_turn(row->base, dim, length)),
            c.words("of {}", dim / 2));
  table.avoid(plot.at(length, base));
  table.draw(c.mouse, plot.area);
}

/// The cut at the selected length: the least score of every base. Where it crosses 0 more than once, the bases that
/// carry the length are no interval.
void draw_cut(const Canvas& c, Rect room, const Scene& scene, const Derived& derived, Scene& next) {
  const std::int64_t length = selected_length(derived);
  AxisSpec y = bases(scene);
  y.labels = Labels::none;
  y.margin = 10;
  y.title = c.words("least score at L = {}", grouped(c, static_cast<double>(length)));
  Plot plot(c, "base-map cut", room,
            {.all = {-0.45, 0.7}, .title = "below 0: it fails", .view = scene.options.range(view_cut), .least_gap = 40},
            y);
  plot.draw_axes();
  auto points = c.list_of<ImVec2>(derived.base_map().rows().size());
  for (const LeastScores& row : derived.base_map().rows()) points.push_back(plot.at(row.at(length).score, row.base));
  plot.begin();
  const float zero = plot.x.pixel(0);
  for (std::size_t i = 0; i < points.size(); ++i) {
    const float above = i + 1 < points.size() ? (points[i].y + points[i + 1].y) / 2 : points[i].y,
                below = i > 0 ? (points[i].y + points[i - 1].y) / 2 : points[i].y;
    c.paint.box({{std::min(zero, points[i].x), std::round(above)}, {std::max(zero, points[i].x), std::round(below)}},
                shade(c, plot.x.value(points[i].x)));
  }
  c.paint.line({zero, plot.area.least.y}, {zero, plot.area.greatest.y}, c.theme.text, c.stroke(1.4f));
  c.paint.polyline(points, c.theme.text, c.stroke(1.4f));
  plot.rule_y(scene.rope.base, c.theme.accent, 1.4f, 2, 4);
  const LeastScores* row = nearest_row(derived.base_map().rows(), scene.rope.base);
  if (row) c.paint.disc(plot.at(row->at(length).score, scene.rope.base), c.px(5.5f), c.theme.accent);
  plot.end();
  if (row && plot.area.height() > c.px(120)) {
    const float right = plot.area.greatest.x - c.px(4), y_at = plot.y.pixel(scene.rope.base);
    const auto say = [&](float y_of, ImU32 colour, std::string_view words) {
      label_on(c, {right - text_width(c.fonts.small, words), y_of}, colour, words);
    };
    say(y_at - c.px(22), c.theme.text, c.words("{}", with_sign(row->at(length).score, 4)));
    const auto negative = row->first_negative();
    say(y_at + c.px(5), c.theme.dim,
        negative ? c.words("first < 0 at m = {}", grouped(c, static_cast<double>(*negative)))
                 : std::string_view("never < 0 to 2M"));
  }
  plot.take_input();
  keep_view(next, view_cut, view_y, plot);
}

/// Colours and dots below the map.
/// At the right end of the key: what cells are coloured by, and a click for the other.
void draw_colour_switch(const Canvas& c, Rect room, const Scene& scene, Scene& next) {
  const bool pairs = scene.options.flag(by_pairs);
  const std::string_view words = pairs ? "colour by the least score" : "colour by pairs below one turn";
  const ImVec2 at{room.greatest.x - text_width(c.fonts.small, words), room.least.y + c.px(4)};
  const Rect place{at, {room.greatest.x, at.y + c.px(16)}};
  if (c.bare || at.x < room.least.x || !is_free(c, place)) return;
  if (switch_words(c, "base-map.pairs", at, words,
                   "The least score over all distances, or how many pairs make less than one turn within the length."))
    next.options.set(by_pairs, !pairs);
}

void draw_key(const Canvas& c, Rect room, bool pairs, std::int64_t count) {
  const float y = room.least.y + c.px(8), bar_width = c.px(190), high = c.px(11);
  constexpr int steps = 95;
  std::array<ImU32, steps> colours{};
  for (int s = 0; s < steps; ++s)
    colours[static_cast<std::size_t>(s)] = pairs ? signed_colour(c.theme, static_cast<double>(s) / (steps - 1))
                                                 : shade(c, greatest_shade * (2.0 * s / (steps - 1) - 1));
  float x = room.least.x;
  if (room.width() < bar_width + c.px(120)) return;
  x += text(c, {x, y - c.px(4)}, c.fonts.small, c.theme.dim, pairs ? "0" : "−0.45") + c.px(8);
  c.paint.image({{x, y}, {x + bar_width, y + high}}, steps, 1, colours);
  x += bar_width + c.px(8);
  x += text(c, {x, y - c.px(4)}, c.fonts.small, c.theme.dim,
            pairs ? c.words("{} pairs below one turn", count) : std::string_view("+0.45")) +
       c.px(28);
  const auto sign = [&](bool plain, std::string_view words) {
    if (x + c.px(16) + text_width(c.fonts.small, words) > room.greatest.x) return;
    draw_dot(c, {x + c.px(5), y + high / 2}, plain, c.px(5));
    x += c.px(16);
    x += text(c, {x, y - c.px(4)}, c.fonts.small, c.theme.dim, words) + c.px(22);
  };
  sign(true, "model as it is");
  sign(false, "a scheme, a window or chunks change what is met");
}

void draw_progress(const Canvas& c, const Plot& plot, const Derived& derived) {
  if (!derived.base_map().working()) return;
  const auto share = static_cast<float>(derived.base_map().share());
  const Rect bar{{plot.area.least.x, plot.area.greatest.y - c.px(3)}, plot.area.greatest};
  c.paint.box(bar, c.theme.track);
  c.paint.box({bar.least, {bar.least.x + bar.width() * share, bar.greatest.y}}, c.theme.accent);
  label_on(c, {plot.area.least.x + c.px(8), bar.least.y - c.px(22)}, c.theme.text,
           c.words("some bases so far; {:.0f} % filled", 100 * static_cast<double>(share)));
}

void draw(const Canvas& c, Rect panel, const Scene& scene, const Derived& derived, Scene& next) {
  const std::int64_t dim = rotary_dim(derived);
  Rect room = heading(c, panel, "A longer context needs a larger base",
                      scene.options.flag(by_pairs)
                          ? c.words("pairs of {} that make less than one turn within L, d = {}", dim / 2, dim)
                          : c.words("least Σcos(mθ)/{} over every distance m ≤ L, d = {}, q = k", dim / 2, dim));
  if (room.height() > c.px(300)) {
    const Rect key{{room.least.x + c.px(46), room.greatest.y - c.px(22)}, room.greatest};
    draw_key(c, key, scene.options.flag(by_pairs), dim / 2);
    draw_colour_switch(c, key, scene, next);
    room.greatest.y -= c.px(30);
  }
  Rect cut = room;
  if (room.width() > c.px(900)) {
    room.greatest.x -= std::max(c.px(230), 0.22f * room.width());
    cut.least.x = room.greatest.x + c.px(10);
  }
  const ModelDots& models = *derived.numbers<ModelDots>();
  Plot plot(c, "base-map", room, lengths(scene), bases(scene));
  plot.begin();
  draw_cells(c, plot, scene, derived);
  draw_border(c, plot, derived);
  plot.end();
  plot.draw_axes();
  draw_present(c, plot, scene, derived);
  if (!scene.options.flag(by_pairs)) draw_sides(c, plot, models);
  draw_dots(c, plot, models);
  label_fit(c, plot);
  if (cut.least.x > room.least.x) draw_cut(c, cut, scene, derived, next);
  const bool held = take_cross(c, plot, scene, derived, next);
  plot.take_input();
  keep_view(next, view_x, view_y, plot);
  if (plot.hovered() && !held) draw_read_out(c, plot, derived, models);
  draw_progress(c, plot, derived);
  if (const auto clicked = plot.clicked()) take_click(c, plot, models, *clicked, next);
}

/// Every fourth of a doubling, and the lengths of models.
std::vector<std::int64_t> lengths_of_table(const Derived& derived) {
  std::vector<std::int64_t> lengths{selected_length(derived)};
  for (int k = 0; k <= 44; ++k) lengths.push_back(std::llround(least_length * std::exp2(k / 4.0)));
  for (const ModelDot& dot : derived.numbers<ModelDots>()->dots)
    if (dot.length <= greatest_length) lengths.push_back(std::llround(dot.length));
  std::sort(lengths.begin(), lengths.end());
  lengths.erase(std::unique(lengths.begin(), lengths.end()), lengths.end());
  return lengths;
}

Table columns(const Scene&, const Derived& derived) {
  Table table;
  table.formula =
      fmt::format("least = least of sum cos(m * base^(-2i/{0})) / {1} over every integer m from 1 to length; "
                  "first_negative = least m up to {2} whose sum is below 0, 0 where there is none",
                  rotary_dim(derived), rotary_dim(derived) / 2, base_map_reach);
  const std::vector<std::int64_t> lengths = lengths_of_table(derived);
  std::vector<double> base, length, least, first_negative;
  for (const LeastScores& row : derived.base_map().rows()) {
    for (const std::int64_t l : lengths) {
      base.push_back(row.base);
      length.push_back(static_cast<double>(l));
      least.push_back(row.at(l).score);
      first_negative.push_back(static_cast<double>(row.first_negative().value_or(0)));
    }
  }
  table.add("base", std::move(base));
  table.add("length", std::move(length));
  table.add("least", std::move(least));
  table.add("first_negative", std::move(first_negative));
  return table;
}

} // namespace

const Picture base_map_picture{.name = "base-map",
                               .title = "Base map",
                               .line = "which base carries which context: the least score over every distance",
                               .group = Group::score,
                               .tab = "base map",
                               .update = update,
                               .draw = draw,
                               .columns = columns,
                               .options = options};

} // namespace ropescope::pictures
