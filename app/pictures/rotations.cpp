#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <optional>

#include <fmt/format.h>

#include "app/canvas/axis.h"
#include "app/canvas/hot_areas.h"
#include "app/pictures/dial.h"
#include "app/pictures/parts.h"
#include "app/pictures/rotations_view.h"
#include "app/scene/grid.h"
#include "core/analysis/hands.h"
#include "core/analysis/turns.h"
#include "core/rope/scheme.h"

namespace ropescope::pictures {

namespace {

// Pixels at scale 1: the number below a dial, the strip at the foot, and what the strip takes with its words.
constexpr float label_height = 17, strip_height = 8, strip_room = 40;

struct Grid {
  std::int64_t columns = 1, rows = 1;
  float cell_width = 0, cell_height = 0, radius = 0;
  bool labelled = true;
};

/// Rows that groups of so many dials need: each begins a row of its own.
std::int64_t rows_of(std::span<const std::int64_t> groups, std::int64_t columns) {
  std::int64_t rows = 0;
  for (const std::int64_t dials : groups) rows += (dials + columns - 1) / columns;
  return rows;
}

/// The arrangement with the largest dials; powers of two across where that costs little, so that rows align.
/// `label`: width of the widest number, `between`: what lies between two groups, pixels.
Grid arrange(const Canvas& c, Rect area, std::span<const std::int64_t> groups, float label, float between) {
  Grid best;
  float best_worth = 0;
  const float high = area.height() - between * static_cast<float>(groups.size() - 1);
  const std::int64_t most = *std::max_element(groups.begin(), groups.end());
  for (std::int64_t columns = 1; columns <= most; ++columns) {
    const std::int64_t rows = rows_of(groups, columns);
    Grid g{columns, rows, area.width() / static_cast<float>(columns), high / static_cast<float>(rows), 0, true};
    // Numbers only where they fit below a dial that is still large enough to read.
    g.labelled = g.cell_width >= label + c.px(3) && g.cell_height - c.px(label_height) >= c.px(24);
    g.radius = std::min(g.cell_width, g.cell_height - (g.labelled ? c.px(label_height) : 0.0f)) / 2 * 0.84f;
    // A row of 8, 16 or 32 pairs is easier to count along than another. It is taken where its dials are at most about a
    // tenth smaller than the largest that fit.
    const bool even = columns % 8 == 0 && std::all_of(groups.begin(), groups.end(),
                                                      [&](std::int64_t dials) { return dials % columns == 0; });
    const float worth = g.radius * (even ? 1.12f : 1.0f);
    if (worth > best_worth) best = g, best_worth = worth;
  }
  return best;
}

/// At the left of the rows of an axis: its name, its colour, and where both tokens are on it.
void draw_axis_name(const Canvas& c, Rect area, std::int64_t axis, const Scene& scene) {
  const ImU32 colour = c.theme.of_axis(static_cast<std::size_t>(axis));
  c.paint.box({{area.least.x, area.least.y + c.px(2)}, {area.least.x + c.px(4), area.greatest.y - c.px(2)}}, colour);
  const float left = area.least.x + c.px(11), room = area.greatest.x - left - c.px(4);
  const std::string_view whole = axis_title(scene.rope, axis),
                         name = text_width(c.fonts.bold, whole) <= room ? whole : axis_name(scene.rope, axis);
  const auto at = [&](double position) { return grouped(c, position, position == std::round(position) ? 0 : 2); };
  const std::string_view where = c.words("{} − {}", at(query_on(scene, axis)), at(key_on(scene, axis)));
  const bool both = area.height() >= c.px(40) && text_width(c.fonts.small, where) <= room;
  const float y = area.centre().y - c.px(both ? 18 : 9);
  if (area.height() >= c.px(18)) text(c, {left, y}, c.fonts.bold, colour, shortened(c, c.fonts.bold, name, room));
  if (both) text(c, {left, y + c.px(19)}, c.fonts.small, c.theme.dim, where);
}

/// Samples of what a dial shows, from left to right as far as there is room: the last are left out first.
void draw_legend(const Canvas& c, Rect panel, std::int64_t pairs) {
  float x = panel.least.x;
  const float y = panel.least.y, middle = y + c.px(9);
  const auto room = [&](std::string_view words) {
    return x + c.px(36) + text_width(c.fonts.small, words) <= panel.greatest.x;
  };
  const auto words = [&](std::string_view label) {
    x += text(c, {x, y}, c.fonts.small, c.theme.dim, label) + c.px(22);
  };
  const std::string_view count = c.words("{} pairs, fastest first", pairs);
  // Query and key come together or not at all, and before the words.
  const float both = text_width(c.fonts.small, "query") + text_width(c.fonts.small, "key") + c.px(2 * 26 + 2 * 22);
  if (x + both > panel.greatest.x) return;
  if (x + both + text_width(c.fonts.small, count) + c.px(22) <= panel.greatest.x) words(count);
  for (const auto& [label, colour] : {std::pair{"query", c.theme.query}, std::pair{"key", c.theme.key}}) {
    if (!room(label)) return;
    c.paint.line({x, middle}, {x + c.px(20), middle}, colour, c.stroke(4));
    x += c.px(26);
    words(label);
  }
  if (!room("Δ·θ")) return;
  for (int i = 0; i < 6; ++i)
    c.paint.triangle({x, middle + c.px(5)}, on_circle({x, middle + c.px(5)}, c.px(14), 0.2 * (i + 1)),
                     on_circle({x, middle + c.px(5)}, c.px(14), 0.2 * i), phase_colour(0.2 * i, 1));
  x += c.px(20);
  words("Δ·θ");
  if (!room("angles seen in training")) return;
  c.paint.arc({x + c.px(7), middle}, c.px(7), 0, 4.6, c.theme.seen, c.stroke(2.5f));
  x += c.px(22);
  words("angles seen in training");
}

/// Neighbouring pairs, first … end − 1, of one fate.
struct Stretch {
  std::int64_t first, end;
  PairFate fate;
};

/// What the scheme does to the pairs, fastest first: kept, blended, interpolated, never turned.
void draw_strip(const Canvas& c, Rect area, const Derived& derived) {
  const Spectrum& spectrum = derived.current().spectrum;
  auto stretches = c.list_of<Stretch>(static_cast<std::size_t>(spectrum.pairs()));
  // A scheme such as LongRoPE gives each pair a divisor of its own. That one of them is 1 or s is then a coincidence
  // and makes no group.
  const bool each_its_own = scheme_of(derived.current().config).acts_on == ActsOn::given_factors;
  for (std::int64_t i = 0; i < spectrum.pairs(); ++i) {
    const PairFate f = each_its_own ? PairFate::blended : fate(spectrum, i);
    if (stretches.empty() || stretches.back().fate != f) stretches.push_back({i, i, f});
    stretches.back().end = i + 1;
  }
  const auto x_of = [&](std::int64_t pair) {
    return area.least.x + area.width() * static_cast<float>(pair) / static_cast<float>(spectrum.pairs());
  };
  const float top = area.greatest.y - c.px(strip_height);
  constexpr std::string_view all_kept = "no extension: every pair turns as it was trained";
  float free_from = area.least.x;
  for (std::size_t s = 0; s < stretches.size(); ++s) {
    const Stretch& stretch = stretches[s];
    ImU32 colour = c.theme.outline;
    std::string_view label = "never turns";
    switch (stretch.fate) {
    case PairFate::kept:
      colour = c.theme.kept;
      label =
          stretches.size() == 1 && text_width(c.fonts.small, all_kept) < area.width() ? all_kept : "kept as trained";
      break;
    case PairFate::blended:
      colour = each_its_own ? c.theme.own_factor : c.theme.blended;
      label = each_its_own ? "each pair by its own factor" : "blended";
      break;
    case PairFate::interpolated: {
      const auto last = static_cast<std::size_t>(stretch.end - 1);
      colour = c.theme.interpolated;
      // The last pair of the stretch stands for all: pairs that are interpolated are divided by the same number.
      label = c.words("slowed ÷{:.4g}", spectrum.unscaled[last] / spectrum.inv_freq[last]);
      break;
    }
    case PairFate::unrotated: break;
    }
    c.paint.box({{x_of(stretch.first), top}, {x_of(stretch.end), area.greatest.y}}, colour);
    const float width = text_width(c.fonts.small, label);
    const float middle = (x_of(stretch.first) + x_of(stretch.end) - width) / 2;
    // The first label begins at the left edge, the last ends at the right one, the others stand in the middle of their
    // stretch. A label moves right of the one before it; it is left out where it would leave the area, or where it is
    // longer than 120 and would reach more than 60 (at scale 1) beyond its own stretch.
    const float wanted = s == 0 ? area.least.x : s + 1 == stretches.size() ? area.greatest.x - width : middle;
    const float x = std::max(wanted, free_from);
    if (x + width > area.greatest.x + 1 ||
        (s + 1 < stretches.size() && x + width > std::max(x_of(stretch.end), x + c.px(60)) + c.px(60)))
      continue;
    const ImU32 ink = stretch.fate == PairFate::unrotated ? c.theme.dim : colour;
    text(c, {x, top - c.px(20)}, c.fonts.small, ink, label);
    free_from = x + width + c.px(16);
  }
  // Lines between pairs where they are more than two pixels apart.
  for (std::int64_t i = 1; i < spectrum.pairs() && x_of(1) - x_of(0) > c.px(3); ++i)
    c.paint.line({x_of(i), top}, {x_of(i), area.greatest.y}, with_alpha(c.theme.panel, 0.5f), 1);
}

/// Those that the scene asks for: two rising numbers are first and last, any other list the pairs themselves; within
/// the pairs there are. All where none is left.
std::pmr::vector<std::int64_t> chosen_pairs(const Canvas& c, const Scene& scene, std::int64_t pairs) {
  auto chosen = c.list_of<std::int64_t>(static_cast<std::size_t>(pairs));
  const std::vector<std::int64_t>& asked = scene.pairs;
  if (asked.size() == 2 && asked[0] < asked[1])
    for (std::int64_t i = asked[0]; i <= std::min(asked[1], pairs - 1); ++i) chosen.push_back(i);
  else
    for (const std::int64_t i : asked)
      if (i < pairs) chosen.push_back(i);
  if (chosen.empty())
    for (std::int64_t i = 0; i < pairs; ++i) chosen.push_back(i);
  return chosen;
}

/// Two numbers of the head that no position turns: a dial without hands.
void draw_still(const Canvas& c, ImVec2 centre, float radius) {
  c.paint.circle(centre, radius * 0.8f, c.theme.outline, 1);
  c.paint.line(centre, {centre.x + radius * 0.5f, centre.y}, c.theme.outline, std::max(1.0f, std::round(radius / 12)));
}

/// The numbers of the dial under the mouse.
void draw_read_out(const Canvas& c, Rect wall, std::int64_t pair, const Scene& scene, const Derived& derived,
                   const Dial& dial) {
  const auto i = static_cast<std::size_t>(pair);
  const double theta = derived.current().spectrum.inv_freq[i], lambda = wavelength(theta);
  const std::int64_t axis = axis_of(derived, i);
  ReadOut table(c, derived.axes().empty() ? c.words("pair {}", pair)
                                          : c.words("pair {}, {}", pair, axis_title(scene.rope, axis)));
  table.add(c.theme.query, "query angle", c.words("{} rad", with_sign(static_cast<double>(std::arg(dial.query)), 3)));
  table.add(c.theme.key, "key angle", c.words("{} rad", with_sign(static_cast<double>(std::arg(dial.key)), 3)));
  table.add(phase_colour(angle_between(dial), 1), "Δ·θ", angle_words(c, distance_of(scene, derived, i) * theta));
  if (!derived.own_head().ones)
    table.add(c.theme.dim, "|q||k| of the largest", c.words("{:.1f} %", 100 * static_cast<double>(dial.weight)));
  table.add(scheme_colour(c, derived.current()), "wavelength",
            theta == 0 ? "never turns"
                       : c.words("{} {}", grouped(c, lambda, lambda < 1000 ? 1 : 0), unit_of(scene, derived, i)));
  table.add(c.theme.seen, "turns in training", c.words("{:.3f}", dial.seen / (2 * std::numbers::pi)));
  table.draw(c.mouse, wall);
}

/// What the wall says of this model.
std::string_view title_of(const Canvas& c, const Derived& derived) {
  const std::int64_t slow = incomplete_pairs(derived.trained().inv_freq, derived.trained_reach());
  if (slow == 0) return "Every pair turns at its own speed";
  return c.words("Fast pairs spin; {} slow {} never end a turn in training", slow, slow == 1 ? "one" : "ones");
}

/// One dial in its cell. Returns it where the mouse is on it.
std::optional<Dial> draw_cell(const Canvas& c, Rect cell, const Grid& grid, std::int64_t pair, const Scene& scene,
                              const Derived& derived, Scene& next) {
  const auto i = static_cast<std::size_t>(pair);
  const ImVec2 centre{cell.centre().x, cell.least.y + grid.radius * 1.12f};
  const bool selected = pair == scene.pair && !c.bare;
  Dial dial = dial_at(scene, derived, i);
  dial.selected = selected;
  draw_dial(c, centre, grid.radius, dial);
  if (pair == lit_pair(c) && !selected) c.paint.circle(centre, grid.radius * 1.08f, c.theme.text, c.stroke(2));
  if (grid.labelled)
    text(c, {centre.x, centre.y + grid.radius * 1.12f + c.px(2)}, c.fonts.mono_small,
         selected                 ? c.theme.accent
         : derived.axes().empty() ? c.theme.dim
                                  : c.theme.of_axis(derived.axes()[i]),
         c.words("{}", pair), Align::centre);
  if (!cell.contains(c.mouse)) return std::nullopt;
  light_pair(c, pair);
  if (c.clicked) next.pair = pair;
  return dial;
}

/// All dials; where positions have several axes, those that an axis turns stand together behind its name.
void draw_wall(const Canvas& c, Rect wall, std::span<const std::int64_t> pairs, const Scene& scene,
               const Derived& derived, Scene& next) {
  const auto groups = by_axis(c, derived, pairs);
  auto sizes = c.list_of<std::int64_t>(groups.size());
  for (const AxisGroup& group : groups) sizes.push_back(static_cast<std::int64_t>(group.pairs.size()));
  // Where a part of the head alone turns, the others stand still behind them, as quiet dials.
  const Spectrum& spectrum = derived.current().spectrum;
  const std::int64_t still =
      c.title.empty() && scene.pairs.empty() ? std::max<std::int64_t>(0, spectrum.head_dim / 2 - spectrum.pairs()) : 0;
  sizes.back() += still;
  const float label = text_width(c.fonts.mono_small, c.words("{}", pairs.back())),
              between = groups.size() > 1 ? c.px(wall.height() > c.px(200) ? 8 : 3) : 0;
  float names = 0;
  if (!derived.axes().empty())
    for (const AxisGroup& group : groups) {
      const std::string_view name =
          wall.width() > c.px(420) ? axis_title(scene.rope, group.axis) : axis_name(scene.rope, group.axis);
      names = std::max(names, text_width(c.fonts.bold, name) + c.px(26));
    }
  if (names > 0 && wall.width() > c.px(600)) names = std::max(names, c.px(96));
  const Rect dials{{wall.least.x + names, wall.least.y}, wall.greatest};
  const Grid grid = arrange(c, dials, sizes, label, between);
  hot_areas().push_back(wall);
  std::optional<std::pair<std::int64_t, Dial>> hovered;
  float top = wall.least.y;
  for (std::size_t g = 0; g < groups.size(); ++g) {
    const auto corner_of = [&](std::size_t place) {
      const auto columns = static_cast<std::size_t>(grid.columns);
      return ImVec2(dials.least.x + grid.cell_width * static_cast<float>(place % columns),
                    top + grid.cell_height * static_cast<float>(place / columns));
    };
    const std::span<const std::int64_t> of_axis = groups[g].pairs;
    for (std::size_t place = 0; place < of_axis.size(); ++place) {
      const ImVec2 corner = corner_of(place);
      const Rect cell{corner, {corner.x + grid.cell_width, corner.y + grid.cell_height}};
      if (const auto dial = draw_cell(c, cell, grid, of_axis[place], scene, derived, next))
        hovered = {of_axis[place], *dial};
    }
    for (std::size_t place = of_axis.size(); place < static_cast<std::size_t>(sizes[g]); ++place) {
      const ImVec2 corner = corner_of(place);
      draw_still(c, {corner.x + grid.cell_width / 2, corner.y + grid.radius * 1.12f}, grid.radius);
    }
    const float high = grid.cell_height * static_cast<float>(rows_of(std::span(sizes).subspan(g, 1), grid.columns));
    if (names > 0) draw_axis_name(c, {{wall.least.x, top}, {dials.least.x, top + high}}, groups[g].axis, scene);
    top += high + between;
  }
  if (hovered) draw_read_out(c, wall, hovered->first, scene, derived, hovered->second);
}

void draw(const Canvas& c, Rect panel, const Scene& scene, const Derived& derived, Scene& next) {
  const std::string_view whole = c.title.empty() ? title_of(c, derived) : c.title;
  if (c.title.empty() && rotations_view::is_asked(scene))
    return rotations_view::draw(c, panel, whole, chosen_pairs(c, scene, derived.current().spectrum.pairs()), scene,
                                derived, next);
  const float least_legend = c.px(150);
  const bool fits = text_width(c.fonts.title, whole) + least_legend < panel.width() - c.px(36);
  const std::string_view shown = !c.title.empty() || fits ? whole : std::string_view("Rotations");
  const Rect area = heading(c, panel, shown, "");
  const Spectrum& spectrum = derived.current().spectrum;
  const float title = text_width(c.fonts.title, shown) + c.px(16) + (c.step > 0 ? c.px(34) : 0);
  draw_legend(c, {{area.least.x + title, panel.least.y + c.px(17)}, {panel.greatest.x - c.px(8), area.least.y}},
              spectrum.pairs());

  // The wall of dials stays whatever the room is: the sentence goes first, then the strip.
  Rect wall{{area.least.x, area.least.y + c.px(4)}, area.greatest};
  if (area.height() > c.px(110)) {
    wall.greatest.y -= c.px(strip_room);
    draw_strip(c, area, derived);
  }
  constexpr std::string_view what_a_pair_is =
      "A pair is two numbers of q and of k; they turn by position × a speed of their own.";
  if (area.height() > c.px(230) && text_width(c.fonts.small, what_a_pair_is) <= area.width()) {
    text(c, area.least, c.fonts.small, c.theme.dim, what_a_pair_is);
    wall.least.y += c.px(24);
  }
  if (wall.width() < c.px(40) || wall.height() < c.px(12)) return;
  draw_wall(c, wall, chosen_pairs(c, scene, spectrum.pairs()), scene, derived, next);
}

/// The wall, and the selected pair beside it where the stage is wide enough for both.
void draw_with_pair(const Canvas& c, Rect area, const Scene& scene, const Derived& derived, Scene& next) {
  const float beside = std::clamp(area.width() * 0.27f, c.px(290), std::max(c.px(290), area.height() * 0.6f));
  if (area.width() - beside < c.px(380)) return draw(c, area, scene, derived, next);
  const float split = area.greatest.x - beside;
  draw(c, {area.least, {split, area.greatest.y}}, scene, derived, next);
  draw_one_pair(c, {{split + c.px(12), area.least.y}, area.greatest}, scene, derived, next);
}

Table columns(const Scene& scene, const Derived& derived) {
  const Dials dials =
      dials_of(*derived.numbers<Hands>(), derived.current().spectrum, derived.trained(), derived.trained_reach());
  Table table;
  table.formula = derived.axes().empty()
                      ? "angles in rad: query = m * inv_freq, key = n * inv_freq, wedge from key to query"
                      : "angles in rad: query = query_position * inv_freq, key = key_position * inv_freq, each on the "
                        "axis that turns the pair; wedge from key to query";
  std::vector<double> pairs;
  for (std::size_t i = 0; i < dials.inv_freq.size(); ++i) pairs.push_back(static_cast<double>(i));
  table.add("pair", pairs);
  table.add("inv_freq", dials.inv_freq);
  table.add("query_angle", dials.query);
  table.add("key_angle", dials.key);
  table.add("wedge", dials.wedge);
  table.add("turns_trained", dials.turns_trained);
  if (derived.axes().empty()) return table;
  std::vector<double> axes, query, key;
  for (std::size_t i = 0; i < dials.inv_freq.size(); ++i) {
    const std::int64_t axis = axis_of(derived, i);
    axes.push_back(static_cast<double>(axis));
    query.push_back(query_on(scene, axis));
    key.push_back(key_on(scene, axis));
  }
  table.add("axis", axes);
  table.add("query_position", query);
  table.add("key_position", key);
  return table;
}

} // namespace

const Picture rotations_picture{
    .name = "rotations",
    .title = "Rotations",
    .line = "the wall of dials: every pair's query, key and the angle between them",
    .group = Group::rotations,
    .tab = "dials",
    .update = update_hands,
    .draw = draw,
    .draw_on_stage = draw_with_pair,
    .columns = columns,
    .options = rotations_view::options,
};

} // namespace ropescope::pictures
