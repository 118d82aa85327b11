#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "app/canvas/axis.h"
#include "app/canvas/curves.h"
#include "app/canvas/imgui_compat.h"
#include "app/pictures/pictures.h"

namespace ropescope::pictures {

namespace {

struct Axes2 {
  Rect area;
  Axis x, y;
};

Axes2 plot_in(const Canvas& c, Rect room, const Derived& derived) {
  const Rect area{{room.least.x + c.px(46), room.least.y + c.px(8)},
                  {room.greatest.x - c.px(6), room.greatest.y - c.px(40)}};
  // Every score lies within −1 … 1 for equal weights, and 1 is the score at distance 0: the axis always has it, and 0.
  float least = 0, greatest = 1;
  for (const Series& series : derived.series())
    for (const ScoreBin& bin : series.curve.bins) {
      least = std::min(least, bin.least);
      greatest = std::max(greatest, bin.greatest);
    }
  return {area,
          {1, static_cast<double>(derived.length()), area.least.x, area.greatest.x, Scale::log},
          {static_cast<double>(least) - 0.05, static_cast<double>(greatest) + 0.04, area.greatest.y, area.least.y,
           Scale::linear}};
}

void draw_axes(const Canvas& c, const Axes2& p) {
  for (const Tick& tick : linear_ticks(p.y, std::max(3, static_cast<int>(p.area.height() / c.px(54))), &c.memory)) {
    const float y = p.y.pixel(tick.value);
    c.paint.line({p.area.least.x, y}, {p.area.greatest.x, y}, c.theme.grid, tick.value == 0 ? c.stroke(2) : 1);
    text(c, {p.area.least.x - c.px(8), y - c.px(9)}, c.fonts.small, c.theme.dim, tick.label, Align::right);
  }
  decades_below(c, p.area, p.x, 90, "relative distance Δ = m − n (tokens)");
}

/// Where no distance was seen in training: tinted and hatched; said in words above the curves.
void draw_beyond(const Canvas& c, const Axes2& p, double trained) {
  if (trained >= p.x.greatest || trained < 1) return;
  const float left = p.x.pixel(trained), pitch = c.px(14);
  const float height = p.area.height();
  c.paint.push_clip({{left, p.area.least.y}, p.area.greatest});
  c.paint.ground({{left, p.area.least.y}, p.area.greatest}, over(c.theme.panel, c.theme.beyond_fill));
  // Lines at 45°: the first begin a height further left, so that the corner is hatched too.
  for (float x = left - height; x < p.area.greatest.x; x += pitch)
    c.paint.line({x, p.area.greatest.y}, {x + height, p.area.least.y}, with_alpha(c.theme.beyond, 0.10f), 1);
  c.paint.pop_clip();
  c.rule({left, p.area.least.y}, {left, p.area.greatest.y}, c.theme.text, 1.4f, 7, 4);
}

void label_beyond(const Canvas& c, const Axes2& p, double trained) {
  if (trained >= p.x.greatest || trained < 1) return;
  const float left = p.x.pixel(trained);
  const char* words = "beyond training";
  const float width = text_width(c.fonts.small, words);
  const bool inside = left + c.px(8) + width < p.area.greatest.x;
  label_on(c, {inside ? left + c.px(8) : left - c.px(8) - width, p.area.least.y + c.px(3)}, c.theme.beyond, words);
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

/// One scheme: its band, or its line of local means.
void draw_series(const Canvas& c, const Axes2& p, const Series& series, bool band) {
  const ScoreCurve& curve = series.curve;
  const ImU32 colour = scheme_colour(c, series);
  auto columns = c.list_of<Span>(curve.bins.size());
  auto line = c.list_of<ImVec2>(curve.bins.size());
  for (std::size_t b = 0; b < curve.bins.size(); ++b) {
    const float x = p.x.pixel(bin_distance(curve, b));
    columns.push_back({x, p.y.pixel(static_cast<double>(curve.bins[b].greatest)),
                       p.y.pixel(static_cast<double>(curve.bins[b].least))});
    line.emplace_back(x, p.y.pixel(static_cast<double>(curve.local_mean[b])));
  }
  if (band) {
    c.paint.band(columns, with_alpha(colour, c.theme.dark ? 0.26f : 0.24f));
    draw_edges(c, columns, series.current, with_alpha(colour, 0.22f));
  } else
    scheme_line(c, line, series);
}

/// Below the curves while they hold a part of the distances alone.
void draw_progress(const Canvas& c, const Axes2& p, const Derived& derived) {
  if (!derived.refining()) return;
  const float y = p.area.greatest.y, height = c.px(3);
  c.paint.box({{p.area.least.x, y - height}, p.area.greatest}, c.theme.track);
  c.paint.box(
      {{p.area.least.x, y - height}, {p.area.least.x + p.area.width() * static_cast<float>(derived.refined()), y}},
      c.theme.accent);
  label_on(c, {p.area.least.x + c.px(8), y - height - c.px(22)}, c.theme.dim,
           c.words("a part of the distances so far; {:.0f} % refined", 100 * derived.refined()));
}

/// A small table on the picture. Its corner keeps within the plot.
class ReadOut {
public:
  ReadOut(const Canvas& c, std::string_view title) : c_(c), title_(title), rows_(&c.memory) {}

  void add(ImU32 colour, std::string_view name, std::string_view value) { rows_.push_back({colour, name, value}); }

  void draw(ImVec2 at, Rect within) const {
    float names = text_width(c_.fonts.bold, title_), values = 0;
    for (const Row& row : rows_) {
      names = std::max(names, text_width(c_.fonts.small, row.name) + c_.px(16));
      values = std::max(values, text_width(c_.fonts.mono_small, row.value));
    }
    const float width = names + values + c_.px(42), height = c_.px(34 + 20 * static_cast<float>(rows_.size()));
    // To the right of the point and above it; at its left where the plot ends too soon; and always within the plot.
    // Where the plot is lower than the table, clamp() would get an empty range, hence the max().
    ImVec2 corner{at.x + c_.px(14), at.y - height - c_.px(14)};
    if (corner.x + width > within.greatest.x) corner.x = at.x - c_.px(14) - width;
    corner.y = std::clamp(corner.y, within.least.y + c_.px(6),
                          std::max(within.least.y + c_.px(6), within.greatest.y - height - c_.px(6)));
    c_.paint.box({corner, {corner.x + width, corner.y + height}}, with_alpha(c_.theme.raised, 0.95f), c_.px(6));
    c_.paint.frame({corner, {corner.x + width, corner.y + height}}, c_.theme.outline, 1, c_.px(6));
    text(c_, {corner.x + c_.px(12), corner.y + c_.px(7)}, c_.fonts.bold, c_.theme.text, title_);
    float y = corner.y + c_.px(29);
    for (const Row& row : rows_) {
      c_.paint.box({{corner.x + c_.px(12), y + c_.px(5)}, {corner.x + c_.px(21), y + c_.px(14)}}, row.colour, c_.px(2));
      text(c_, {corner.x + c_.px(28), y}, c_.fonts.small, c_.theme.dim, row.name);
      text(c_, {corner.x + width - c_.px(12), y}, c_.fonts.mono_small, c_.theme.text, row.value, Align::right);
      y += c_.px(20);
    }
  }

private:
  struct Row {
    ImU32 colour;
    std::string_view name, value;
  };
  const Canvas& c_;
  std::string_view title_;
  std::pmr::vector<Row> rows_;
};

/// The scores at the scene's own distance.
void draw_here(const Canvas& c, const Axes2& p, const Scene& scene, const Derived& derived) {
  const std::int64_t distance = std::abs(scene.m - scene.n);
  if (distance < 1 || static_cast<double>(distance) > p.x.greatest) return;
  const float x = p.x.pixel(static_cast<double>(distance));
  c.rule({x, p.area.least.y}, {x, p.area.greatest.y}, c.theme.dim, 1.4f, 2, 3);
  const Series& current = derived.current();
  const ImVec2 at{x, p.y.pixel(current.score_here)};
  c.paint.disc(at, c.px(7), c.theme.text);
  c.paint.disc(at, c.px(5), scheme_colour(c, current));
  ReadOut table(c, c.words("Δ = {}", grouped(static_cast<double>(distance))));
  for (const Series& series : derived.series())
    table.add(scheme_colour(c, series), series.label, c.words("{}", with_sign(series.score_here, 4)));
  table.draw({at.x, std::min(at.y, p.area.least.y + p.area.height() * 0.45f)}, p.area);
}

/// What the column under the mouse holds.
void draw_under_mouse(const Canvas& c, const Axes2& p, const Derived& derived) {
  const double wanted = p.x.value(c.mouse.x);
  const std::vector<std::int64_t>& edges = derived.current().curve.edges;
  // The bin whose edges have the distance between them. The last edge is left out, so that the right border of the plot
  // still belongs to the last bin.
  const auto above = std::upper_bound(edges.begin(), edges.end() - 1, static_cast<std::int64_t>(std::lround(wanted)));
  const auto bin = static_cast<std::size_t>(std::max<std::ptrdiff_t>(0, above - edges.begin() - 1));
  c.paint.line({c.mouse.x, p.area.least.y}, {c.mouse.x, p.area.greatest.y}, with_alpha(c.theme.text, 0.5f), 1);
  const std::int64_t first = edges[bin], last = edges[bin + 1] - 1;
  ReadOut table(c, first == last ? c.words("Δ = {}", grouped(static_cast<double>(first)))
                                 : c.words("Δ = {} … {}", grouped(static_cast<double>(first)),
                                           grouped(static_cast<double>(last))));
  for (const Series& series : derived.series()) {
    const ScoreBin& b = series.curve.bins[bin];
    const auto number = [](float v) { return with_sign(static_cast<double>(v), 4); };
    table.add(scheme_colour(c, series), series.label,
              first == last ? c.words("{}", number(b.mean))
                            : c.words("{} ({} … {})", number(b.mean), number(b.least), number(b.greatest)));
  }
  table.draw(c.mouse, p.area);
}

} // namespace

void score(const Canvas& c, Rect panel, const Scene& scene, const Derived& derived, Scene& next) {
  const char *title = "Score versus relative distance",
             *remark = "⟨R(m)q, R(n)k⟩ / d, q = k = 1; line: local mean, band: least to greatest of every Δ";
  const std::string_view along = scene.axis < 0 ? "" : c.words(" along {}", axis_name(scene.rope, scene.axis));
  const Rect room =
      heading_with_legend(c, panel, c.words("{}{}", title, along), remark, "mean, and band of every Δ", derived);
  const Axes2 p = plot_in(c, room, derived);
  draw_beyond(c, p, derived.trained_length());
  draw_axes(c, p);
  c.paint.push_clip(p.area);
  // All bands first, then all lines, so that no band covers a line; the scheme in force comes last and lies on top.
  for (const bool band : {true, false})
    for (auto series = derived.series().rbegin(); series != derived.series().rend(); ++series)
      draw_series(c, p, *series, band);
  c.paint.pop_clip();
  label_beyond(c, p, derived.trained_length());
  const bool inside = p.area.contains(c.mouse);
  if (inside)
    draw_under_mouse(c, p, derived);
  else
    draw_here(c, p, scene, derived);
  draw_progress(c, p, derived);
  if (inside && c.clicked) {
    next.m = scene.n + std::lround(p.x.value(c.mouse.x));
    settle(next);
  }
}

std::string score_csv(const Derived& derived) {
  std::string text = "from,to";
  for (const Series& series : derived.series())
    for (const char* what : {"mean", "least", "greatest"})
      fmt::format_to(std::back_inserter(text), ",\"{} {}\"", series.label, what);
  const std::vector<std::int64_t>& edges = derived.current().curve.edges;
  for (std::size_t b = 0; b + 1 < edges.size(); ++b) {
    fmt::format_to(std::back_inserter(text), "\n{},{}", edges[b], edges[b + 1] - 1);
    for (const Series& series : derived.series()) {
      const ScoreBin& bin = series.curve.bins[b];
      fmt::format_to(std::back_inserter(text), ",{:.9g},{:.9g},{:.9g}", bin.mean, bin.least, bin.greatest);
    }
  }
  return text + '\n';
}

} // namespace ropescope::pictures
