#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "app/canvas/axis_view.h"
#include "app/pictures/handles.h"
#include "app/pictures/parts.h"
#include "app/pictures/score_views.h"
#include "app/scene/actions.h"
#include "app/scene/grid.h"
#include "core/analysis/first_negative.h"

namespace ropescope::pictures {

namespace {

constexpr std::string_view scales[] = {"log", "linear", "symlog"}, splits[] = {"2x2"};

constexpr Property options[] = {
    view_row("score.x", "tokens", "distances that are seen"),
    view_row("score.y", "", "scores that are seen"),
    {.key = "score.x_scale",
     .kind = Kind::choice,
     .label = "distances",
     .help = "how distances lie along the axis; symlog begins at 0",
     .fallback = "log",
     .choices = [] { return std::span<const std::string_view>(scales); }},
    {.key = "score.attention_factor",
     .kind = Kind::flag,
     .label = "with the attention factor",
     .help = "scores are multiplied by the scheme's attention factor, squared, as the model's are",
     .fallback = false},
    hidden_row("score.hidden"),
    curves_row("score.curves"),
    {.key = "score.split",
     .kind = Kind::choice,
     .label = "curves apart",
     .help = "each of score.curves in a plot of its own",
     .nullable = true,
     .default_words = "all in one",
     .choices = [] { return std::span<const std::string_view>(splits); }},
    numbers_row("score.heads", "heads of ALiBi", "which of its eight heads have a bar, counted from 1", 1, 8, "",
                "all eight"),
    flag_row("score.reach", "reach of ALiBi's heads",
             "under position alibi: the distance within which each head keeps 99 % of its attention, at equal content"),
    number_row("score.gamma", "fade constant γ", "under position xpos: the smaller, the faster the fast pairs fade",
               0.05, 2, 0.4),
    numbers_row("score.slopes", "slopes of ALiBi", "of its eight heads, in place of 1/2, 1/4 … 1/256", 1e-6, 16, "",
                "1/2 … 1/256"),
    numbers_row("score.heights", "heights of T5", "what each of its 32 buckets adds, in place of the bucket's number",
                -64, 64, "", "the bucket's number"),
    flag_row("score.still", "pairs that stand still",
             "of q = k: the score of all components, of which those that never turn keep a part at every distance"),
};
constexpr const Property &view_x = options[0], &view_y = options[1], &x_scale = options[2], &with_factor = options[3],
                         &hidden = options[4], &curves = options[5], &split = options[6], &heads = options[7],
                         &reach = options[8], &gamma = options[9], &slopes = options[10], &heights = options[11],
                         &still = options[12];

Scale scale_of(const Scene& scene) {
  return scene.options.is(x_scale, "log")      ? Scale::log
         : scene.options.is(x_scale, "linear") ? Scale::linear
                                               : Scale::symlog;
}

/// Distances from 1 on a logarithmic axis, which has no 0, else from 0.
double first_distance(Scale scale) { return scale == Scale::log ? 1 : 0; }

std::optional<Range> seen_distances(const Scene& scene) {
  auto range = scene.options.range(view_x);
  if (range && scale_of(scene) == Scale::log) {
    range->least = std::max(range->least, 1.0);
    range->greatest = std::max(range->greatest, 2.0);
  }
  return range;
}

/// What the drawn scores are multiplied by.
double gain_of(const Scene& scene, const Series& series) {
  const double factor = series.spectrum.attention_factor;
  return scene.options.flag(with_factor) ? factor * factor : 1;
}

/// How far apart tokens were in training. Of an image or a clip that is its extent on the axis that distances are taken
/// along, and where they are taken along all axes at once on the one that ends first.
struct TrainedDistance {
  double distance;
  std::int64_t axis = -1; ///< −1: of a text, in tokens
};
TrainedDistance trained_here(const Scene& scene, const Derived& derived) {
  TrainedDistance found{derived.trained_length()};
  const std::span<const double> extents = derived.trained_extents();
  for (std::size_t axis = 0; axis < extents.size(); ++axis) {
    const bool counts = scene.axis < 0 ? extents[axis] >= 1 : scene.axis == static_cast<std::int64_t>(axis);
    if (counts && (found.axis < 0 || extents[axis] < found.distance))
      found = {extents[axis], static_cast<std::int64_t>(axis)};
  }
  return found;
}

/// Distances that are drawn. Of an image or a clip four times as far as it was trained, as the carpet has it, or as far
/// as the grid that is shown goes or as the tokens are apart: the rest of a text's length is no place in it.
double last_distance(const Scene& scene, const Derived& derived) {
  const auto length = static_cast<double>(derived.length());
  const auto [trained, axis] = trained_here(scene, derived);
  if (axis < 0) return length;
  return std::min(length, std::max({16.0, 4 * trained, derived.extents()[static_cast<std::size_t>(axis)],
                                    static_cast<double>(std::abs(scene.m - scene.n)) + 1}));
}

constexpr std::string_view distance_title = "relative distance Δ = m − n (tokens)";

AxisSpec distances(const Scene& scene, const Derived& derived) {
  const Scale scale = scale_of(scene);
  return {.all = {first_distance(scale), last_distance(scene, derived)},
          .scale = scale,
          .labels = Labels::powers_of_two,
          .title = distance_title,
          .view = seen_distances(scene),
          .fewest = 4,
          .least_gap = 44,
          .end_labelled = true};
}

/// The same with its title: of an image or a clip distances are frames, rows or columns.
AxisSpec distances(const Canvas& c, const Scene& scene, const Derived& derived) {
  AxisSpec x = distances(scene, derived);
  if (trained_here(scene, derived).axis >= 0)
    x.title = c.words("relative distance Δ = m − n ({})",
                      scene.axis < 0 ? std::string_view("on every axis") : axis_title(scene.rope, scene.axis));
  return x;
}

void update(const Scene& scene, Derived& derived, gpu::Engines& engines, Patience patience) {
  const AxisSpec x = distances(scene, derived);
  // A view that the axis cannot show is scanned as the axis mends it.
  const bool is_part = x.view || last_distance(scene, derived) < static_cast<double>(derived.length());
  const auto seen = is_part ? std::optional(AxisView(x).shown()) : std::nullopt;
  derived.show_curves(scene, engines, patience, {seen, x.scale});
  update_ensembles(scene, derived, curves);
  update_rival_score(scene, derived);
  const Series& current = derived.current();
  // Where the view begins beyond the first distance, no curve says what lies before it.
  if (!current.finished || current.curve.edges.empty() || current.curve.edges.front() > 1) {
    derived.numbers<FirstNegative>(derived.version(), [] { return FirstNegative(); });
    return;
  }
  derived.numbers<FirstNegative>(derived.version(),
                                 [&] { return first_negative(current.curve, current.turns, current.weights); });
}

Plot plot_in(const Canvas& c, Rect room, const Scene& scene, const Derived& derived) {
  // Every score lies within −1 … 1 for equal weights, and 1 is the score at distance 0: the axis always has it, and 0.
  double least = 0, greatest = 1;
  for (const Series& series : derived.series())
    for (const ScoreBin& bin : series.curve.bins) {
      least = std::min(least, gain_of(scene, series) * static_cast<double>(bin.least));
      greatest = std::max(greatest, gain_of(scene, series) * static_cast<double>(bin.greatest));
    }
  return {c,
          "score",
          room,
          distances(c, scene, derived),
          {.all = {least - 0.05, greatest + 0.04}, .view = scene.options.range(view_y)}};
}

/// Where no distance was seen in training: tinted and hatched; said in words above the curves.
void draw_beyond(const Canvas& c, const Plot& p, double trained) {
  if (trained >= p.x.greatest || trained <= 0) return;
  const float left = trained > p.x.least ? p.x.pixel(trained) : p.area.least.x, pitch = c.px(14);
  const float height = p.area.height();
  p.ground({{left, p.area.least.y}, p.area.greatest}, over(c.theme.panel, c.theme.beyond_fill));
  c.paint.push_clip({{left, p.area.least.y}, p.area.greatest});
  // Lines at 45°: the first begin a height further left, so that the corner is hatched too.
  for (float x = left - height; x < p.area.greatest.x; x += pitch)
    c.paint.line({x, p.area.greatest.y}, {x + height, p.area.least.y}, with_alpha(c.theme.beyond, 0.10f), c.hairline());
  c.paint.pop_clip();
  if (trained > p.x.least) p.rule_x(trained, c.theme.text, 1.4f, 7, 4);
}

/// The edges of a band, smoothed: of the scheme in force everywhere, of the others where they are the whole band, as
/// a column there holds one distance.
void draw_edges(const Canvas& c, std::span<const Span> columns, bool everywhere, ImU32 colour) {
  const float thin = c.px(3);
  const auto shown = [&](const Span& s) { return everywhere || s.bottom - s.top < thin; };
  auto edge = c.list_of<ImVec2>(columns.size());
  // For each edge the stretches of neighbouring columns that are to be shown, one line for each stretch.
  for (const bool upper : {true, false})
    for (std::size_t begin = 0, end = 0; begin < columns.size(); begin = end + 1) {
      edge.clear();
      for (end = begin; end < columns.size() && shown(columns[end]); ++end)
        edge.emplace_back(columns[end].x, upper ? columns[end].top : columns[end].bottom);
      c.paint.polyline(edge, colour, c.stroke(1));
    }
}

/// The line of local means, pixels.
std::pmr::vector<ImVec2> line_of(const Canvas& c, const Plot& p, const Scene& scene, const Series& series) {
  const ScoreCurve& curve = series.curve;
  const double gain = gain_of(scene, series);
  auto line = c.list_of<ImVec2>(curve.bins.size());
  for (std::size_t b = 0; b < curve.bins.size(); ++b)
    line.push_back(p.at(bin_distance(curve, b), gain * static_cast<double>(curve.local_mean[b])));
  return line;
}

/// How strong a band is. That of the scheme in force is twice as strong as the others: told apart without colours.
float band_strength(const Canvas& c, const Series& series) {
  const float others = c.theme.dark ? 0.18f : 0.16f;
  return series.current ? 2 * others : others;
}

/// One scheme: its band, or its line of local means.
void draw_series(const Canvas& c, const Plot& p, const Scene& scene, const Series& series, bool band, float alpha) {
  const ScoreCurve& curve = series.curve;
  const ImU32 colour = with_alpha(scheme_colour(c, series), alpha);
  const double gain = gain_of(scene, series);
  c.paint.begin_group(series.label);
  if (band) {
    auto columns = c.list_of<Span>(curve.bins.size());
    for (std::size_t b = 0; b < curve.bins.size(); ++b)
      columns.push_back({p.x.pixel(bin_distance(curve, b)),
                         p.y.pixel(gain * static_cast<double>(curve.bins[b].greatest)),
                         p.y.pixel(gain * static_cast<double>(curve.bins[b].least))});
    c.paint.band(columns, with_alpha(colour, alpha * band_strength(c, series)));
    draw_edges(c, columns, series.current, with_alpha(colour, alpha * 0.22f));
  } else
    p.line(line_of(c, p, scene, series), colour, scheme_width(series), scheme_dash(series));
  c.paint.end_group();
}

/// Below the curves while they hold a part of the distances alone.
void draw_progress(const Canvas& c, const Plot& p, const Derived& derived) {
  if (!derived.refining()) return;
  const float y = p.area.greatest.y, height = c.px(3);
  c.paint.box({{p.area.least.x, y - height}, p.area.greatest}, c.theme.track);
  c.paint.box(
      {{p.area.least.x, y - height}, {p.area.least.x + p.area.width() * static_cast<float>(derived.refined()), y}},
      c.theme.accent);
  label_on(c, {p.area.least.x + c.px(8), y - height - c.px(22)}, c.theme.dim,
           c.words("a part of the distances so far; {:.0f} % refined", 100 * derived.refined()));
}

/// The table lies where it covers least of the lines that it reads.
void place_table(const Canvas& c, ReadOut& table, ImVec2 at, const Plot& p, const Scene& scene, const Derived& derived,
                 std::span<const float> alpha, bool may_go = false) {
  for (std::size_t s = 0; s < derived.series().size(); ++s)
    if (alpha[s] > 0) keep_off(table, p, line_of(c, p, scene, derived.series()[s]));
  table.draw(at, p.area, may_go);
}

/// The scores at the scene's own distance.
void draw_here(const Canvas& c, const Plot& p, const Scene& scene, const Derived& derived,
               std::span<const float> alpha) {
  const auto distance = static_cast<double>(std::abs(scene.m - scene.n));
  if (distance < p.x.least || distance > p.x.greatest) return;
  const float x = p.x.pixel(distance);
  p.rule_x(distance, c.theme.dim, 1.4f, 2, 3);
  const Series& current = derived.current();
  const ImVec2 at{x, p.y.pixel(gain_of(scene, current) * current.score_here)};
  const bool on_curve = scene.m >= scene.n || derived.head().equal;
  if (p.area.contains(at) && on_curve) read_out_dot(c, at, scheme_colour(c, current));
  // The axis has no sign: of q = k the cosines of Δ and −Δ are the same.
  ReadOut table(c, scene.m < scene.n && derived.head().equal
                       ? c.words("|Δ| = {}", grouped(c, distance))
                       : c.words("Δ = {}", grouped(c, static_cast<double>(scene.m - scene.n))));
  for (std::size_t s = 0; s < derived.series().size(); ++s) {
    const Series& series = derived.series()[s];
    if (alpha[s] > 0)
      table.add(scheme_colour(c, series), scheme_dash(series), series.label,
                c.words("{}", with_sign(gain_of(scene, series) * series.score_here, 4)));
  }
  read_ensembles(c, table, derived, distance, gain_of(scene, current));
  place_table(c, table, {at.x, std::min(at.y, p.area.least.y + p.area.height() * 0.45f)}, p, scene, derived, alpha,
              true);
}

/// What the column under the mouse holds.
void draw_under_mouse(const Canvas& c, const Plot& p, const Scene& scene, const Derived& derived,
                      std::span<const float> alpha) {
  const double wanted = p.x.value(c.mouse.x);
  const std::vector<std::int64_t>& edges = derived.current().curve.edges;
  if (edges.size() < 2) return;
  // The bin whose edges have the distance between them. The last edge is left out, so that the right border of the plot
  // still belongs to the last bin.
  const auto above = std::upper_bound(edges.begin(), edges.end() - 1, static_cast<std::int64_t>(std::lround(wanted)));
  const auto bin = static_cast<std::size_t>(std::max<std::ptrdiff_t>(0, above - edges.begin() - 1));
  const std::int64_t first = edges[bin], last = edges[bin + 1] - 1;
  read_out_rule(c, p.area, p.x.pixel(bin_distance(derived.current().curve, bin)));
  ReadOut table(c, first == last ? c.words("Δ = {}", grouped(c, static_cast<double>(first)))
                                 : c.words("Δ = {} … {}", grouped(c, static_cast<double>(first)),
                                           grouped(c, static_cast<double>(last))));
  for (std::size_t s = 0; s < derived.series().size(); ++s) {
    const Series& series = derived.series()[s];
    if (alpha[s] == 0 || bin >= series.curve.bins.size()) continue;
    const ScoreBin& b = series.curve.bins[bin];
    const double gain = gain_of(scene, series);
    const auto number = [&](float v) { return with_sign(gain * static_cast<double>(v), 4); };
    const ImVec2 at = p.at(bin_distance(series.curve, bin), gain * static_cast<double>(series.curve.local_mean[bin]));
    if (p.area.contains(at)) c.paint.disc(at, c.px(4), scheme_colour(c, series));
    // The line's own value, so that the table is the line; then what lies behind it.
    const std::string line = number(series.curve.local_mean[bin]);
    table.add(scheme_colour(c, series), scheme_dash(series), series.label,
              first == last ? c.words("line {}, here {}", line, number(b.mean))
                            : c.words("line {}, here {} … {}", line, number(b.least), number(b.greatest)));
  }
  read_ensembles(c, table, derived, static_cast<double>(first), gain_of(scene, derived.current()));
  place_table(c, table, c.mouse, p, scene, derived, alpha);
}

/// The query at a distance behind the key. Where it would leave the context that is pictured, the key makes room.
void choose_distance(Scene& next, std::int64_t distance) {
  const std::int64_t last = pictured_length(next) - 1;
  next.m = next.n + distance;
  if (next.m > last) {
    next.n = std::max<std::int64_t>(0, last - distance);
    next.m = next.n + distance;
  }
  settle(next);
}

/// Where the score of the scheme in force is negative for the first time: the line, a mean of many distances, crosses 0
/// far behind it.
void draw_first_negative(const Canvas& c, const Plot& p, const Derived& derived) {
  const FirstNegative* first = derived.numbers<FirstNegative>();
  if (derived.refining() || !first || !first->distance) return;
  const auto distance = static_cast<double>(*first->distance);
  const ImVec2 at = p.at(distance, 0);
  if (!p.area.contains(at)) return;
  const ImU32 colour = scheme_colour(c, derived.current());
  c.paint.line({at.x, at.y - c.px(5)}, {at.x, at.y + c.px(5)}, colour, c.stroke(2));
  const std::string_view words =
      c.words("{}: its least value first below 0 at {}", derived.current().label, grouped(c, distance));
  const float width = text_width(c.fonts.small, words), left = at.x - width - c.px(6);
  if (left > p.area.least.x && p.area.height() > c.px(60)) label_on(c, {left, at.y + c.px(5)}, colour, words);
}

/// Whose score it is, which is the whole truth of the curve: it never leaves the picture, and becomes shorter where
/// there is less room. Its last words switch the attention factor. Returns what is left below.
Rect draw_caveat(const Canvas& c, Rect room, const Scene& scene, const Derived& derived, Scene& next) {
  const Series& current = derived.current();
  const bool on = scene.options.flag(with_factor);
  const std::string_view along =
      scene.axis < 0 ? std::string_view()
      : scene.places ? c.words(" along {}, other axes where they are", axis_title(scene.rope, scene.axis))
                     : c.words(" along {}", axis_title(scene.rope, scene.axis));
  const std::string_view factor =
      on ? c.words("× attention factor² ({:.4f} of {})", gain_of(scene, current), current.label)
         : std::string_view("without the attention factor");
  const std::string_view brief_factor = on ? "× factor²" : "no attention factor";
  struct Words {
    std::string_view whose, factor, drawn;
  };
  const std::int64_t pairs = current.spectrum.pairs();
  const std::string_view whose = whose_words(c, scene);
  const std::string_view mean = derived.head().ones
                                    ? c.words("{}: mean of cos Δθ over {} pairs{}, ", whose, pairs, along)
                                    : c.words("{}: sum over {} pairs{} / Σ|q||k|, ", whose, pairs, along);
  const Words choices[] = {
      {mean, factor, "; line: local mean, band: least to greatest of every Δ, dot: this Δ"},
      {mean, factor, "; line: local mean, band: every Δ"},
      {mean, factor, ""},
      {c.words("{}, {} over {} pairs, ", whose, derived.head().ones ? "mean" : "sum", pairs), brief_factor, ""},
      {c.words("{}, ", whose), brief_factor, ""},
      {derived.own_head().ones ? "q = k = 1, " : "your q, k, ", on ? "× factor²" : "no factor", ""}};
  const auto width = [&](std::string_view words) { return text_width(c.fonts.small, words); };
  const Words* words = std::begin(choices);
  while (words + 1 != std::end(choices) &&
         width(words->whose) + width(words->factor) + width(words->drawn) + 4 > room.width())
    ++words;
  ImVec2 at = room.least;
  // Words begin on whole pixels: the next ones begin behind the last pixel of those before.
  at.x = std::ceil(at.x + text(c, at, c.fonts.small, c.theme.dim, words->whose)) + 1;
  if (switch_words(c, with_factor.key.data(), at, words->factor,
                   "Scores as drawn, or multiplied by the scheme's attention factor on q and on k, as the model's are. "
                   "Click: the other one."))
    next.options.set(with_factor, !on);
  text(c, {std::ceil(at.x + width(words->factor)) + 1, at.y}, c.fonts.small, c.theme.dim, words->drawn);
  return {{room.least.x, room.least.y + c.px(18)}, room.greatest};
}

/// At the right of the axis's title, where there is room beside it: how distances lie along the axis.
void draw_scale_switch(const Canvas& c, const Plot& p, const Scene& scene, Scene& next) {
  const std::string_view words = scene.options.is(x_scale, "log")      ? "log scale"
                                 : scene.options.is(x_scale, "linear") ? "linear scale"
                                                                       : "symlog scale";
  const float width = text_width(c.fonts.small, words);
  if (c.bare || p.area.width() < c.px(300) + 2 * width) return; // paper cannot be clicked
  if (switch_words(c, x_scale.key.data(), {p.area.greatest.x - width, p.area.greatest.y + c.px(22)}, words,
                   "How distances lie along the axis: logarithmic from 1, linear from 0, or symlog, which is "
                   "logarithmic and has a 0. Click or L: the next one."))
    action("scale").apply(next);
  const float title = text_width(c.fonts.small, distance_title) / 2 + c.px(20);
  draw_ensemble_switches(c, {p.area.greatest.x - width - c.px(18), p.area.greatest.y + c.px(22)},
                         p.area.centre().x + title, scene, curves, next);
}

/// What can be taken on the plot: the present distance, the trained context and the target, which is the right end.
/// Returns what is being held, in words with its place; nothing where no line is.
struct Held {
  double value;
  std::string_view words;
};
std::optional<Held> take_lines(const Canvas& c, const Plot& p, const Scene& scene, const Derived& derived,
                               Scene& next) {
  const double trained = derived.trained_length(), target = static_cast<double>(derived.length());
  const auto distance = static_cast<double>(std::abs(scene.m - scene.n));
  std::optional<Held> held;
  const auto take = [&](std::string_view key, const Grip& grip, double value) {
    if (grip.lit) held = {value, c.words("{} {}", key, grouped(c, value))};
    take_grip(next, key, grip);
  };
  const Grip here = c.bare ? Grip() : p.grip_x("distance", distance, true);
  if (here.lit) held = {distance, c.words("Δ = {}", grouped(c, distance))};
  if (here.value) choose_distance(next, std::clamp<std::int64_t>(std::llround(*here.value), 0, derived.length() - 1));
  // Where there is no extension both are the same place, and what is dragged there is how far the picture reaches.
  if (!derived.trained_extents().empty()) return held; // a grid's sides are dragged in `positions`
  if (trained < target) take("trained", p.grip_x("trained", trained), trained);
  take("target", p.grip_x("target", target), target);
  return held;
}

/// With Shift, a click on another scheme's line puts that scheme in force.
bool choose_line(const Canvas& c, const Plot& p, const Scene& scene, const Derived& derived,
                 std::span<const float> alpha, ImVec2 at, Scene& next) {
  if (!ImGui::GetIO().KeyShift) return false;
  for (std::size_t s = 0; s < derived.series().size(); ++s) {
    const Series& series = derived.series()[s];
    if (alpha[s] == 0 || series.current || !series.layer_type.empty()) continue;
    for (const ImVec2 point : line_of(c, p, scene, series)) {
      if (std::hypot(point.x - at.x, point.y - at.y) > c.px(8)) continue;
      choose_scheme(next, series.config.scaling.rope_type);
      return true;
    }
  }
  return false;
}

void draw(const Canvas& c, Rect panel, const Scene& scene, const Derived& derived, Scene& next) {
  if (c.title.empty() && shows_rival_score(scene))
    return draw_rival_score(c, panel, distances(c, scene, derived),
                            {view_x, view_y, heads, reach, gamma, slopes, heights}, scene, derived, next);
  if (c.title.empty() && scene.options.flag(still) && derived.head().ones)
    return draw_still_score(c, panel, distances(c, scene, derived),
                            {view_x, view_y, heads, reach, gamma, slopes, heights}, scene, derived, next);
  const Ensembles* const ensembles = derived.numbers<Ensembles>();
  if (c.title.empty() && !is_null(scene.options[split]) && ensembles && !ensembles->curves.empty())
    return draw_split(c, panel, distances(c, scene, derived), curves, scene, derived, next);
  Rect room;
  std::string_view title = derived.head().equal ? "Equal q, k: the score falls with Δ" : "The score at every distance";
  if (text_width(c.fonts.title, title) > panel.width() - c.px(36))
    title = derived.head().equal ? "Score of equal q, k" : "Score by distance";
  const Alphas alphas = heading_with_series(c, panel, title, "", "", scene, derived, hidden, next, room);
  room = draw_caveat(c, room, scene, derived, next);
  take_score_foot(c, room, scene, next);
  Plot p = plot_in(c, room, scene, derived);
  const std::vector<Series>& series = derived.series();
  const auto [trained, trained_axis] = trained_here(scene, derived);
  draw_beyond(c, p, trained);
  p.draw_axes();
  p.begin();
  // All bands first, then all lines, so that no band covers a line; the scheme in force comes last and lies on top.
  for (const bool band : {true, false})
    for (std::size_t s = series.size(); s-- > 0;)
      if (alphas[s] > 0) draw_series(c, p, scene, series[s], band, alphas[s]);
  draw_ensembles(c, p, derived, gain_of(scene, derived.current()));
  p.end();
  const float top = p.area.least.y + c.px(3);
  if (trained < p.x.greatest)
    label_rule_x(c, p, std::max(trained, p.x.least),
                 trained_axis >= 0       ? c.words("beyond the trained {} {}", extent_words(c, trained),
                                                   axis_title(scene.rope, trained_axis))
                 : trained_beyond(scene) ? "beyond the original context"
                                         : "beyond training",
                 c.theme.beyond, top);
  if (alphas[0] > 0) draw_first_negative(c, p, derived);
  draw_scale_switch(c, p, scene, next);
  const auto held = take_lines(c, p, scene, derived, next);
  note_as(c, "score delta", "score distance");
  p.take_input();
  keep_view(next, view_x, view_y, p);
  if (p.hovered() && !held)
    draw_under_mouse(c, p, scene, derived, alphas);
  else if (!c.bare)
    draw_here(c, p, scene, derived, alphas);
  if (held) label_rule_x(c, p, held->value, held->words, c.theme.text, top + c.px(22));
  draw_progress(c, p, derived);
  if (const auto clicked = p.clicked())
    if (!choose_line(c, p, scene, derived, alphas, *clicked, next))
      choose_distance(next, std::lround(p.x.value(clicked->x)));
}

Table columns(const Scene& scene, const Derived& derived) {
  Table table;
  table.formula = fmt::format(
      "score = {}{}", scene.options.flag(with_factor) ? "attention factor^2 * " : "",
      derived.head().ones
          ? "mean over pairs of cos(distance * inv_freq), q = k = 1"
          : fmt::format("sum over pairs of Re(q conj(k) e^(j distance inv_freq)) / sum of |q||k|, q = {}, k = {}",
                        head_source_text(scene.q), head_source_text(scene.k)));
  if (!scene.options.flag(with_factor)) table.formula += ", without the attention factor";
  const std::vector<std::int64_t>& edges = derived.current().curve.edges;
  std::vector<double> from, to;
  for (std::size_t b = 0; b + 1 < edges.size(); ++b) {
    from.push_back(static_cast<double>(edges[b]));
    to.push_back(static_cast<double>(edges[b + 1] - 1));
  }
  table.add("from", from);
  table.add("to", to);
  for (const Series& series : derived.series()) {
    const double gain = gain_of(scene, series);
    std::vector<double> mean, least, greatest;
    for (const ScoreBin& bin : series.curve.bins) {
      mean.push_back(gain * static_cast<double>(bin.mean));
      least.push_back(gain * static_cast<double>(bin.least));
      greatest.push_back(gain * static_cast<double>(bin.greatest));
    }
    table.add(fmt::format("{}_mean", column_name(series)), std::move(mean));
    table.add(fmt::format("{}_least", column_name(series)), std::move(least));
    table.add(fmt::format("{}_greatest", column_name(series)), std::move(greatest));
  }
  add_columns(table, derived, gain_of(scene, derived.current()));
  return table;
}

} // namespace

const Picture score_picture{
    .name = "score",
    .title = "Score",
    .line = "score versus distance: local mean, least and greatest of every integer distance",
    .group = Group::score,
    .tab = "curve",
    .update = update,
    .draw = draw,
    .columns = columns,
    .options = options,
    .compares = true,
};

} // namespace ropescope::pictures
