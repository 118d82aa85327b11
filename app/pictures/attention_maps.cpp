#include <algorithm>
#include <array>
#include <cmath>
#include <optional>

#include "app/canvas/imgui_compat.h"
#include "app/canvas/widgets.h"
#include "app/pictures/attention_parts.h"

namespace ropescope::pictures {

namespace {

/// What one of the maps shows: a score, a weight, or the second's minus the first's score.
struct Drawn {
  const AttentionNumbers& numbers;
  bool softmax;
  std::size_t which; ///< 2: the difference

  bool is_difference() const { return which == 2; }
  double at(std::size_t map, Spot s) const {
    const ShownMap& shown = numbers.maps[map];
    return softmax ? shown.weights.at(shown.map, s.m, s.n) : shown.map.at(s.m, s.n);
  }
  double value(Spot s) const { return is_difference() ? at(1, s) - at(0, s) : at(which, s); }
  double mean(std::size_t map, Spot s, std::int64_t block) const {
    const std::int64_t end_m = std::min(s.m + block, numbers.tokens), end_n = std::min(s.n + block, numbers.tokens);
    if (!softmax) return numbers.maps[map].map.mean(s.m, end_m, s.n, end_n);
    double sum = 0;
    int count = 0;
    for (std::int64_t m = s.m; m < end_m; ++m)
      for (std::int64_t n = s.n; n < std::min(end_n, m + 1); ++n, ++count) sum += at(map, {m, n});
    return count > 0 ? sum / count : 0;
  }
  double block_value(Spot s, std::int64_t block) const {
    return is_difference() ? mean(1, s, block) - mean(0, s, block) : mean(which, s, block);
  }
};

constexpr double least_weight = 1e-4;        // of softmax: colours are of its logarithm, from here to 1
constexpr double greatest_difference = 0.45; // of the colours

/// Colours of scores, weights and differences, made once for a map.
struct Colours {
  static constexpr int steps = 256;
  std::array<ImU32, steps> all{};
  double least = 0, greatest = 1;
  bool logarithmic = false;

  Colours(const Canvas& c, const Drawn& drawn) {
    logarithmic = drawn.softmax && !drawn.is_difference();
    if (drawn.is_difference())
      least = -greatest_difference, greatest = greatest_difference;
    else if (logarithmic)
      least = std::log(least_weight), greatest = 0;
    else
      least = drawn.numbers.maps[drawn.which].least, greatest = drawn.numbers.maps[drawn.which].greatest;
    for (int s = 0; s < steps; ++s) {
      const double share = static_cast<double>(s) / (steps - 1);
      all[static_cast<std::size_t>(s)] =
          drawn.is_difference() ? signed_colour(c.theme, 1 - 2 * share) : error_colour(share);
    }
  }
  ImU32 of(double value) const {
    const double x = logarithmic ? std::log(std::max(value, least_weight)) : value;
    const double share = std::clamp((x - least) / (greatest - least), 0.0, 1.0);
    return all[static_cast<std::size_t>(std::lround(share * (steps - 1)))];
  }
};

/// Tokens that one cell stands for: a cell is a pixel wide at least.
std::int64_t block_of(const Plot& plot) {
  const double tokens = plot.x.greatest - plot.x.least, pixels = std::max(1.0, static_cast<double>(plot.area.width()));
  return std::max<std::int64_t>(1, static_cast<std::int64_t>(std::ceil(tokens / pixels - 1e-6)));
}

void draw_map(const Canvas& c, const Plot& plot, const Drawn& drawn) {
  const std::int64_t block = block_of(plot), tokens = drawn.numbers.tokens;
  const auto begin = [&](double least) {
    return std::clamp<std::int64_t>(static_cast<std::int64_t>(std::floor(least + 0.5)) / block * block, 0, tokens - 1);
  };
  const auto end = [&](double greatest, std::int64_t first) {
    const auto last = static_cast<std::int64_t>(std::ceil(greatest - 0.5)) + 1;
    return std::min(first + (std::max<std::int64_t>(1, last - first) + block - 1) / block * block,
                    (tokens + block - 1) / block * block);
  };
  const std::int64_t m0 = begin(plot.y.least), m1 = end(plot.y.greatest, m0), n0 = begin(plot.x.least),
                     n1 = end(plot.x.greatest, n0);
  const Colours colours(c, drawn);
  const Rect cells{plot.at(static_cast<double>(n0) - 0.5, static_cast<double>(m0) - 0.5),
                   plot.at(static_cast<double>(n1) - 0.5, static_cast<double>(m1) - 0.5)};
  plot.begin();
  draw_triangle(c, cells, m0, m1, n0, n1, block, [&](std::int64_t m, std::int64_t n) {
    return colours.of(drawn.block_value({m, n}, block));
  });
  plot.end();
}

/// The diagonal of a distance, as far as it is seen.
void draw_diagonal(const Canvas& c, const Plot& plot, double distance, ImU32 colour, bool dashed) {
  // Within the plot alone, whose view may be a small part of it.
  const double from = std::max({0.0, plot.x.least, plot.y.least - distance}),
               to = std::min(plot.x.greatest, plot.y.greatest - distance);
  if (!(from < to)) return;
  const ImVec2 ends[] = {plot.at(from, from + distance), plot.at(to, to + distance)};
  c.paint.polyline(ends, colour, c.stroke(dashed ? 1.5f : 1.2f), dashed ? c.dashes({{6, 4, 6, 4}}) : Dash());
}

/// The present query, key and distance.
void draw_present(const Canvas& c, const Plot& plot, const Scene& scene, std::int64_t tokens) {
  if (c.bare) return;
  const auto m = static_cast<double>(scene.m), n = static_cast<double>(scene.n);
  plot.begin();
  if (scene.m >= scene.n) draw_diagonal(c, plot, m - n, c.theme.text, true);
  if (scene.m < tokens) {
    const float half = std::max(c.px(1.5f), (plot.y.pixel(1) - plot.y.pixel(0)) / 2);
    const float y = plot.y.pixel(m), right = plot.x.pixel(m + 0.5);
    c.paint.box({{plot.area.least.x, y - half}, {right, y + half}}, with_alpha(c.theme.query, 0.75f));
  }
  if (scene.n < tokens && scene.m >= scene.n)
    c.rule(plot.at(n, m), {plot.x.pixel(n), plot.area.greatest.y}, c.theme.key, 1.5f, 3, 3);
  if (scene.m < tokens && scene.n <= scene.m) {
    c.paint.disc(plot.at(n, m), c.px(6), c.theme.text);
    c.paint.disc(plot.at(n, m), c.px(4), c.theme.ground);
  }
  plot.end();
}

/// Labels of positions at the left of the first map and below each.
void draw_labels(const Canvas& c, const Plot& plot, bool first) {
  std::int64_t step = 1;
  while (plot.x.pixel(static_cast<double>(step)) - plot.x.pixel(0) < c.px(48)) step *= 2;
  const float below = plot.area.greatest.y + c.px(4);
  const std::string_view key = "key n";
  const float key_left = plot.area.greatest.x - text_width(c.fonts.bold, key);
  text(c, {key_left, below}, c.fonts.bold, c.theme.key, key);
  const auto from = static_cast<std::int64_t>(std::ceil(plot.x.least));
  for (std::int64_t n = (std::max<std::int64_t>(0, from) + step - 1) / step * step;
       static_cast<double>(n) <= plot.x.greatest; n += step) {
    const std::string_view words = grouped(c, static_cast<double>(n));
    const float width = text_width(c.fonts.small, words), x = plot.x.pixel(static_cast<double>(n)) - width / 2;
    if (x + width > key_left - c.px(8)) break;
    text(c, {std::max(x, plot.area.least.x - c.px(4)), below}, c.fonts.small, c.theme.dim, words);
  }
  if (!first) return;
  const float right = plot.area.least.x - c.px(8);
  text(c, {right, plot.area.greatest.y - c.px(36)}, c.fonts.bold, c.theme.query, "query", Align::right);
  text(c, {right, plot.area.greatest.y - c.px(18)}, c.fonts.bold, c.theme.query, "m", Align::right);
  const auto top = static_cast<std::int64_t>(std::ceil(plot.y.least));
  for (std::int64_t m = (std::max<std::int64_t>(0, top) + step - 1) / step * step;
       static_cast<double>(m) <= plot.y.greatest; m += step) {
    const float y = plot.y.pixel(static_cast<double>(m)) - c.px(9);
    if (y > plot.area.greatest.y - c.px(56)) break;
    text(c, {right, std::max(y, plot.area.least.y - c.px(3))}, c.fonts.small, c.theme.dim,
         grouped(c, static_cast<double>(m)), Align::right);
  }
}

/// Whether the distance alone counts, in as many words as there is room for. Returns where the next line begins.
float draw_badge(const Canvas& c, ImVec2 corner, const ShownMap& shown, const AttentionNumbers& numbers,
                 bool brief_words) {
  const bool alike = is_alike(numbers.content), holds = shown.off < 1e-5;
  const ImU32 colour = holds ? c.theme.good : c.theme.bad;
  const std::string_view title = c.words("{} {}", holds ? "✓" : "✗",
                                         alike   ? holds ? "only distance counts" : "position counts too"
                                         : holds ? "same when slid"
                                                 : "changes when slid");
  if (brief_words) {
    text(c, corner, c.fonts.small, colour, title, Align::right);
    return corner.y + c.px(19);
  }
  const std::string_view line = c.words("{} {} in float32", alike ? "spread" : "change", brief(c, shown.off));
  const float width = std::max(text_width(c.fonts.bold, title), text_width(c.fonts.small, line)) + c.px(20);
  const Rect box{{corner.x - width, corner.y}, {corner.x, corner.y + c.px(46)}};
  c.paint.box(box, c.theme.raised, c.px(6));
  text(c, {box.least.x + c.px(10), corner.y + c.px(5)}, c.fonts.bold, colour, title);
  text(c, {box.least.x + c.px(10), corner.y + c.px(25)}, c.fonts.small, c.theme.dim, line);
  return corner.y + c.px(58);
}

/// What the colours reach from and to.
void draw_scale(const Canvas& c, ImVec2 corner, float width, const Drawn& drawn) {
  const Colours colours(c, drawn);
  const float below = corner.y + c.px(12);
  c.paint.image({{corner.x - width, corner.y}, {corner.x, corner.y + c.px(10)}}, Colours::steps, 1, colours.all);
  const auto end = [&](double v) {
    if (!colours.logarithmic) return c.words("{}{:.4g}", v < 0 ? "−" : "", std::abs(v));
    return v < 0 ? std::string_view("≤ 0.0001") : std::string_view("1");
  };
  text(c, {corner.x - width, below}, c.fonts.small, c.theme.dim, end(colours.least));
  text(c, {corner.x, below}, c.fonts.small, c.theme.dim, end(colours.greatest), Align::right);
}

/// In the corner that no query sees: the badge, the present score, and the colours.
void draw_corner(const Canvas& c, const Plot& plot, const Scene& scene, const Drawn& drawn) {
  const Rect& area = plot.area;
  // Where the maps are zoomed, the corner is not free.
  if (area.width() < c.px(150) || plot.x.least > 0 || plot.y.least > 0 ||
      plot.x.greatest < static_cast<double>(drawn.numbers.tokens) - 1)
    return;
  const bool is_small = area.width() < c.px(300);
  const float right = area.greatest.x;
  float y = area.least.y + c.px(4);
  if (!drawn.is_difference())
    y = draw_badge(c, {right, y}, drawn.numbers.maps[drawn.which], drawn.numbers, is_small);
  else if (!is_small)
    y += c.px(58);
  if (!c.bare && scene.m < drawn.numbers.tokens && scene.n <= scene.m) {
    if (!is_small) text(c, {right, y}, c.fonts.small, c.theme.dim, c.words("Δ = {}", scene.m - scene.n), Align::right);
    text(c, {right, y + c.px(is_small ? 0.0f : 18.0f)}, c.fonts.mono, c.theme.text,
         c.words("{}", with_sign(drawn.value({scene.m, scene.n}), 4)), Align::right);
  }
  if (!is_small) draw_scale(c, {right, y + c.px(44)}, c.px(130), drawn);
}

/// The ring is dragged along its diagonal: query and key move together, and the number stays.
bool take_ring(const Canvas& c, const Plot& plot, const Scene& scene, std::int64_t tokens, Scene& next) {
  const auto m = static_cast<double>(scene.m), n = static_cast<double>(scene.n);
  if (c.bare || scene.m >= tokens || scene.n > scene.m) return false;
  const ImVec2 at = plot.at(n, m);
  if (!plot.area.contains(at)) return false;
  const float reach = c.px(10);
  const Rect area{{at.x - reach, at.y - reach}, {at.x + reach, at.y + reach}};
  hit("attention ring", area);
  c.note("attention ring", area, "A drag along the diagonal moves query and key together: the score stays.");
  explain(c, "A drag along the diagonal moves query and key together: the score stays.");
  const bool held = ImGui::IsItemActive();
  if (held && (ImGui::GetIO().MouseDelta.x != 0 || ImGui::GetIO().MouseDelta.y != 0)) {
    const ImVec2 mouse = ImGui::GetIO().MousePos;
    const double along = (plot.x.value(mouse.x) - n + plot.y.value(mouse.y) - m) / 2;
    const std::int64_t by = std::clamp<std::int64_t>(std::llround(along), -scene.n, tokens - 1 - scene.m);
    next.m = scene.m + by;
    next.n = scene.n + by;
  }
  return held || (ImGui::IsItemHovered() && area.contains(c.mouse));
}

/// A map's title; dragged onto the other map, the two change places.
void take_title(const Canvas& c, std::size_t i, Rect title, const Plot* other, const Scene& scene,
                const Derived& derived, const AttentionNumbers& numbers, const Property& second, Scene& next) {
  if (c.bare || numbers.maps.size() < 2 || !other || numbers.maps[1].rival) return;
  const char* name = i == 0 ? "attention first" : "attention second";
  hit(name, title);
  c.note(name, title, "A drag onto the other map: the two change places.");
  explain(c, "A drag onto the other map: the two change places.");
  if (!ImGui::IsItemDeactivated() || !other->area.contains(ImGui::GetIO().MousePos)) return;
  const RopeType before = scene.rope.scaling.rope_type,
                 after = derived.series()[numbers.maps[1].series].config.scaling.rope_type;
  choose_scheme(next, after);
  if (before != RopeType::standard) next.compared[static_cast<std::size_t>(before)] = true;
  next.options.set(second, std::string(column_name(derived.current())));
}

std::string_view title_of(const Canvas& c, const AttentionNumbers& numbers, std::size_t i) {
  if (i < 2) return numbers.maps[i].label;
  return c.words("{} − {}", numbers.maps[1].label, numbers.maps[0].label);
}

void draw_read_out(const Canvas& c, const Plot& plot, const Derived& derived, const AttentionNumbers& numbers,
                   bool softmax, Spot s) {
  ReadOut table(c, c.words("m = {}, n = {}, Δ = {}", s.m, s.n, s.m - s.n));
  for (std::size_t i = 0; i < numbers.maps.size(); ++i)
    table.add(colour_of(c, derived, numbers.maps[i]), numbers.maps[i].label,
              c.words("{}", with_sign(Drawn{numbers, softmax, i}.value(s), 4)));
  if (numbers.maps.size() > 1)
    table.add(0, "difference", c.words("{}", with_sign(Drawn{numbers, softmax, 2}.value(s), 4)));
  table.draw(c.mouse, plot.area, true);
}

/// The cell at a place of a map; nothing where no query sees the key.
std::optional<Spot> spot_at(const Plot& plot, ImVec2 mouse, std::int64_t tokens) {
  if (!plot.area.contains(mouse)) return std::nullopt;
  const Spot s{std::llround(plot.y.value(mouse.y)), std::llround(plot.x.value(mouse.x))};
  if (s.n < 0 || s.m >= tokens || s.n > s.m) return std::nullopt;
  return s;
}

} // namespace

ImU32 colour_of(const Canvas& c, const Derived& derived, const ShownMap& shown) {
  return shown.rival ? c.theme.text : scheme_colour(c, derived.series()[shown.series]);
}

std::int64_t draw_maps(const Canvas& c, Rect room, const Scene& scene, const Derived& derived,
                       const MapOptions& options, Scene& next) {
  const AttentionNumbers& numbers = *derived.numbers<AttentionNumbers>();
  constexpr float left = 56, title = 24, below = 24, edge = 8; // 8 is what a plot leaves free (plot.cpp)
  const std::size_t possible = numbers.maps.size() < 2 ? 1 : room.width() < c.px(820) ? 2 : 3;
  const float wide = room.width() / static_cast<float>(possible);
  const float side = std::floor(std::min(wide - c.px(left + edge + 4), room.height() - c.px(title + below + edge)));
  if (side < c.px(40)) return 0;
  std::array<std::optional<Plot>, 3> plots;
  const auto last = static_cast<double>(numbers.tokens) - 0.5;
  constexpr const char* ids[] = {"attention map", "attention map 2", "attention map 3"};
  for (std::size_t i = 0; i < possible; ++i) {
    const float x = std::round(room.least.x + wide * static_cast<float>(i)), y = room.least.y + c.px(title);
    const AxisSpec along{.all = {-0.5, last}, .labels = Labels::none, .fewest = 8};
    AxisSpec keys = along, queries = along;
    keys.view = scene.options.range(options.x);
    keys.margin = below;
    queries.view = scene.options.range(options.y);
    queries.margin = left;
    queries.downwards = true;
    plots[i].emplace(c, ids[i], Rect{{x, y}, {x + c.px(left + edge) + side, y + c.px(edge + below) + side}}, keys,
                     queries);
  }
  std::optional<Spot> hovered;
  for (std::size_t i = 0; i < possible && !hovered; ++i) hovered = spot_at(*plots[i], c.mouse, numbers.tokens);
  bool on_ring = false;
  for (std::size_t i = 0; i < possible; ++i) {
    Plot& plot = *plots[i];
    const Drawn drawn{numbers, options.softmax, i};
    draw_map(c, plot, drawn);
    draw_present(c, plot, scene, numbers.tokens);
    if (hovered) {
      plot.begin();
      draw_diagonal(c, plot, static_cast<double>(hovered->m - hovered->n), c.theme.accent, false);
      plot.end();
    }
    draw_labels(c, plot, i == 0);
    const std::string_view name = shortened(c, c.fonts.bold, title_of(c, numbers, i), side);
    const float width = text_width(c.fonts.bold, name), top = plot.area.least.y - c.px(title);
    text(c, {plot.area.greatest.x, top}, c.fonts.bold, i < 2 ? colour_of(c, derived, numbers.maps[i]) : c.theme.text,
         name, Align::right);
    draw_corner(c, plot, scene, drawn);
    if (i < 2)
      take_title(c, i, {{plot.area.greatest.x - width, top}, {plot.area.greatest.x, top + c.px(20)}},
                 possible > 1 ? &*plots[1 - i] : nullptr, scene, derived, numbers, options.second, next);
    ImGui::PushID(ids[i]);
    on_ring = take_ring(c, plot, scene, numbers.tokens, next) || on_ring;
    ImGui::PopID();
    plot.take_input();
    keep_view(next, options.x, options.y, plot);
    if (const auto clicked = plot.clicked())
      if (const auto spot = spot_at(plot, *clicked, numbers.tokens)) next.m = spot->m, next.n = spot->n;
  }
  if (hovered && !on_ring)
    for (std::size_t i = 0; i < possible; ++i)
      if (plots[i]->hovered()) draw_read_out(c, *plots[i], derived, numbers, options.softmax, *hovered);
  return block_of(*plots[0]);
}

} // namespace ropescope::pictures
