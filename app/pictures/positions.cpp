#include <algorithm>
#include <array>
#include <cmath>
#include <optional>

#include <fmt/format.h>

#include "app/canvas/attention.h"
#include "app/pictures/positions_parts.h"
#include "app/scene/grid.h"
#include "core/error.h"

namespace ropescope::pictures {

namespace {

/// A list of axes of the model that names its first one: RIFLEx slows one of its pairs.
PositionAxis* first_axis(Scene& scene) {
  std::vector<PositionAxis>& list = scene.rope.axes.list;
  return scene.rope.axes.rule == AxisRule::listed && !list.empty() ? &list.front() : nullptr;
}

Value held(const Scene& scene, bool pair) {
  const std::vector<PositionAxis>& list = scene.rope.axes.list;
  if (scene.rope.axes.rule != AxisRule::listed || list.empty() || list.front().held_pair < 0) return {};
  return pair ? static_cast<double>(list.front().held_pair) : list.front().held_wavelength;
}

PositionAxis& required_axis(Scene& scene, std::string_view key) {
  PositionAxis* axis = first_axis(scene);
  if (!axis)
    throw Error(fmt::format("{}: this model has no list of axes; expected null, or an image or video model", key));
  return *axis;
}

void hold_pair(Scene& scene, const Value& value) {
  const double* pair = std::get_if<double>(&value);
  if (!pair && !first_axis(scene)) return;
  PositionAxis& axis = required_axis(scene, "positions.held_pair");
  if (!pair) {
    axis.held_pair = -1;
    axis.held_wavelength = 0;
    return;
  }
  if (*pair >= static_cast<double>(axis.components / 2))
    throw Error(fmt::format("positions.held_pair: {}: expected 0 … {}, the pairs of axis {}", *pair,
                            axis.components / 2 - 1, axis.name));
  axis.held_pair = std::llround(*pair);
  if (axis.held_wavelength <= 0) axis.held_wavelength = 1 << 20; // so slow that it hardly turns, until a length is said
}

void hold_wavelength(Scene& scene, const Value& value) {
  const double* positions = std::get_if<double>(&value);
  if (!positions && !first_axis(scene)) return;
  PositionAxis& axis = required_axis(scene, "positions.held_wavelength");
  if (!positions) return hold_pair(scene, {});
  if (axis.held_pair < 0) throw Error("positions.held_wavelength: no pair is held; set positions.held_pair first");
  axis.held_wavelength = *positions;
}

constexpr Property text_row(std::string_view key, std::string_view label, std::string_view help,
                            std::string_view default_words) {
  return {
      .key = key, .kind = Kind::text, .label = label, .help = help, .nullable = true, .default_words = default_words};
}

/// A position on each axis; null while the tokens have no places.
Value place(const Scene& scene, double (*on)(const Scene&, std::int64_t)) {
  if (!scene.places) return {};
  std::vector<double> positions;
  for (std::int64_t axis = 0; axis < axis_count(scene.rope); ++axis) positions.push_back(on(scene, axis));
  return positions;
}

void take_place(Scene& scene, const Value& value, void (*put)(Scene&, std::span<const double>)) {
  if (const auto* positions = std::get_if<std::vector<double>>(&value)) return put(scene, *positions);
  scene.places.reset();
}

constexpr Property place_row(std::string_view key, std::string_view label, std::string_view help,
                             Value (*get)(const Scene&), void (*set)(Scene&, const Value&)) {
  return {.key = key,
          .kind = Kind::numbers,
          .label = label,
          .help = help,
          .least = -static_cast<double>(furthest_position),
          .greatest = static_cast<double>(furthest_position),
          .nullable = true,
          .default_words = "m and n alike on every axis, or along axis",
          .get = get,
          .set = set};
}

constexpr Property options[] = {
    text_row("positions.grid", "grid", "tokens of the image or clip, [FRAMESx]ROWSxCOLUMNS of patches",
             "21x30x52 of a video model, else 32x32"),
    text_row("positions.trained", "trained grid", "the grid that the model was trained on, as positions.grid",
             "the default of positions.grid"),
    text_row("positions.text", "text tokens", "text tokens N, or N,N,… before each image and behind all", "none"),
    {.key = "positions.fps",
     .kind = Kind::number,
     .label = "frames a second",
     .help = "frames a second of the grid, for models that count time",
     .least = 1e-3,
     .greatest = 1e4,
     .nullable = true,
     .default_words = "the model's"},
    {.key = "positions.held_pair",
     .kind = Kind::whole,
     .label = "held pair",
     .help = "RIFLEx: this pair of the first axis turns once in positions.held_wavelength, whatever the base",
     .least = 0,
     .greatest = 4096,
     .nullable = true,
     .default_words = "none",
     .get = [](const Scene& s) { return held(s, true); },
     .set = hold_pair},
    {.key = "positions.held_wavelength",
     .kind = Kind::number,
     .label = "held wavelength",
     .help = "RIFLEx: positions of one turn of the held pair; the length of the clip / 0.9 keeps it from coming round",
     .unit = "positions",
     .least = 1e-3,
     .greatest = 1e9,
     .nullable = true,
     .default_words = "null",
     .get = [](const Scene& s) { return held(s, false); },
     .set = hold_wavelength},
    place_row(
        "positions.m", "query at",
        "position of the query on each axis, as in 10,15,26 of frame, row and column; m is the one along axis",
        [](const Scene& s) { return place(s, query_on); },
        [](Scene& s, const Value& v) { take_place(s, v, place_query); }),
    place_row(
        "positions.n", "key at", "the same of the key; n is its position along axis",
        [](const Scene& s) { return place(s, key_on); }, [](Scene& s, const Value& v) { take_place(s, v, place_key); }),
    view_row("positions.x", "tokens", "tokens that are seen"),
    view_row("positions.turns", "turns", "turns that are seen"),
};
constexpr const Property &grid_row = options[0], &view_x = options[8], &view_turns = options[9];

/// What the numbers are made of, beside the series.
struct Inputs {
  std::uint64_t version;
  std::string grid, trained, text;
  double fps;
  bool operator==(const Inputs&) const = default;
};

/// Tokens that a text model's strip shows at most: enough for every pair of a usual context to turn.
constexpr std::int64_t most_text_tokens = 65536;

Places make_places(const Derived& derived, const Inputs& in) {
  const Series& series = derived.current();
  Places places;
  const bool one_axis = axis_count(series.config) == 1;
  try {
    const auto of_text = [](double length) {
      return consecutive_positions(std::clamp<std::int64_t>(std::llround(length), 2, most_text_tokens));
    };
    const Positions now = one_axis ? of_text(static_cast<double>(derived.length()))
                                   : positions_of_grid(series.config, {in.grid, in.text, in.fps}),
                    before = one_axis ? of_text(derived.trained_length())
                                      : positions_of_grid(series.config, {in.trained, in.text, in.fps});
    places.axes = places_on_axes(series.config, series.spectrum, now, before);
    for (std::int64_t t = 0; t < now.tokens(); ++t) places.tokens.push_back(static_cast<double>(t));
    places.grid = one_axis ? "" : in.grid;
  } catch (const Error& error) {
    places.trouble = error.what();
  }
  return places;
}

void update(const Scene& scene, Derived& derived, gpu::Engines&, Patience) {
  const GridWish now = shown_grid(scene), before = trained_grid(scene);
  const Inputs inputs{derived.version(), std::string(now.grid), std::string(before.grid), std::string(now.text),
                      now.fps};
  derived.numbers<Places>(inputs, [&] { return make_places(derived, inputs); });
}

void draw(const Canvas& c, Rect panel, const Scene& scene, const Derived& derived, Scene& next) {
  const Places& places = *derived.numbers<Places>();
  const std::size_t axes = places.axes.size();
  const std::string_view tokens = grouped(c, static_cast<double>(places.tokens.size()));
  const Rect room = heading(c, panel,
                            axes == 1 ? std::string_view("Each token has one position")
                                      : c.words("Each token has {} positions, one on each axis", axes),
                            places.grid.empty() ? c.words("{} tokens", tokens)
                                                : c.words("{} patches, {} tokens", places.grid, tokens));
  if (!places.trouble.empty()) {
    wrapped_text(c, room.least, room.width(), c.fonts.body, c.theme.beyond, places.trouble);
    return;
  }
  if (room.height() < c.px(60) || room.width() < c.px(120)) return;
  // Below half of a small room no bars of turns could be told apart: there the strips stand alone.
  const bool both = room.height() >= c.px(300);
  const float middle = both ? room.least.y + room.height() * 0.5f : room.greatest.y;
  draw_strips(c, {room.least, {room.greatest.x, middle - (both ? c.px(8) : 0)}}, scene, places, view_x, next);
  if (both)
    draw_axis_turns(c, {{room.least.x, middle + c.px(8)}, room.greatest}, scene, places, grid_row, view_turns, next);
}

Table columns(const Scene&, const Derived& derived) {
  Table table;
  const Places& places = *derived.numbers<Places>();
  table.formula = places.trouble.empty() ? "position of each token on each axis, as the model's own code makes them"
                                         : places.trouble;
  table.add("token", places.tokens);
  for (const AxisPlaces& axis : places.axes) table.add(axis.name, axis.positions);
  return table;
}

} // namespace

const Picture positions_picture{
    .name = "positions",
    .title = "Positions",
    .line = "which position each token has on each axis, and how far every pair turns on it",
    .group = Group::rotations,
    .tab = "positions",
    .update = update,
    .draw = draw,
    .columns = columns,
    .options = options,
};

} // namespace ropescope::pictures
