#include "app/pictures/rotations_view.h"

#include <algorithm>
#include <cmath>

#include "app/canvas/hot_areas.h"
#include "app/canvas/imgui_compat.h"
#include "app/pictures/dial.h"
#include "app/pictures/extension_parts.h"
#include "app/pictures/handles.h"
#include "core/analysis/turns.h"

namespace ropescope::pictures::rotations_view {

namespace {

constexpr double turn = 2 * std::numbers::pi;

std::int64_t whole_or(const Scene& scene, const Property& row, std::int64_t otherwise) {
  const Value value = scene.options[row];
  const double* const number = std::get_if<double>(&value);
  return number ? std::llround(*number) : otherwise;
}

double theta_of(const Derived& derived, std::int64_t pair) {
  return derived.current().spectrum.inv_freq[static_cast<std::size_t>(pair)];
}

std::string_view turns_words(const Canvas& c, double turns) {
  return turns < 1 ? c.words("{:.2g} of a turn so far", turns)
                   : c.words("{} turns so far", grouped(c, turns, turns < 1000 ? 1 : 0));
}

// --- one pair at several positions
// ------------------------------------------------------------------------------------

/// Rounds that the hand has made, as a spiral: more than seven are no longer told apart.
void draw_spiral(const Canvas& c, ImVec2 centre, float radius, double angle) {
  const double rounds = std::min(angle / turn, 7.0);
  if (rounds < 1) return;
  const auto steps = static_cast<std::size_t>(rounds * 48);
  auto points = c.list_of<ImVec2>(steps + 1);
  for (std::size_t i = 0; i <= steps; ++i) {
    const double share = static_cast<double>(i) / static_cast<double>(steps);
    // It ends where the hand points.
    points.push_back(
        on_circle(centre, radius * static_cast<float>(0.12 + 0.72 * share), angle - rounds * turn * (1 - share)));
  }
  c.paint.polyline(points, mix(c.theme.dial, c.theme.query, 0.45f), c.stroke(1.5f));
}

struct Stop {
  std::int64_t position;
  bool live;
};

void draw_stop(const Canvas& c, Rect cell, const Stop& stop, std::int64_t pair, const Scene& scene,
               const Derived& derived, Scene& next) {
  const double theta = theta_of(derived, pair), angle = theta * static_cast<double>(stop.position);
  const float head = c.px(34), foot = c.px(66);
  const float radius = std::min(cell.width() * 0.43f, (cell.height() - head - foot) / 2);
  if (radius < c.px(14)) return;
  const ImVec2 centre{cell.centre().x, cell.least.y + head + radius};
  const bool reached = stop.live || stop.position == scene.m;
  const ImU32 colour = reached ? c.theme.query : mix(c.theme.panel, c.theme.query, 0.55f);
  text(c, {centre.x, cell.least.y}, c.fonts.title, colour,
       shortened(c, c.fonts.title,
                 c.words("{}m = {}", stop.live ? "now " : "", grouped(c, static_cast<double>(stop.position))),
                 cell.width()),
       Align::centre);
  c.paint.disc(centre, radius, c.theme.dial, true);
  c.paint.circle(centre, radius, c.theme.outline, c.stroke(1.5f));
  for (int i = 0; i < 12; ++i)
    c.paint.line(on_circle(centre, radius * 0.92f, i * turn / 12), on_circle(centre, radius, i * turn / 12),
                 c.theme.dim, c.hairline());
  draw_spiral(c, centre, radius, angle);
  draw_hand(c, centre, on_circle(centre, radius * 0.97f, angle), colour, std::max(2.0f, std::round(radius / 18)));
  // As many digits as tell the cosine from 1.
  const double cosine = std::cos(angle), off = 1 - std::abs(cosine);
  const int decimals = off > 1e-6 || off == 0 ? 4 : 9;
  float y = centre.y + radius + c.px(8);
  const std::string number = off == 0 ? std::string(cosine < 0 ? "−1" : "1") : with_sign(cosine, decimals);
  ImFont* const large = text_width(c.fonts.large, number) < cell.width() ? c.fonts.large : c.fonts.mono;
  text(c, {centre.x, y}, large, c.theme.text, shortened(c, large, number, cell.width()), Align::centre);
  y += c.px(32);
  const double turns = angle / turn;
  text(c, {centre.x, y}, c.fonts.small, c.theme.dim,
       shortened(c, c.fonts.small,
                 c.words("cos {}: {} turns", grouped(c, angle, angle == std::round(angle) ? 0 : 2),
                         grouped(c, turns, turns > 100 ? 5 : 3)),
                 cell.width()),
       Align::centre);
  if (!stop.live) return;
  const Dial dial = dial_at(scene, derived, static_cast<std::size_t>(pair));
  // The query's hand alone is here: it is the one that a drag takes.
  Dial alone = dial;
  alone.key = dial.query;
  take_hands(c, "rotations hand", centre, radius, alone, theta, axis_of(derived, static_cast<std::size_t>(pair)), scene,
             next);
}

void draw_stops(const Canvas& c, Rect room, std::int64_t pair, const Scene& scene, const Derived& derived,
                Scene& next) {
  auto all = c.list_of<Stop>(8);
  all.push_back({scene.m, true});
  for (const std::int64_t position : wholes_of(c, scene, stops))
    if (all.size() < 8) all.push_back({position, false});
  const float wide = room.width() / static_cast<float>(all.size());
  room.least.y += std::max(0.0f, (room.height() - wide * 0.86f - c.px(100)) / 2); // in the middle where they are wide
  for (std::size_t i = 0; i < all.size(); ++i) {
    const float left = room.least.x + wide * static_cast<float>(i);
    draw_stop(c, {{left + c.px(4), room.least.y}, {left + wide - c.px(4), room.greatest.y}}, all[i], pair, scene,
              derived, next);
  }
}

// --- a grid
// -----------------------------------------------------------------------------------------------------------

/// What training showed of the circle, and what the query has swept beyond it.
void draw_seen_dial(const Canvas& c, ImVec2 centre, float radius, const Dial& dial, double swept, ImU32 hand) {
  c.paint.disc(centre, radius, c.theme.dial, true);
  const double shown = std::min(dial.seen, turn), beyond = std::min(swept, turn) - shown;
  if (beyond > 1e-9 && shown < turn) {
    c.paint.wedge(centre, radius, shown, beyond, mix(c.theme.dial, c.theme.beyond, 0.45f));
    // Spokes, as a hatch must end at a curved edge: one for each 6°.
    for (double at = shown + 0.05; at < shown + beyond; at += turn / 60)
      c.paint.line(on_circle(centre, radius * 0.25f, at), on_circle(centre, radius, at), c.theme.beyond, c.hairline());
  }
  c.paint.wedge(centre, radius, 0, shown, mix(c.theme.dial, c.theme.seen, 0.8f));
  c.paint.circle(centre, radius, c.theme.outline, c.stroke(1));
  draw_hand(c, centre, on_circle(centre, radius * 0.95f, static_cast<double>(std::arg(dial.query))), hand,
            std::max(2.0f, std::round(radius / 13)));
  if (dial.selected) c.paint.circle(centre, radius * 1.07f, c.theme.accent, c.stroke(2));
}

/// The count, what the colours mean, and where m is. `unseen`: how many of all pairs have swept new angles at m.
void draw_count(const Canvas& c, Rect room, std::int64_t unseen, const Scene& scene, const Derived& derived) {
  float y = room.least.y;
  const auto line = [&](ImFont* font, ImU32 colour, std::string_view words, float step) {
    if (y + step > room.greatest.y) return;
    text(c, {room.least.x, y}, font, colour, shortened(c, font, words, room.width()));
    y += step;
  };
  line(c.fonts.huge, unseen > 0 ? c.theme.beyond : c.theme.good, c.words("{}", unseen), c.px(54));
  line(c.fonts.body, c.theme.text, c.words("of {} pairs", derived.current().spectrum.pairs()), c.px(34));
  const auto swatch = [&](ImU32 colour, std::string_view words) {
    if (y + c.px(24) > room.greatest.y) return;
    c.paint.box({{room.least.x, y + c.px(3)}, {room.least.x + c.px(16), y + c.px(17)}}, colour);
    text(c, {room.least.x + c.px(24), y}, c.fonts.small, c.theme.text,
         shortened(c, c.fonts.small, words, room.width() - c.px(24)));
    y += c.px(24);
  };
  swatch(mix(c.theme.dial, c.theme.seen, 0.8f), "seen in training");
  swatch(mix(c.theme.dial, c.theme.beyond, 0.45f), "never seen");
  y += c.px(10);
  line(c.fonts.small, c.theme.dim, c.words("trained to {}", grouped(c, derived.trained_length())), c.px(24));
  line(c.fonts.bold, c.theme.query, c.words("now at m = {}", grouped(c, static_cast<double>(scene.m))), c.px(30));
}

/// Pairs that have swept an angle at m which training never showed.
std::int64_t unseen_at(const Scene& scene, const Derived& derived) {
  std::int64_t count = 0;
  const std::vector<double>& trained = derived.trained().inv_freq;
  for (std::size_t i = 0; i < trained.size(); ++i) {
    const double shown = trained[i] * derived.trained_length();
    const double swept = theta_of(derived, static_cast<std::int64_t>(i)) * static_cast<double>(scene.m);
    count += shown > 0 && shown < turn && swept > shown * (1 + 1e-9);
  }
  return count;
}

struct Grid {
  Rect room;
  std::int64_t columns, rows;
  bool numbered;
  float radius;
  ImVec2 cell(std::size_t place) const {
    const auto across = static_cast<std::size_t>(columns);
    return {room.least.x + room.width() / static_cast<float>(columns) * static_cast<float>(place % across),
            room.least.y + room.height() / static_cast<float>(rows) * static_cast<float>(place / across)};
  }
  ImVec2 centre(std::size_t place) const {
    const ImVec2 corner = cell(place);
    return {corner.x + room.width() / static_cast<float>(columns) / 2, corner.y + radius * 1.12f};
  }
};

/// Beside each row: its first pair, how many tokens that needs for a turn, and below, how many it has made at m.
void label_rows(const Canvas& c, float left, const Grid& grid, std::span<const std::int64_t> pairs, const Scene& scene,
                const Derived& derived) {
  for (std::int64_t r = 0; r < grid.rows; ++r) {
    const auto place = static_cast<std::size_t>(r * grid.columns);
    if (place >= pairs.size()) return;
    const double theta = theta_of(derived, pairs[place]), lambda = wavelength(theta);
    const ImVec2 corner = grid.cell(place);
    const float y = std::max(corner.y, grid.centre(place).y - c.px(30)), width = grid.room.least.x - left - c.px(12);
    const auto line = [&](float down, ImFont* font, ImU32 colour, std::string_view words) {
      text(c, {left, y + c.px(down)}, font, colour, shortened(c, font, words, width));
    };
    line(0, c.fonts.small, c.theme.dim, c.words("pair {}", pairs[place]));
    line(17, c.fonts.bold, c.theme.text,
         theta > 0 ? c.words("{}", grouped(c, lambda,
                                           lambda < 10    ? 2
                                           : lambda < 100 ? 1
                                                          : 0))
                   : "never turns");
    if (theta > 0) line(35, c.fonts.small, c.theme.dim, "tokens a turn");
    const float foot = grid.centre(place).y + grid.radius * 1.1f + c.px(2);
    if (theta > 0 && !grid.numbered && foot + c.px(16) < corner.y + grid.room.height() / static_cast<float>(grid.rows))
      text(c, {grid.room.least.x, foot}, c.fonts.small, c.theme.dim,
           turns_words(c, theta * static_cast<double>(scene.m) / turn));
  }
}

void draw_grid(const Canvas& c, Rect room, std::span<const std::int64_t> pairs, const Scene& scene,
               const Derived& derived, Scene& next) {
  const bool with_seen = scene.options.flag(seen), labelled = scene.options.flag(row_labels);
  const auto count = static_cast<std::int64_t>(pairs.size());
  std::int64_t across = whole_or(scene, columns, 0);
  if (across <= 0) {
    const std::int64_t down = std::clamp<std::int64_t>(whole_or(scene, rows, 4), 1, count);
    across = (count + down - 1) / down;
  }
  across = std::min(across, count);
  Grid grid{room, across, (count + across - 1) / across, !labelled, 0};
  if (with_seen && room.width() > c.px(520)) {
    draw_count(c, {room.least, {room.least.x + c.px(170), room.greatest.y}}, unseen_at(scene, derived), scene, derived);
    grid.room.least.x += c.px(190);
  } else if (labelled)
    grid.room.least.x += std::min(c.px(120), room.width() * 0.25f);
  const float wide = grid.room.width() / static_cast<float>(grid.columns),
              high = grid.room.height() / static_cast<float>(grid.rows), words = c.px(19);
  grid.radius = std::min(wide, high - words) / 2 * 0.84f;
  if (grid.radius < 2) return;
  if (labelled) label_rows(c, room.least.x, grid, pairs, scene, derived);
  hot_areas().push_back(grid.room);
  for (std::size_t place = 0; place < pairs.size(); ++place) {
    const std::int64_t i = pairs[place];
    const ImVec2 centre = grid.centre(place), corner = grid.cell(place);
    const Rect cell{corner, {corner.x + wide, corner.y + high}};
    Dial dial = dial_at(scene, derived, static_cast<std::size_t>(i));
    dial.selected = i == scene.pair && !c.bare;
    if (with_seen)
      draw_seen_dial(c, centre, grid.radius, dial, theta_of(derived, i) * static_cast<double>(scene.m), c.theme.query);
    else
      draw_dial(c, centre, grid.radius, dial);
    if (i == lit_pair(c) && !dial.selected) c.paint.circle(centre, grid.radius * 1.08f, c.theme.text, c.stroke(2));
    const bool ends = place == 0 || place + 1 == pairs.size();
    const std::string_view name = c.words("{}{}", ends || dial.selected ? "pair " : "", i);
    if (grid.numbered && grid.radius > c.px(12) && text_width(c.fonts.mono_small, name) < wide)
      text(c, {centre.x, centre.y + grid.radius * 1.1f + c.px(2)}, c.fonts.mono_small,
           dial.selected ? c.theme.accent : c.theme.dim, name, Align::centre);
    if (dial.selected)
      take_hands(c, "rotations hand", centre, grid.radius, dial, theta_of(derived, i),
                 axis_of(derived, static_cast<std::size_t>(i)), scene, next);
    if (place == 0) c.note("rotations pair", cell, "A click on a dial selects its pair.");
    if (!cell.contains(c.mouse)) continue;
    light_pair(c, i);
    if (c.clicked) next.pair = i;
  }
}

} // namespace

bool is_asked(const Scene& scene) {
  return !is_null(scene.options[rows]) || !is_null(scene.options[columns]) || !is_null(scene.options[stops]) ||
         scene.options.flag(seen);
}

void draw(const Canvas& c, Rect panel, std::string_view title, std::span<const std::int64_t> pairs, const Scene& scene,
          const Derived& derived, Scene& next) {
  Rect room = heading(c, panel, title, "");
  if (pairs.empty() || room.width() < c.px(120) || room.height() < c.px(80)) return;
  if (room.height() > c.px(200) && !c.bare) {
    const float handle = handle_height(c);
    room.greatest.y -= handle + c.px(6);
    draw_handle(c, "rotations m",
                {{room.least.x, room.greatest.y + c.px(6)}, {room.greatest.x, room.greatest.y + c.px(6) + handle}},
                *find_property("m"), 0, 1e6, scene, next);
  }
  if (!is_null(scene.options[stops]))
    draw_stops(c, room, pairs.front(), scene, derived, next);
  else
    draw_grid(c, room, pairs, scene, derived, next);
}

} // namespace ropescope::pictures::rotations_view
