#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "app/canvas/hot_areas.h"
#include "app/canvas/imgui_compat.h"
#include "app/pictures/distance.h"
#include "app/pictures/handles.h"
#include "app/pictures/neighbours_parts.h"
#include "core/rope/scheme.h"

namespace ropescope::pictures {

namespace {

constexpr Property options[] = {
    view_row("neighbours.x", "tokens", "distances that are seen, −256 … 256 at most"),
    view_row("neighbours.y", "", "scores of the peak that are seen"),
    hidden_row("neighbours.hidden"),
    {.key = "neighbours.curve",
     .kind = Kind::flag,
     .label = "peak instead of strips",
     .help = "where there is room for one of the two: the curves of the peak in the place of the strips",
     .fallback = false},
    {.key = "neighbours.curves",
     .kind = Kind::texts,
     .label = "curves of the peak",
     .help = "schemes whose peaks are drawn, by their names; where any are named, the peak fills the picture",
     .nullable = true,
     .default_words = "all that are compared"},
};
constexpr const Property &view_x = options[0], &view_y = options[1], &hidden = options[2], &curve = options[3],
                         &named = options[4];

constexpr double fewest = 4, most = 256, usual = 16, wide = 32; ///< tokens to either side

/// Distances that are seen; whole ones are asked of it.
Range seen_of(const Scene& scene, double otherwise) {
  const Range range = scene.options.range(view_x).value_or(Range{-otherwise, otherwise});
  if (!(range.least < range.greatest)) return {-otherwise, otherwise};
  return {std::clamp(range.least, -most, most - 1), std::clamp(range.greatest, 1 - most, most)};
}

void update(const Scene& scene, Derived& derived, gpu::Engines&, Patience) {
  struct Inputs {
    std::uint64_t version;
    std::int64_t first, last;
    bool operator==(const Inputs&) const = default;
  };
  const Range seen = seen_of(scene, wide);
  const Inputs inputs{derived.version(), static_cast<std::int64_t>(std::ceil(seen.least)),
                      static_cast<std::int64_t>(std::floor(seen.greatest))};
  derived.numbers<NeighbourNumbers>(inputs, [&] {
    NeighbourNumbers numbers;
    for (const Series& series : derived.series()) {
      std::vector<std::complex<double>> products;
      std::vector<double> theta = series.spectrum.inv_freq;
      for (std::size_t i = 0; i < theta.size(); ++i) {
        products.emplace_back(series.weights[i].a, -series.weights[i].b);
        if (series.turns[i] == 0) theta[i] = 0; // another axis turns it
      }
      numbers.of.push_back(neighbours_of(products, theta, series.turns, inputs.first, inputs.last));
    }
    return numbers;
  });
}

/// "q = k", or whose q and k they are.
std::string_view whose(const Derived& derived) { return derived.head().equal ? "q = k" : "your q, k"; }

/// Brightness: at most 0.6 is the ground and 1 the colour of words, where q = k; else the least and greatest there are.
struct Brightness {
  double least = 0.6, greatest = 1;
  ImU32 colour(const Canvas& c, double score) const {
    const double share = std::clamp((score - least) / std::max(1e-12, greatest - least), 0.0, 1.0);
    return mix(mix(c.theme.panel, c.theme.text, 0.035f), c.theme.text, static_cast<float>(std::pow(share, 1.35)));
  }
};

Brightness brightness_of(const Derived& derived, const NeighbourNumbers& numbers) {
  if (derived.head().equal) return {};
  Brightness b{1, -1};
  for (const Neighbours& n : numbers.of)
    for (const double score : n.scores) b = {std::min(b.least, score), std::max(b.greatest, score)};
  return b;
}

/// The scores of all schemes at one distance.
void read_out(const Canvas& c, const Derived& derived, const NeighbourNumbers& numbers, std::span<const float> alphas,
              std::int64_t distance, Rect within) {
  ReadOut table(c, c.words("Δ = {}", grouped(c, static_cast<double>(distance))));
  for (std::size_t s = 0; s < numbers.of.size(); ++s)
    if (alphas[s] > 0)
      table.add(scheme_colour(c, derived.series()[s]), scheme_dash(derived.series()[s]), derived.series()[s].label,
                c.words("{}", with_sign(numbers.of[s].score(distance), 4)));
  table.draw(c.mouse, within);
}

/// What a row of tokens needs to be laid out.
struct Strips {
  Rect cells;
  std::int64_t first, last;
  float row;
  float left(std::int64_t d) const {
    return cells.least.x + cells.width() * static_cast<float>(d - first) / static_cast<float>(last - first + 1);
  }
};

void draw_scale(const Canvas& c, Rect line, const Brightness& b) {
  const std::string_view least = c.words("{}{:.2g}", b.least == 0.6 ? "≤ " : "", b.least),
                         greatest = c.words("{:.2g}", b.greatest);
  const float words = text_width(c.fonts.small, least), after = text_width(c.fonts.small, greatest);
  const float width = c.px(62);
  if (line.width() < words + after + width + c.px(20)) return;
  const float right = line.greatest.x - after - c.px(14), left = right - c.px(6) - width;
  text(c, {right, line.least.y}, c.fonts.small, c.theme.dim, greatest);
  text(c, {left - c.px(6), line.least.y}, c.fonts.small, c.theme.dim, least, Align::right);
  constexpr int steps = 31;
  for (int i = 0; i < steps; ++i) {
    const float x = left + width * static_cast<float>(i) / steps;
    c.paint.box({{x, line.least.y + c.px(3)}, {x + width / steps + 0.5f, line.least.y + c.px(14)}},
                b.colour(c, b.least + (b.greatest - b.least) * i / (steps - 1)));
  }
}

/// Below the strips: a few distances in numbers.
void label_strips(const Canvas& c, const Strips& s, float y) {
  std::int64_t step = 1;
  while (s.left(s.first + step) - s.left(s.first) < c.px(70)) step *= 2;
  for (std::int64_t d = s.first; d <= s.last; ++d) {
    if (d % step != 0) continue;
    const std::string_view words = d == 0 ? std::string_view("0") : c.words("{}", with_sign(static_cast<double>(d), 0));
    const float half = text_width(c.fonts.small, words) / 2, x = (s.left(d) + s.left(d + 1)) / 2;
    const float at = std::clamp(x, s.cells.least.x + half, s.cells.greatest.x - half);
    const Rect area{{at - half, y}, {at + half, y + compat::font_size(c.fonts.small)}};
    if (is_free(c, area)) text(c, area.least, c.fonts.small, c.theme.dim, words);
  }
}

/// A row of tokens for each scheme, and by how much the score one token away is lower.
void draw_strips(const Canvas& c, Rect panel, const Scene& scene, const Derived& derived, std::span<const float> alphas,
                 Range seen, Scene& next) {
  const NeighbourNumbers& numbers = *derived.numbers<NeighbourNumbers>();
  const Rect room = heading(
      c, panel, "Can a head tell its neighbours apart?",
      c.words("the score of a token with itself (middle) and with its neighbours on either side, {}", whose(derived)));
  const Brightness brightness = brightness_of(derived, numbers);
  const auto rows =
      static_cast<std::size_t>(std::count_if(alphas.begin(), alphas.end(), [](float a) { return a > 0; }));
  float names = c.px(60);
  for (const Series& series : derived.series())
    names = std::max(names, text_width(c.fonts.bold, series.label) + c.px(18));
  names = std::min(names, room.width() * 0.25f);
  const float lost = c.px(112);
  Strips s{{{room.least.x + names, room.least.y + c.px(22)}, {room.greatest.x - lost, room.greatest.y - c.px(24)}},
           static_cast<std::int64_t>(std::ceil(seen.least)),
           static_cast<std::int64_t>(std::floor(seen.greatest)),
           0};
  if (rows == 0 || s.cells.width() < c.px(60) || s.cells.height() < c.px(16) || s.last < s.first) return;
  s.row = std::min(c.px(64), s.cells.height() / static_cast<float>(rows));
  s.cells.greatest.y = s.cells.least.y + s.row * static_cast<float>(rows);
  const std::string_view heads[] = {"score falls, next token", "falls at Δ = 1"};
  for (const std::string_view words : heads)
    if (text_width(c.fonts.small, words) < lost + c.px(30)) {
      text(c, {room.greatest.x, room.least.y}, c.fonts.small, c.theme.dim, words, Align::right);
      break;
    }
  hit("neighbours strips", s.cells);
  constexpr std::string_view help = "A token for each distance: brighter is a greater score. A click takes the query "
                                    "there; the wheel shows more or fewer.";
  c.note("neighbours strips", s.cells, help);
  const bool hovered = ImGui::IsItemHovered() && s.cells.contains(c.mouse);
  const std::int64_t under = s.first + static_cast<std::int64_t>((c.mouse.x - s.cells.least.x) / s.cells.width() *
                                                                 static_cast<float>(s.last - s.first + 1));
  const float gap = s.left(s.first + 1) - s.left(s.first) > c.px(6) ? c.px(2) : 0, round = gap > 0 ? c.px(3) : 0;
  float y = s.cells.least.y;
  for (std::size_t r = 0; r < derived.series().size(); ++r) {
    if (alphas[r] == 0) continue;
    const Series& series = derived.series()[r];
    const float high = s.row - std::min(c.px(8), s.row * 0.2f), letters = compat::font_size(c.fonts.bold);
    c.paint.begin_group(series.label);
    for (std::int64_t d = s.first; d <= s.last; ++d)
      c.paint.box({{s.left(d), y}, {s.left(d + 1) - gap, y + high}}, brightness.colour(c, numbers.of[r].score(d)),
                  round);
    c.paint.end_group();
    if (s.row >= letters * 1.05f) {
      text(c, {room.least.x, y + (high - letters) / 2}, c.fonts.bold, scheme_colour(c, series),
           shortened(c, c.fonts.bold, series.label, names - c.px(8)));
      const double away = numbers.of[r].lost_at_one;
      text(c, {room.greatest.x, y + (high - compat::font_size(c.fonts.mono)) / 2}, c.fonts.mono, c.theme.text,
           std::isnan(away) ? std::string_view("–") : c.words("{:.3f} %", 100 * away), Align::right);
    }
    y += s.row;
  }
  const auto mark = [&](std::int64_t d, ImU32 colour, float width) {
    if (d < s.first || d > s.last) return;
    c.paint.frame({{s.left(d) - c.px(2), s.cells.least.y - c.px(3)},
                   {s.left(d + 1) - gap + c.px(2), s.cells.greatest.y - std::min(c.px(8), s.row * 0.2f) + c.px(3)}},
                  colour, c.stroke(width), c.px(4));
  };
  if (!c.bare) mark(scene.m - scene.n, c.theme.accent, 2);
  label_strips(c, s, s.cells.greatest.y + c.px(2));
  draw_scale(c, {{room.least.x, s.cells.greatest.y + c.px(2)}, {s.cells.least.x, s.cells.greatest.y + c.px(20)}},
             brightness);
  if (!hovered) return;
  mark(under, c.theme.text, 1);
  if (ImGui::IsItemHovered()) ImGui::SetMouseCursor(ImGuiMouseCursor_Hand);
  if (c.clicked) take_distance(next, under);
  if (const float wheel = ImGui::GetIO().MouseWheel; wheel != 0) {
    // Both sides alike: the token itself stays in the middle.
    const double reach = std::max(-seen.least, seen.greatest) * std::pow(1.2, -static_cast<double>(wheel));
    const double held = std::clamp(reach, fewest, most);
    next.options.set(view_x, std::vector<double>{-held, held});
  }
  read_out(c, derived, numbers, alphas, under, panel);
}

/// Scores at whole distances are dots; the thin line between two of them is a guide for the eye.
void draw_peak(const Canvas& c, Rect room, const Scene& scene, const Derived& derived, std::span<const float> alphas,
               Range seen, Scene& next) {
  const NeighbourNumbers& numbers = *derived.numbers<NeighbourNumbers>();
  double least = 0.9, greatest = 1;
  for (std::size_t s = 0; s < numbers.of.size(); ++s)
    if (alphas[s] > 0)
      for (std::size_t i = 0; i < numbers.of[s].scores.size(); ++i) {
        const auto d = static_cast<double>(numbers.of[s].first + static_cast<std::int64_t>(i));
        if (d < seen.least || d > seen.greatest) continue;
        least = std::min(least, numbers.of[s].scores[i]), greatest = std::max(greatest, numbers.of[s].scores[i]);
      }
  Plot p(c, "neighbours peak", room,
         {.all = {-most, most},
          .title = "relative distance Δ = m − n (tokens)",
          .view = scene.options.range(view_x).value_or(Range{seen.least - 0.4, seen.greatest + 0.4}),
          .fewest = 2 * fewest},
         {.all = {least - 0.02, greatest + 0.012}, .view = scene.options.range(view_y)});
  p.draw_axes();
  p.begin();
  const float apart = p.x.pixel(1) - p.x.pixel(0), radius = std::min(c.px(4.5f), apart * 0.36f);
  for (std::size_t s = numbers.of.size(); s-- > 0;) {
    if (alphas[s] == 0) continue;
    const Neighbours& n = numbers.of[s];
    const ImU32 colour = with_alpha(scheme_colour(c, derived.series()[s]), alphas[s]);
    c.paint.begin_group(derived.series()[s].label);
    auto points = c.list_of<ImVec2>(n.scores.size());
    for (std::size_t i = 0; i < n.scores.size(); ++i)
      points.push_back(p.at(static_cast<double>(n.first) + static_cast<double>(i), n.scores[i]));
    p.line(points, with_alpha(colour, alphas[s] * 0.75f), 1.4f, scheme_dash(derived.series()[s]));
    if (radius >= 1.5f)
      for (const ImVec2 at : points)
        if (at.x > p.area.least.x - radius && at.x < p.area.greatest.x + radius) {
          c.paint.disc(at, radius + 1, c.theme.panel);
          c.paint.disc(at, radius, colour);
        }
    c.paint.end_group();
  }
  p.end();
  if (derived.head().equal && 0.9 > p.y.least && 0.9 < p.y.greatest) {
    p.rule_y(0.9, c.theme.dim, 1.4f, 5, 4);
    label_on(c, {p.area.least.x + c.px(6), p.y.pixel(0.9) - c.px(20)}, c.theme.dim, "score 0.9");
  }
  if (!c.bare) p.rule_x(static_cast<double>(scene.m - scene.n), c.theme.accent, 1.4f, 2, 3);
  p.take_input();
  keep_view(next, view_x, view_y, p);
  const auto distance = std::llround(p.x.value(c.mouse.x));
  if (const auto clicked = p.clicked()) take_distance(next, std::llround(p.x.value(clicked->x)));
  if (!p.hovered() || distance < numbers.of[0].first ||
      distance >= numbers.of[0].first + std::ssize(numbers.of[0].scores))
    return;
  read_out_rule(c, p.area, p.x.pixel(static_cast<double>(distance)));
  read_out(c, derived, numbers, alphas, distance, p.area);
}

/// Where the parts lie; one that has no room has no width.
struct Layout {
  Rect strips, peak, cost;
};

Layout layout_of(const Canvas& c, Rect stage, std::size_t rows, bool curve_alone) {
  const float gap = c.px(12);
  if (stage.height() < c.px(560)) return curve_alone ? Layout{{}, stage, {}} : Layout{stage, {}, {}};
  const float high =
      std::min(stage.height() * 0.45f, c.px(110) + c.px(52) * static_cast<float>(std::max<std::size_t>(rows, 2)));
  Layout l{{stage.least, {stage.greatest.x, stage.least.y + high}},
           {{stage.least.x, stage.least.y + high + gap}, stage.greatest},
           {}};
  if (stage.width() < c.px(860)) return l;
  const float cost = std::clamp(stage.width() * 0.38f, c.px(380), c.px(620));
  l.cost = {{stage.greatest.x - cost, l.peak.least.y}, stage.greatest};
  l.peak.greatest.x = l.cost.least.x - gap;
  return l;
}

/// At the right of the peaks: how far a token must go to lose a tenth, and what its neighbour keeps, in large digits.
void draw_named_facts(const Canvas& c, Rect room, const Derived& derived, std::span<const float> alphas) {
  const NeighbourNumbers& numbers = *derived.numbers<NeighbourNumbers>();
  float y = room.least.y;
  const float large = compat::font_size(c.fonts.huge), block = large + c.px(84);
  // No extension first, as it is what the others are compared with.
  for (const bool plain : {true, false})
    for (std::size_t s = 0; s < numbers.of.size(); ++s) {
      const Series& series = derived.series()[s];
      const bool standard = series.config.scaling.rope_type == RopeType::standard;
      if (alphas[s] == 0 || standard != plain || y + block > room.greatest.y) continue;
      const ImU32 colour = scheme_colour(c, series);
      const auto tenth = numbers.of[s].tenth_lost;
      text(c, {room.least.x, y}, c.fonts.bold, colour, shortened(c, c.fonts.bold, series.label, room.width()));
      const float wide = text(c, {room.least.x, y + c.px(20)}, c.fonts.huge, colour,
                              tenth ? c.words("{:.1f}", *tenth) : std::string_view("never"));
      text(c, {room.least.x + wide + c.px(10), y + c.px(20) + large * 0.52f}, c.fonts.small, c.theme.dim,
           shortened(c, c.fonts.small, "tokens to lose 10 %", room.width() - wide - c.px(10)));
      text(c, {room.least.x, y + c.px(24) + large * 1.15f}, c.fonts.small, c.theme.dim,
           c.words("{:.4f} one token away", numbers.of[s].score(1)));
      y += block;
    }
}

/// The peaks of the schemes that are named, alone, with the factor below them.
void draw_named(const Canvas& c, Rect stage, const Scene& scene, const Derived& derived, Scene& next) {
  const auto names = scene.options.texts(named);
  auto alphas = Alphas(&c.memory);
  for (const Series& series : derived.series())
    alphas.push_back(std::find(names.begin(), names.end(), column_name(series)) != names.end() ? 1.0f : 0.0f);
  Rect room = heading(c, stage, "Can a head tell its neighbours apart?",
                      c.words("the score at every whole distance, {}", whose(derived)));
  if (room.width() < c.px(140) || room.height() < c.px(90)) return;
  const bool scales = scheme_of(scene.rope).type != RopeType::standard;
  if (scales && !c.bare && room.height() > c.px(240)) {
    const float handle = handle_height(c);
    room.greatest.y -= handle;
    draw_handle(c, "neighbours factor", {{room.least.x, room.greatest.y}, {room.greatest.x, room.greatest.y + handle}},
                *find_property("factor"), 1, 32, scene, next);
  }
  float x = room.least.x;
  for (std::size_t s = 0; s < alphas.size(); ++s) {
    if (alphas[s] == 0) continue;
    const Series& series = derived.series()[s];
    const float y = room.least.y + c.px(9);
    const ImVec2 ends[] = {{x, y}, {x + c.px(26), y}};
    c.paint.polyline(ends, scheme_colour(c, series), c.stroke(2.5f), c.dashes(scheme_dash(series)));
    x += c.px(34);
    x += text(c, {x, room.least.y}, c.fonts.bold, scheme_colour(c, series), series.label) + c.px(24);
  }
  room.least.y += c.px(26);
  const float facts = room.width() > c.px(760) && derived.head().equal ? c.px(270) : 0;
  if (facts > 0)
    draw_named_facts(c, {{room.greatest.x - facts + c.px(24), room.least.y}, room.greatest}, derived, alphas);
  room.greatest.x -= facts;
  c.note("neighbours token", room, "Hover a dot: the scores at that distance. Click: that distance.");
  draw_peak(c, room, scene, derived, alphas, seen_of(scene, usual), next);
}

void draw(const Canvas& c, Rect stage, const Scene& scene, const Derived& derived, Scene& next) {
  if (stage.width() < c.px(200) || stage.height() < c.px(120)) return panel(c, stage);
  if (!scene.options.texts(named).empty()) return draw_named(c, stage, scene, derived, next);
  const auto names = scene.options.texts(hidden);
  auto alphas = Alphas(&c.memory);
  for (const Series& series : derived.series()) alphas.push_back(is_hidden(names, column_name(series)) ? 0.0f : 1.0f);
  const auto rows =
      static_cast<std::size_t>(std::count_if(alphas.begin(), alphas.end(), [](float a) { return a > 0; }));
  const bool alone = stage.height() < c.px(560);
  const Layout l = layout_of(c, stage, rows, scene.options.flag(curve));
  const Range seen = seen_of(scene, stage.width() > c.px(2600) && stage.height() > c.px(1500) ? wide : usual);
  if (l.peak.width() > 0) {
    Rect room;
    alphas = heading_with_series(c, l.peak, "The peak", "score at every whole Δ, one scale for all", "", scene, derived,
                                 hidden, next, room);
    draw_peak(c, room, scene, derived, alphas, seen, next);
  }
  if (l.cost.width() > 0) draw_cost(c, l.cost, derived, alphas);
  if (l.strips.width() > 0) draw_strips(c, l.strips, scene, derived, alphas, seen, next);
  if (!alone) return;
  const bool on = scene.options.flag(curve);
  const std::string_view words = on ? "show the strips" : "show the curve";
  const Rect area{{stage.least.x + c.px(18), stage.greatest.y - c.px(20)},
                  {stage.least.x + c.px(18) + text_width(c.fonts.small, words), stage.greatest.y - c.px(4)}};
  if (is_free(c, area) && switch_words(c, curve.key.data(), area.least, words,
                                       "The strips, or the same scores as curves; there is room for one of them."))
    next.options.set(curve, !on);
}

Table columns(const Scene& scene, const Derived& derived) {
  const NeighbourNumbers& numbers = *derived.numbers<NeighbourNumbers>();
  const Range seen = seen_of(scene, usual);
  Table table;
  table.formula = "score = mean over pairs of cos(distance * inv_freq) where q = k = 1, else by the scene's q and k";
  std::vector<double> distances;
  for (auto d = static_cast<std::int64_t>(std::ceil(seen.least));
       d <= static_cast<std::int64_t>(std::floor(seen.greatest)); ++d)
    distances.push_back(static_cast<double>(d));
  table.add("distance", distances);
  for (std::size_t s = 0; s < numbers.of.size(); ++s) {
    std::vector<double> scores;
    for (const double d : distances) scores.push_back(numbers.of[s].score(static_cast<std::int64_t>(d)));
    table.add(std::string(column_name(derived.series()[s])), std::move(scores));
  }
  return table;
}

} // namespace

const Picture neighbours_picture{
    .name = "neighbours",
    .title = "Neighbours",
    .line = "the score of a token with itself and with its neighbours, under each scheme",
    .group = Group::score,
    .tab = "neighbours",
    .update = update,
    .draw = draw,
    .columns = columns,
    .options = options,
    .compares = true,
};

} // namespace ropescope::pictures
