#include <algorithm>
#include <cmath>
#include <optional>

#include "app/canvas/attention.h"
#include "app/pictures/positions_parts.h"
#include "core/error.h"

namespace ropescope::pictures {

namespace {

/// Plots of one picture are told apart by these.
constexpr const char* ids[] = {"places.0", "places.1", "places.2", "places.3",
                               "places.4", "places.5", "places.6", "places.7"};

std::string_view number(const Canvas& c, double position) {
  const bool whole = position == std::floor(position);
  return grouped(c, position, whole ? 0 : std::abs(position) < 1 ? 4 : 2);
}

Plot strip(const Canvas& c, Rect room, const Places& places, std::size_t axis, bool last, const Scene& scene,
           const Property& view_x) {
  const AxisPlaces& of = places.axes[axis];
  const double tokens = static_cast<double>(places.tokens.size());
  const double least = std::min(of.least, 0.0), greatest = std::max(of.greatest, least + 1e-9);
  const double beyond = std::max((greatest - least) * 0.06, of.extent > 0 ? 0.0 : 0.5);
  return {c,
          ids[axis % std::size(ids)],
          room,
          {.all = {0, std::max(1.0, tokens - 1)},
           .labels = last ? Labels::decimal : Labels::none,
           .title = last ? "token, in the order of the rows" : "",
           .view = scene.options.range(view_x),
           .fewest = 4},
          // The strips lie below each other: their areas begin at one place, however wide their numbers are.
          {.all = {least - beyond, greatest + beyond}, .labels = Labels::none, .margin = 44}};
}

/// The first token of the grid at the scene's place of the query, or of the key; nothing where none is.
std::optional<std::int64_t> token_at(const Scene& scene, const Places& places, bool query) {
  for (std::size_t t = 0; t < places.tokens.size(); ++t) {
    bool here = true;
    for (std::size_t a = 0; a < places.axes.size() && here; ++a) {
      const auto axis = static_cast<std::int64_t>(a);
      here = std::abs(places.axes[a].positions[t] - (query ? query_on(scene, axis) : key_on(scene, axis))) < 1e-9;
    }
    if (here) return static_cast<std::int64_t>(t);
  }
  return std::nullopt;
}

/// The tokens whose places are drawn: those of the scene's places, else numbers m and n of the rows; −1: no such token.
struct Shown {
  std::int64_t query, key;
};
Shown shown_tokens(const Scene& scene, const Places& places) {
  if (!scene.places || places.axes.size() == 1) return {scene.m, scene.n};
  return {token_at(scene, places, true).value_or(-1), token_at(scene, places, false).value_or(-1)};
}

/// Puts both tokens of the rows at their places, for every picture. What m and n cannot count along changes nothing.
void take_places(const Places& places, const Shown& tokens, Scene& next) {
  Scene changed = next;
  try {
    for (const bool query : {true, false}) {
      std::vector<double> at;
      for (const AxisPlaces& axis : places.axes)
        at.push_back(axis.positions[static_cast<std::size_t>(query ? tokens.query : tokens.key)]);
      (query ? place_query : place_key)(changed, at);
    }
    next = std::move(changed);
  } catch (const Error&) {
  }
}

/// A token that can be dragged along a strip. Returns where it was dragged to.
void take_token(const Canvas& c, const Plot& p, const AxisPlaces& axis, std::int64_t& token, ImU32 colour,
                const char* name) {
  const auto tokens = static_cast<std::int64_t>(axis.positions.size());
  if (token < 0 || token >= tokens) return;
  const auto place = static_cast<double>(token);
  if (!c.bare) {
    p.rule_x(place, colour, 1.4f, 4, 3);
    const double at = axis.positions[static_cast<std::size_t>(token)];
    if (place >= p.x.least && place <= p.x.greatest) c.paint.disc(p.at(place, at), c.px(4.5f), colour);
  }
  const Grip grip = c.bare ? Grip() : p.grip_x(name, place, true);
  if (grip.value) token = std::clamp<std::int64_t>(std::llround(*grip.value), 0, tokens - 1);
}

/// "query m = 137: t 0, h 2, w 33"
std::string_view place_words(const Canvas& c, std::string_view who, std::int64_t token, const Places& places) {
  std::string_view words = c.words("{} = {}:", who, grouped(c, static_cast<double>(token)));
  const char* between = " ";
  for (const AxisPlaces& axis : places.axes) {
    words = c.words("{}{}{} {}", words, between, axis.name, number(c, axis.positions[static_cast<std::size_t>(token)]));
    between = ", ";
  }
  return words;
}

void draw_read_out(const Canvas& c, const Plot& p, const Places& places) {
  const auto last = static_cast<std::int64_t>(places.tokens.size()) - 1;
  const auto token = std::clamp<std::int64_t>(std::llround(p.x.value(c.mouse.x)), 0, last);
  read_out_rule(c, p.area, p.x.pixel(static_cast<double>(token)));
  ReadOut table(c, c.words("token {}", grouped(c, static_cast<double>(token))));
  for (std::size_t a = 0; a < places.axes.size(); ++a)
    table.add(c.theme.of_axis(a), places.axes[a].name,
              number(c, places.axes[a].positions[static_cast<std::size_t>(token)]));
  table.draw(c.mouse, p.area);
}

/// The least and the greatest position at the left of a strip, where there is room.
void draw_ends(const Canvas& c, const Plot& p, const AxisPlaces& axis) {
  const auto mark = [&](double position) {
    const std::string_view words = number(c, position);
    const float y = p.y.pixel(position) - c.px(8), right = p.area.least.x - c.px(6),
                left = right - text_width(c.fonts.small, words);
    if (is_free(c, {{left, y}, {right, y + c.px(16)}}))
      text(c, {right, y}, c.fonts.small, c.theme.dim, words, Align::right);
  };
  mark(axis.least);
  if (axis.extent > 0) mark(axis.greatest);
}

/// How often an axis begins anew among the tokens that are seen.
std::int64_t rounds_seen(const Plot& p, const AxisPlaces& axis) {
  const auto tokens = static_cast<std::int64_t>(axis.positions.size());
  const auto first = std::clamp<std::int64_t>(static_cast<std::int64_t>(p.x.least), 0, tokens),
             end = std::clamp<std::int64_t>(static_cast<std::int64_t>(p.x.greatest) + 1, first, tokens);
  std::int64_t rounds = 1;
  for (std::int64_t t = first + 1; t < end; ++t)
    rounds += axis.positions[static_cast<std::size_t>(t)] < axis.positions[static_cast<std::size_t>(t - 1)];
  return rounds;
}

/// The line of an axis; where it goes up and down too often to be one, a band from its least to its greatest position,
/// and how often.
void draw_places(const Canvas& c, const Plot& p, const Places& places, std::size_t index) {
  const AxisPlaces& axis = places.axes[index];
  const ImU32 colour = c.theme.of_axis(index);
  const std::int64_t rounds = rounds_seen(p, axis);
  c.paint.begin_group(axis.name);
  if (static_cast<float>(rounds) * c.px(3) < p.area.width())
    p.line(places.tokens, axis.positions, colour, 1.6f);
  else {
    const float left = std::max(p.area.least.x, p.x.pixel(0)),
                right = std::min(p.area.greatest.x, p.x.pixel(places.tokens.back())), top = p.y.pixel(axis.greatest),
                bottom = p.y.pixel(axis.least);
    c.paint.box({{left, top}, {right, bottom}}, with_alpha(colour, 0.16f));
    for (const float edge : {top, bottom}) c.paint.box({{left, edge - c.px(0.8f)}, {right, edge + c.px(0.8f)}}, colour);
    label_on(c, {(left + right) / 2, (top + bottom) / 2 - c.px(8)}, colour,
             c.words("{} … {}, {} times one behind the other", number(c, axis.least), number(c, axis.greatest),
                     grouped(c, static_cast<double>(rounds))));
  }
  c.paint.end_group();
}

void draw_strip(const Canvas& c, const Plot& p, const Places& places, std::size_t index, const Scene& scene,
                Shown tokens, Scene& next) {
  const AxisPlaces& axis = places.axes[index];
  p.draw_axes();
  draw_ends(c, p, axis);
  p.begin();
  // What was never trained on this axis, where the grid reaches further.
  const double end = axis.least + axis.trained_extent;
  if (axis.trained_extent > 0 && axis.extent > axis.trained_extent)
    c.paint.box({{p.area.least.x, p.area.least.y}, {p.area.greatest.x, std::max(p.area.least.y, p.y.pixel(end))}},
                c.theme.beyond_fill);
  draw_places(c, p, places, index);
  const Shown before = tokens;
  take_token(c, p, axis, tokens.key, c.theme.key, "n");
  take_token(c, p, axis, tokens.query, c.theme.query, "m");
  if (tokens.query != before.query || tokens.key != before.key) {
    if (scene.places)
      take_places(places, tokens, next);
    else
      next.m = tokens.query, next.n = tokens.key;
  }
  p.end();
  if (axis.trained_extent > 0 && axis.extent > axis.trained_extent)
    label_on(c, {p.area.least.x + c.px(6), p.y.pixel(end) - c.px(20)}, c.theme.beyond, "beyond the trained grid");
}

} // namespace

void keep_x(Scene& next, const Property& row, const Plot& plot) {
  const auto moved = plot.moved_view();
  if (!moved) return;
  next.options.set(row, moved->x ? Value(std::vector<double>{moved->x->least, moved->x->greatest}) : Value());
}

void draw_strips(const Canvas& c, Rect room, const Scene& scene, const Places& places, const Property& view_x,
                 Scene& next) {
  const std::size_t axes = places.axes.size();
  const auto tokens = static_cast<std::int64_t>(places.tokens.size());
  if (axes == 0) return;
  const Shown shown = shown_tokens(scene, places);
  // Where both stand, in words, above the strips.
  float y = room.least.y;
  if (!c.bare && axes > 1 && room.height() > c.px(120)) {
    float x = room.least.x;
    const auto say = [&](std::string_view who, std::int64_t token, ImU32 colour) {
      if (token >= tokens) return;
      const std::string_view words =
          token < 0 ? c.words("{}: at no token of this grid", who) : place_words(c, who, token, places);
      if (x + text_width(c.fonts.small, words) > room.greatest.x) return;
      x += text(c, {x, y}, c.fonts.small, colour, words) + c.px(24);
    };
    say("query m", shown.query, c.theme.query);
    say("key n", shown.key, c.theme.key);
    // Elsewhere m and n are positions alike on every axis, or along one.
    constexpr std::string_view words = "use these places everywhere";
    if (!scene.places && std::max(shown.query, shown.key) < tokens &&
        x + text_width(c.fonts.small, words) <= room.greatest.x &&
        switch_words(c, "positions everywhere", {x, y}, words,
                     "Click: in every picture the query and the key are at these frames, rows and columns, and each "
                     "pair turns by the position on its own axis."))
      take_places(places, shown, next);
    y += c.px(20);
  }
  const float name = c.px(34), titles = c.px(38), each = (room.greatest.y - y - titles) / static_cast<float>(axes);
  for (std::size_t a = 0; a < axes; ++a) {
    const bool last = a + 1 == axes;
    const Rect line{{room.least.x + name, y}, {room.greatest.x, y + each + (last ? titles : 0) - c.px(4)}};
    if (line.height() < c.px(16)) return;
    text(c, {room.least.x, line.least.y + each / 2 - c.px(10)}, c.fonts.bold, c.theme.of_axis(a),
         axes == 1 ? std::string_view("p") : std::string_view(places.axes[a].name));
    Plot p = strip(c, line, places, a, last, scene, view_x);
    draw_strip(c, p, places, a, scene, shown, next);
    p.take_input();
    keep_x(next, view_x, p);
    if (p.hovered()) draw_read_out(c, p, places);
    y = line.greatest.y + c.px(4);
  }
}

} // namespace ropescope::pictures
