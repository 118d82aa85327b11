#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "app/canvas/axis.h"
#include "app/pictures/precision_line.h"
#include "core/analysis/precision_curves.h"
#include "core/rope/recipe.h"

namespace ropescope::pictures {

namespace {

// The axis of errors: from below the rounding of float32 (6e-8) to above 2, the greatest that cos or sin can be off.
constexpr double least_error = 1e-8, greatest_error = 4;
constexpr float row_height = 21, line_height = 104, legend_width = 236;
// Least widths, pixels at scale 1: of the picture with a legend, of a number line, of a table's column for one number
// and for two.
constexpr float least_with_legend = 470, least_number_line = 330, one_number = 74, two_numbers = 136;

constexpr std::string_view formats[] = {"bf16", "fp16"};

constexpr Property options[] = {
    view_row("precision.x", "tokens", "positions that are seen"),
    view_row("precision.y", "", "errors that are seen"),
    hidden_row("precision.hidden"),
    {.key = "precision.line",
     .kind = Kind::choice,
     .label = "number line",
     .help = "the positions around m that a number format can hold, in place of the curves",
     .nullable = true,
     .default_words = "the curves",
     .choices = [] { return std::span<const std::string_view>(formats); }},
    {.key = "precision.around",
     .kind = Kind::whole,
     .label = "tokens of the number line",
     .help = "how many tokens the number line shows at either side of m",
     .unit = "tokens",
     .least = 4,
     .greatest = 512,
     .fallback = 64.0},
    flag_row("precision.collapse", "tokens fall together",
             "every token of the number line falls to the place that the format gives it"),
};
constexpr const Property &view_x = options[0], &view_y = options[1], &hidden = options[2], &number_line = options[3],
                         &around = options[4], &collapse = options[5];

/// Every recipe has a colour and a dash of its own.
ImU32 colour_of(const Canvas& c, std::size_t recipe) { return c.theme.recipe[recipe]; }

/// The format whose number line takes the place of the curves.
std::optional<NumberFormat> format_of(const Scene& scene) {
  if (is_null(scene.options[number_line])) return std::nullopt;
  return scene.options.is(number_line, "bf16") ? NumberFormat::bfloat16 : NumberFormat::float16;
}

/// What is measured of the series of one version.
struct Measured {
  std::uint64_t version;
  PrecisionCurves curves;
};

const PrecisionCurves& curves_of(const Derived& derived) { return derived.numbers<Measured>()->curves; }

/// A change is answered coarsely; the first frame without another one has every position.
void update(const Scene& scene, Derived& derived, gpu::Engines& engines, Patience patience) {
  if (const auto format = format_of(scene))
    update_number_line(scene, derived, *format, std::llround(scene.options.number(around)));
  const std::uint64_t version = derived.version();
  const Measured* const kept = derived.numbers<Measured>();
  const bool coarse = patience == Patience::goes_on && (!kept || kept->version != version);
  derived.numbers<Measured>(std::pair(version, coarse), [&] {
    const PrecisionEngine on[] = {{&engines.cpu, false}, {engines.gpu.get(), true}};
    return Measured{version, precision_curves(on, derived.current().config, derived.length(),
                                              coarse ? PrecisionDetail::coarse : PrecisionDetail::fine)};
  });
  if (coarse) derived.has_more();
}

bool is_seen(const Scene& scene, const PrecisionCurve& curve) {
  return !is_hidden(scene.options.texts(hidden), shown_recipes[curve.recipe].recipe);
}

Plot plot_in(const Canvas& c, Rect room, const Scene& scene, const PrecisionCurves& measured) {
  return {c,
          "precision",
          room,
          {.all = {1, static_cast<double>(measured.positions.back())},
           .scale = Scale::log,
           .labels = Labels::powers_of_two,
           .title = "position m (tokens)",
           .view = scene.options.range(view_x),
           .fewest = 4,
           .least_gap = 44,
           .end_labelled = true},
          {.all = {least_error, greatest_error},
           .scale = Scale::log,
           .labels = Labels::powers_of_ten,
           .title = "greatest error of cos and sin over all pairs (no unit: 2 is the most there can be)",
           .view = scene.options.range(view_y),
           .least_gap = 26}};
}

std::pmr::vector<ImVec2> points_of(const Canvas& c, const Plot& p, const PrecisionCurves& precision,
                                   const PrecisionCurve& curve) {
  auto points = c.list_of<ImVec2>(curve.errors.size());
  for (std::size_t i = 0; i < curve.errors.size(); ++i)
    points.push_back(
        p.at(static_cast<double>(precision.positions[i]), std::clamp(curve.errors[i], least_error, greatest_error)));
  return points;
}

void draw_curve(const Canvas& c, const Plot& p, const PrecisionCurves& precision, const PrecisionCurve& curve,
                float alpha) {
  const auto points = points_of(c, p, precision, curve);
  const ImU32 colour = with_alpha(colour_of(c, curve.recipe), alpha);
  c.paint.begin_group(curve.label());
  if (curve.on_gpu) { // dots upon the CPU's line
    // About 28 dots: enough to see that they lie on the line, few enough to see the line.
    for (std::size_t i = 0; i < points.size(); i += std::max<std::size_t>(1, points.size() / 28))
      c.paint.circle(points[i], c.px(3.2f), colour, c.stroke(1.4f));
  } else
    p.line(points, colour, 2.2f, recipe_dash(curve.recipe));
  c.paint.end_group();
}

std::string_view number(const Canvas& c, double error) { return error == 0 ? "0" : c.words("{:.1e}", error); }

/// The first measured position that is not before one: the nearest that has a number, hence "near".
std::size_t place_near(const PrecisionCurves& precision, double position) {
  const auto at = std::lower_bound(precision.positions.begin(), precision.positions.end(),
                                   static_cast<std::int64_t>(std::lround(position)));
  return std::min<std::size_t>(precision.positions.size() - 1,
                               static_cast<std::size_t>(at - precision.positions.begin()));
}

/// Right of the plot: which curve is which, and its cost at m. A click hides a curve and shows it.
/// Returns which recipe the mouse is on.
std::optional<std::size_t> draw_legend(const Canvas& c, Rect room, const PrecisionCurves& precision, const Scene& scene,
                                       Scene& next) {
  const std::size_t at_m = place_near(precision, static_cast<double>(scene.m));
  float y = room.least.y;
  text(c, {room.greatest.x, y}, c.fonts.small, c.theme.dim,
       c.words("near m = {}", grouped(c, static_cast<double>(scene.m))), Align::right);
  y += c.px(row_height + 3);
  auto entries = c.list_of<LegendEntry>(precision.curves.size());
  auto recipes = c.list_of<std::size_t>(precision.curves.size());
  for (const PrecisionCurve& curve : precision.curves)
    if (!curve.on_gpu) {
      recipes.push_back(curve.recipe);
      entries.push_back({.name = shown_recipes[curve.recipe].recipe,
                         .label = curve.label(),
                         .colour = colour_of(c, curve.recipe),
                         .dash = recipe_dash(curve.recipe),
                         .help = find_recipe(shown_recipes[curve.recipe].recipe)->line});
    }
  Legend legend(c, hidden.key.data(), entries, scene.options.texts(hidden));
  const float numbers = c.px(70),
              step = legend.column_height() / static_cast<float>(std::max<std::size_t>(1, entries.size()));
  legend.column({room.least.x, y}, room.width() - numbers);
  if (legend.changed()) keep_hidden(next, hidden, *legend.changed());
  for (const PrecisionCurve& curve : precision.curves) {
    if (curve.on_gpu) continue;
    text(c, {room.greatest.x, y}, c.fonts.mono_small, c.theme.dim, number(c, curve.errors[at_m]), Align::right);
    y += step;
  }
  const bool on_gpu =
      std::any_of(precision.curves.begin(), precision.curves.end(), [](const auto& curve) { return curve.on_gpu; });
  if (on_gpu && y + c.px(row_height) <= room.greatest.y) {
    c.paint.circle({room.least.x + c.px(13), y + c.px(9)}, c.px(3.2f), c.theme.dim, c.stroke(1.4f));
    text(c, {room.least.x + c.px(34), y}, c.fonts.small, c.theme.dim,
         shortened(c, c.fonts.small, "the same in OpenGL", room.width() - c.px(34)));
  }
  return legend.hovered() ? std::optional(recipes[*legend.hovered()]) : std::nullopt;
}

void draw_read_out(const Canvas& c, const Plot& p, const PrecisionCurves& precision, const Scene& scene) {
  const std::size_t at = place_near(precision, p.x.value(c.mouse.x));
  const auto position = static_cast<double>(precision.positions[at]);
  const float x = p.x.pixel(position);
  read_out_rule(c, p.area, x);
  ReadOut table(c, c.words("position {}", grouped(c, position)));
  for (const PrecisionCurve& curve : precision.curves)
    if (!curve.on_gpu && is_seen(scene, curve)) {
      table.add(colour_of(c, curve.recipe), recipe_dash(curve.recipe), curve.label(), number(c, curve.errors[at]));
      keep_off(table, p, points_of(c, p, precision, curve));
    }
  table.draw(c.mouse, p.area);
}

/// The same recipe on the GPU; null where it was not measured there.
const PrecisionCurve* on_gpu(const PrecisionCurves& precision, const PrecisionCurve& on_cpu) {
  for (const PrecisionCurve& curve : precision.curves)
    if (curve.on_gpu && curve.recipe == on_cpu.recipe) return &curve;
  return nullptr;
}

/// The same numbers around round positions, to be read off: the CPU's, and beside them the GPU's.
void draw_table(const Canvas& c, Rect room, const PrecisionCurves& precision) {
  const float names = c.px(170), width = (room.width() - names) / static_cast<float>(precision.table_positions.size());
  const bool both = width >= c.px(two_numbers);
  const float of_gpu = both ? std::min(width * 0.48f, c.px(84)) : 0;
  float y = room.least.y;
  const auto column = [&](std::size_t k) { return room.least.x + names + width * static_cast<float>(k + 1); };
  text(c, {room.least.x, y}, c.fonts.small, c.theme.dim, both ? "error around … (CPU, OpenGL)" : "error around …");
  for (std::size_t k = 0; k < precision.table_positions.size(); ++k)
    text(c, {column(k), y}, c.fonts.small, c.theme.dim, grouped(c, static_cast<double>(precision.table_positions[k])),
         Align::right);
  y += c.px(row_height);
  c.paint.line({room.least.x, y - c.px(1)}, {room.greatest.x, y - c.px(1)}, c.theme.grid, c.hairline());
  for (const PrecisionCurve& curve : precision.curves) {
    if (curve.on_gpu) continue;
    const PrecisionCurve* twin = on_gpu(precision, curve);
    text(c, {room.least.x, y}, c.fonts.small, c.theme.text,
         shortened(c, c.fonts.small, curve.label(), names + width - of_gpu - c.px(60)));
    for (std::size_t k = 0; k < curve.table.size(); ++k) {
      text(c, {column(k) - of_gpu, y}, c.fonts.mono_small, c.theme.text, number(c, curve.table[k]), Align::right);
      if (!both) continue;
      text(c, {column(k), y}, c.fonts.mono_small, c.theme.dim, twin ? number(c, twin->table[k]) : "–", Align::right);
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
  const std::string_view of_m = grouped(c, static_cast<double>(m));
  c.paint.triangle({from, y - c.px(4)}, {from - c.px(5), y - c.px(13)}, {from + c.px(5), y - c.px(13)}, c.theme.query);
  const std::string_view of_step = step == 1 ? "integer" : grouped(c, static_cast<double>(step));
  const std::string_view words =
      step == 0 ? c.words("none beyond 65 504: {} is infinite", of_m)
      : to == m ? c.words("every {}: {} is one of them", of_step, of_m)
                : c.words("every {}: {} becomes {}", of_step, of_m, grouped(c, static_cast<double>(to)));
  text(c, {x.first_pixel, y + c.px(7)}, c.fonts.small, to == m ? c.theme.dim : c.theme.bad,
       shortened(c, c.fonts.small, words, room.greatest.x - x.first_pixel));
  if (step > 0 && to != m && to >= 0) {
    const float end = x.pixel(static_cast<double>(to));
    c.paint.line({from, y - c.px(4)}, {end, y - c.px(4)}, c.theme.bad, c.stroke(2));
    c.paint.circle({end, y}, c.px(6.5f), c.theme.bad, c.stroke(2));
  }
}

std::ptrdiff_t recipe_count(const PrecisionCurves& precision) {
  return std::count_if(precision.curves.begin(), precision.curves.end(),
                       [](const auto& curve) { return !curve.on_gpu; });
}

void draw_number_lines(const Canvas& c, Rect room, std::int64_t m) {
  text(c, room.least, c.fonts.small, c.theme.dim,
       shortened(c, c.fonts.small, "positions that a format has, around m", room.width()));
  const bool both = room.width() >= c.px(2 * least_number_line);
  const float half = both ? room.width() / 2 - c.px(12) : room.width(), top = room.least.y + c.px(32);
  draw_number_line(c, {{room.least.x, top}, {room.least.x + half, room.greatest.y}}, NumberFormat::bfloat16, "bfloat16",
                   m);
  if (both)
    draw_number_line(c, {{room.least.x + half + c.px(24), top}, room.greatest}, NumberFormat::float16, "float16", m);
}

/// The lines of m and of the trained context, which can be taken. Returns what is being held, in words.
std::string_view take_lines(const Canvas& c, const Plot& p, const Scene& scene, const Derived& derived, Scene& next) {
  std::string_view held;
  const auto m = static_cast<double>(std::max<std::int64_t>(1, scene.m));
  const double trained = derived.trained_length();
  const Grip of_m = c.bare ? Grip() : p.grip_x("m", m, true);
  if (of_m.lit) held = c.words("m = {}", grouped(c, static_cast<double>(scene.m)));
  take_grip(next, "m", of_m.value ? Grip{.value = std::round(*of_m.value)} : of_m);
  const Grip of_trained = trained > 1 ? p.grip_x("trained", trained) : Grip();
  take_grip(next, "trained", of_trained);
  return held;
}

/// How large an error can be before rows show it: cos and sin of 0.5 … 1 in bfloat16, whose 8 digits (binary) round
/// them by up to 2⁻⁹.
void mark_rounding(const Canvas& c, const Plot& p) {
  constexpr double rounding = 0x1p-9;
  if (!(rounding > p.y.least && rounding < p.y.greatest)) return;
  p.rule_y(rounding, c.theme.dim, 1, 2, 3);
  constexpr std::string_view words = "above: more than bfloat16 rounds a result";
  const float y = p.y.pixel(rounding) - c.px(19);
  const Rect place{{p.area.least.x + c.px(8), y},
                   {p.area.least.x + c.px(8) + text_width(c.fonts.small, words), y + c.px(16)}};
  if (place.greatest.x < p.area.greatest.x && y > p.area.least.y && is_free(c, place))
    label_on(c, place.least, c.theme.dim, words);
}

void draw(const Canvas& c, Rect panel, const Scene& scene, const Derived& derived, Scene& next) {
  if (const auto format = format_of(scene))
    return draw_token_places(c, panel, *format, scene.options.flag(collapse), scene, derived, next);
  const Rect room = heading(c, panel, "Positions in bfloat16 break after 256; other shortcuts cost little by little",
                            "what the arithmetic of real code costs");
  const PrecisionCurves& measured = curves_of(derived);
  if (room.width() < c.px(90) || room.height() < c.px(60)) return;
  const auto columns_of_table = static_cast<float>(std::max<std::size_t>(1, measured.table_positions.size()));
  const bool number_lines = room.height() > c.px(line_height + 190) && room.width() >= c.px(least_number_line);
  const float lines = number_lines ? c.px(line_height) : 0,
              rows = static_cast<float>(recipe_count(measured) + 1) * c.px(row_height);
  // The table only where the plot keeps 190 pixels: the curves matter more, and the picture's CSV has the same table.
  const bool tabled =
      room.height() - rows - lines > c.px(240) && (room.width() - c.px(170)) / columns_of_table >= c.px(one_number);
  const float foot = lines + (tabled ? rows + c.px(16) : 0);
  // The legend needs its rows, the words above them and, where there is a GPU, those below.
  const bool with_legend = room.width() >= c.px(least_with_legend) && room.height() - foot > rows + c.px(60);
  const float legend = with_legend ? std::min(c.px(legend_width), room.width() * 0.4f) + c.px(12) : 0;
  Plot p = plot_in(c, {room.least, {room.greatest.x - legend, room.greatest.y - foot - c.px(10)}}, scene, measured);
  const auto pointed =
      with_legend
          ? draw_legend(c, {{p.area.greatest.x + c.px(20), p.area.least.y}, {room.greatest.x, p.area.greatest.y}},
                        measured, scene, next)
          : std::nullopt;
  p.draw_axes();
  p.begin();
  if (!c.bare) p.rule_x(static_cast<double>(std::max<std::int64_t>(1, scene.m)), c.theme.query, 1.4f, 2, 3);
  for (const PrecisionCurve& curve : measured.curves)
    if (is_seen(scene, curve)) draw_curve(c, p, measured, curve, pointed && *pointed != curve.recipe ? 0.35f : 1.0f);
  p.end();
  mark_rounding(c, p);
  if (!c.bare)
    label_rule_x(c, p, static_cast<double>(std::max<std::int64_t>(1, scene.m)),
                 c.words("m = {}", grouped(c, static_cast<double>(scene.m))), c.theme.query, p.area.least.y + c.px(3));
  const double trained = derived.trained_length();
  if (trained > 1) {
    p.rule_x(trained, c.theme.text, 1.4f, 7, 4);
    label_rule_x(c, p, trained, c.words("{} {}", trained_beyond(scene) ? "original" : "trained", grouped(c, trained)),
                 c.theme.dim, p.area.greatest.y - c.px(21));
  }
  const float below = room.greatest.y - foot;
  if (tabled) draw_table(c, {{room.least.x, below}, {room.greatest.x, room.greatest.y - lines}}, measured);
  if (number_lines) draw_number_lines(c, {{room.least.x, room.greatest.y - lines + c.px(8)}, room.greatest}, scene.m);
  const std::string_view held = take_lines(c, p, scene, derived, next);
  p.take_input();
  keep_view(next, view_x, view_y, p);
  if (!held.empty())
    label_rule_x(c, p, static_cast<double>(std::max<std::int64_t>(1, scene.m)), held, c.theme.text,
                 p.area.least.y + c.px(3));
  else if (p.hovered())
    draw_read_out(c, p, measured, scene);
  if (const auto clicked = p.clicked()) {
    next.m = std::lround(p.x.value(clicked->x));
    settle(next);
  }
}

Table columns(const Scene&, const Derived& derived) {
  const PrecisionCurves& measured = curves_of(derived);
  Table table;
  table.formula = "greatest error of cos and sin over all pairs, the worse of a position and the one before it";
  table.add("position", {measured.positions.begin(), measured.positions.end()});
  for (const PrecisionCurve& curve : measured.curves)
    table.add(fmt::format("{}_{}", shown_recipes[curve.recipe].recipe, curve.on_gpu ? "gpu" : "cpu"), curve.errors);
  return table;
}

} // namespace

const Picture precision_picture{
    .name = "precision",
    .title = "Precision",
    .line = "what the arithmetic of real code costs at every position, measured here",
    .group = Group::precision,
    .tab = "precision",
    .update = update,
    .draw = draw,
    .columns = columns,
    .options = options,
};

} // namespace ropescope::pictures
