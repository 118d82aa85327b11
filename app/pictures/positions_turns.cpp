#include <algorithm>
#include <charconv>
#include <cmath>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "app/canvas/attention.h"
#include "app/pictures/positions_parts.h"

namespace ropescope::pictures {

namespace {

constexpr const char* ids[] = {"axis_turns.0", "axis_turns.1", "axis_turns.2", "axis_turns.3",
                               "axis_turns.4", "axis_turns.5", "axis_turns.6", "axis_turns.7"};

/// Decades that hold every bar of every axis, and 1.
Range all_turns(const Places& places) {
  double least = 1, greatest = 1;
  for (const AxisPlaces& axis : places.axes)
    for (std::size_t i = 0; i < axis.turns.size(); ++i)
      for (const double turns : {axis.turns[i], axis.trained_turns[i]})
        if (turns > 0) least = std::min(least, turns), greatest = std::max(greatest, turns);
  constexpr double widest = 1e-6; // a pair that turns less than that within the grid does not turn for the eye
  return {std::max(widest, std::pow(10, std::floor(std::log10(least)))),
          std::pow(10, std::ceil(std::log10(greatest) + 1e-9)) * (greatest > 1 ? 1 : 10)};
}

/// What the bars of an axis say, in a sentence of at most so many pixels where there is one.
std::string_view sentence(const Canvas& c, const AxisPlaces& axis, float width) {
  if (axis.pairs.empty()) return "no pair turns on this axis";
  if (axis.extent <= 0) return "all tokens are at one place: no pair turns";
  const auto once = std::count_if(axis.turns.begin(), axis.turns.end(), [](double turns) { return turns >= 1; });
  if (axis.first_new_turn) {
    const std::size_t i = *axis.first_new_turn;
    const double lambda = wavelength(axis.inv_freq[i]);
    const std::string_view brief = c.words("from {} = {} on pair {} repeats", axis.name,
                                           grouped(c, axis.least + lambda, lambda < 100 ? 1 : 0), axis.pairs[i]),
                           whole = c.words("{}; in training it never did", brief);
    return text_width(c.fonts.small, whole) <= width ? whole : brief;
  }
  return c.words("{} of {} pairs complete a turn", once, axis.pairs.size());
}

struct Bars {
  const Plot& plot;
  float gap;
  Rect of(std::size_t rank, double turns) const {
    const auto i = static_cast<double>(rank);
    const float right = turns > plot.x.least ? std::min(plot.x.pixel(turns), plot.area.greatest.x) : plot.area.least.x;
    return {{plot.area.least.x, plot.y.pixel(i - 0.5) + gap / 2}, {right, plot.y.pixel(i + 0.5) - gap / 2}};
  }
};

void draw_bars(const Canvas& c, const Bars& bars, const AxisPlaces& axis, ImU32 colour, const Scene& scene) {
  for (std::size_t i = 0; i < axis.turns.size(); ++i) {
    const double turns = axis.turns[i], trained = axis.trained_turns[i];
    const bool comes_round = trained > 0 && trained < 1 && turns >= 1;
    const Rect bar = bars.of(i, turns);
    c.paint.box(bar, comes_round ? c.theme.beyond : with_alpha(colour, 0.75f));
    if (trained > bars.plot.x.least && trained != turns) {
      const float at = bars.plot.x.pixel(trained);
      c.paint.line({at, bar.least.y}, {at, bar.greatest.y}, c.theme.text, c.stroke(2));
    }
    const bool chosen = axis.pairs[i] == scene.pair && !c.bare, lit = axis.pairs[i] == lit_pair(c);
    if (chosen || lit)
      c.paint.frame({{bar.least.x, bar.least.y - c.px(1)}, {bars.plot.area.greatest.x, bar.greatest.y + c.px(1)}},
                    chosen ? c.theme.accent : c.theme.text, c.stroke(1.4f));
  }
}

/// "21x30x52" with another number of frames, rows or columns, whichever the axis counts; the same where it counts none.
std::string resized(const std::string& grid, std::string_view axis, double share) {
  std::vector<std::int64_t> sides;
  const char *at = grid.data(), *end = at + grid.size();
  while (at < end) {
    std::int64_t side = 1;
    at = std::from_chars(at, end, side).ptr + 1;
    sides.push_back(side);
  }
  if (sides.size() == 1) sides.push_back(sides[0]);
  if (sides.size() == 2) sides.insert(sides.begin(), 1);
  const std::size_t which = axis == "t" ? 0 : axis == "h" ? 1 : axis == "w" ? 2 : 3;
  if (which > 2) return grid;
  // Positions begin at 0: a grid of n has n − 1 steps. A drag on a screen is never meant to ask for all memory.
  constexpr double most = 4096;
  const double steps = std::max(1.0, static_cast<double>(sides[which] - 1)) * share;
  sides[which] = std::llround(std::clamp(steps, 0.0, most)) + 1;
  constexpr std::int64_t most_tokens = 1 << 22;
  if (sides[0] * sides[1] * sides[2] > most_tokens) return grid;
  return fmt::format("{}", fmt::join(sides.begin() + (sides[0] == 1 ? 1 : 0), sides.end(), "x"));
}

const char* side_name(std::string_view axis) {
  return axis == "t" ? "frames" : axis == "h" ? "rows" : axis == "w" ? "columns" : "extent";
}

/// The side of the grid, where the fastest pair reaches it, and the pair that RIFLEx slows, where it ends.
void take_hands(const Canvas& c, const Plot& plot, const Places& places, std::size_t index, const Property& grid_row,
                Scene& next) {
  const AxisPlaces& axis = places.axes[index];
  if (c.bare || axis.turns.empty() || places.grid.empty() || axis.extent <= 0) return;
  const Grip side = plot.grip_x(side_name(axis.name), axis.turns.front());
  if (side.reset) next.options.set(grid_row, {});
  if (side.value && *side.value > 0) {
    const std::string grid = resized(places.grid, axis.name, *side.value / axis.turns.front());
    if (grid != places.grid) next.options.set(grid_row, grid);
  }
  const bool can_hold = index == 0 && next.rope.axes.rule == AxisRule::listed && axis.name == "t";
  if (!can_hold) return;
  const std::int64_t held = next.rope.axes.list.front().held_pair;
  const auto rank = held >= 0 ? std::optional(static_cast<std::size_t>(held)) : axis.next_new_turn;
  if (!rank || *rank >= axis.turns.size() || *rank == 0) return;
  const double turns = axis.turns[*rank];
  const Grip riflex = plot.grip_x("held pair", turns);
  if (turns >= plot.x.least && turns <= plot.x.greatest)
    c.paint.circle({plot.x.pixel(turns), plot.y.pixel(static_cast<double>(*rank))}, c.px(riflex.lit ? 7 : 5),
                   held >= 0 ? c.theme.accent : c.theme.text, c.stroke(2));
  if (riflex.reset) set(next, *find_property("positions.held_pair"), {});
  if (!riflex.value || *riflex.value <= 0) return;
  if (held < 0) set(next, *find_property("positions.held_pair"), static_cast<double>(*rank));
  const Property& row = *find_property("positions.held_wavelength");
  set(next, row, std::clamp(axis.extent / *riflex.value, row.least, row.greatest));
}

void draw_axis(const Canvas& c, Rect room, const Scene& scene, const Places& places, std::size_t index,
               const Property& grid_row, const Property& view_turns, Scene& next) {
  const AxisPlaces& axis = places.axes[index];
  const ImU32 colour = c.theme.of_axis(index);
  const float name = text(c, room.least, c.fonts.bold, colour, axis.name) + c.px(10);
  const std::string_view words = sentence(c, axis, room.width() - name);
  text(c, {room.least.x + name, room.least.y + c.px(1)}, c.fonts.small,
       axis.first_new_turn ? c.theme.beyond : c.theme.dim, shortened(c, c.fonts.small, words, room.width() - name));
  const Rect rest{{room.least.x, room.least.y + c.px(22)}, room.greatest};
  const auto ranks = static_cast<double>(std::max<std::size_t>(axis.pairs.size(), 1));
  Plot plot(c, ids[index % std::size(ids)], rest,
            {.all = all_turns(places),
             .scale = Scale::log,
             .labels = Labels::decades,
             .title = "full turns within the grid",
             .view = scene.options.range(view_turns)},
            {.all = {-0.5, ranks - 0.5}, .labels = Labels::none, .downwards = true});
  if (plot.area.height() < c.px(20) || axis.pairs.empty()) return;
  plot.draw_axes();
  const float row = std::abs(plot.y.pixel(1) - plot.y.pixel(0));
  plot.begin();
  draw_bars(c, {plot, row >= 3 ? std::min(row * 0.24f, c.px(3)) : 0.0f}, axis, colour, scene);
  plot.rule_x(1, c.theme.text, 1.6f, 1, 0);
  plot.end();
  take_hands(c, plot, places, index, grid_row, next);
  plot.take_input();
  keep_x(next, view_turns, plot);
  const auto rank_at = [&](float y) {
    return static_cast<std::size_t>(std::clamp(std::round(plot.y.value(y)), 0.0, ranks - 1));
  };
  if (const auto clicked = plot.clicked()) next.pair = axis.pairs[rank_at(clicked->y)];
  if (!plot.hovered()) return;
  const std::size_t i = rank_at(c.mouse.y);
  light_pair(c, axis.pairs[i]);
  ReadOut table(c, c.words("pair {}", axis.pairs[i]));
  const double lambda = wavelength(axis.inv_freq[i]);
  table.add(colour, "one turn in", grouped(c, lambda, lambda < 100 ? 2 : 0), axis.name);
  table.add(colour, "turns in this grid", grouped(c, axis.turns[i], 4));
  if (axis.trained_extent > 0)
    table.add(c.theme.text, "turns in the trained one", grouped(c, axis.trained_turns[i], 4));
  table.draw(c.mouse, plot.area);
}

} // namespace

void draw_axis_turns(const Canvas& c, Rect room, const Scene& scene, const Places& places, const Property& grid_row,
                     const Property& view_turns, Scene& next) {
  const auto axes = static_cast<float>(places.axes.size());
  const float space = c.px(22), each = (room.width() - space * (axes - 1)) / axes;
  if (each < c.px(110)) return;
  for (std::size_t a = 0; a < places.axes.size(); ++a) {
    const float left = room.least.x + static_cast<float>(a) * (each + space);
    draw_axis(c, {{left, room.least.y}, {left + each, room.greatest.y}}, scene, places, a, grid_row, view_turns, next);
  }
}

} // namespace ropescope::pictures
