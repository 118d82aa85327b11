#include "app/pictures/precision_line.h"

#include <algorithm>
#include <cmath>

#include "app/canvas/imgui_compat.h"
#include "app/pictures/handles.h"
#include "core/analysis/number_line.h"
#include "core/analysis/precision.h"

namespace ropescope::pictures {

namespace {

struct Places {
  NumberLine line;
  std::int64_t counted = 0, distinct = 0, first_lost = 0;
};

std::string_view name_of(NumberFormat format) { return format == NumberFormat::bfloat16 ? "bfloat16" : "float16"; }

/// From a token down to its place, as an S: straight at both ends.
void draw_fall(const Canvas& c, ImVec2 from, ImVec2 to, ImU32 colour) {
  constexpr int steps = 14;
  auto points = c.list_of<ImVec2>(steps + 1);
  for (int i = 0; i <= steps; ++i) {
    const float t = static_cast<float>(i) / steps, eased = t * t * (3 - 2 * t);
    points.push_back({from.x + (to.x - from.x) * eased, from.y + (to.y - from.y) * t});
  }
  c.paint.polyline(points, colour, c.stroke(1));
}

/// How many positions there are, and how many of them the format tells apart.
void draw_facts(const Canvas& c, Rect room, NumberFormat format, const Places& places) {
  c.paint.box(room, c.theme.raised, c.px(8));
  const float y = room.least.y + c.px(12);
  float x = room.least.x + c.px(20);
  const auto fact = [&](ImFont* font, std::string_view number, ImU32 colour, std::string_view words) {
    const float width = std::max(text_width(font, number), text_width(c.fonts.small, words));
    if (x + width > room.greatest.x - c.px(12)) return;
    text(c, {x, y + (font == c.fonts.large ? c.px(12) : 0)}, font, colour, number);
    text(c, {x, y + c.px(52)}, c.fonts.small, c.theme.dim, words);
    x += width + c.px(44);
  };
  fact(c.fonts.huge, grouped(c, static_cast<double>(places.counted)), c.theme.text, "positions");
  fact(c.fonts.huge, grouped(c, static_cast<double>(places.distinct)),
       places.distinct < places.counted ? c.theme.beyond : c.theme.good,
       c.words("different places in {}", name_of(format)));
  fact(c.fonts.large, c.words("{} becomes {}", places.first_lost, places.first_lost - 1), c.theme.text,
       "the first that is lost; cure: positions as integers or float32");
}

} // namespace

void update_number_line(const Scene& scene, Derived& derived, NumberFormat format, std::int64_t around) {
  struct Inputs {
    NumberFormat format;
    std::int64_t m, around;
    bool operator==(const Inputs&) const = default;
  };
  // As many as models that people know see, and fewer than float16's greatest number.
  constexpr std::int64_t counted = 32768;
  derived.numbers<Places>(Inputs{format, scene.m, around}, [&] {
    return Places{number_line(format, scene.m, around), counted, distinct_places(format, counted),
                  first_lost_position(format)};
  });
}

void draw_token_places(const Canvas& c, Rect panel, NumberFormat format, bool collapse, const Scene& scene,
                       const Derived& derived, Scene& next) {
  const Places& places = *derived.numbers<Places>();
  const auto count = static_cast<std::int64_t>(places.line.places.size());
  const std::int64_t last = places.line.first + count - 1;
  Rect room = heading(c, panel, c.words("{} keeps few positions apart", name_of(format)),
                      c.words("{} tokens, {} … {}", count, grouped(c, static_cast<double>(places.line.first)),
                              grouped(c, static_cast<double>(last))));
  if (room.width() < c.px(200) || room.height() < c.px(140) || count < 2) return;
  if (!c.bare && room.height() > c.px(300)) {
    const float handle = handle_height(c);
    room.greatest.y -= handle;
    draw_handle(c, "precision m", {{room.least.x, room.greatest.y}, {room.greatest.x, room.greatest.y + handle}},
                *find_property("m"), 0, 65535, scene, next);
  }
  if (room.height() > c.px(260)) {
    draw_facts(c, {{room.least.x, room.greatest.y - c.px(92)}, room.greatest}, format, places);
    room.greatest.y -= c.px(108);
  }
  const float top = room.least.y + c.px(30), bottom = room.greatest.y - c.px(42), left = room.least.x + c.px(10),
              right = room.greatest.x - c.px(10);
  const auto x_of = [&](std::int64_t position) {
    return left + (right - left) * static_cast<float>(position - places.line.first) / static_cast<float>(count - 1);
  };
  // Neighbouring places have colours of their own, so that it is seen which tokens fall together.
  const auto colour_of = [&](std::int64_t place) {
    const std::int64_t step = std::max<std::int64_t>(1, representable_step(format, std::max<std::int64_t>(place, 1)));
    return error_colour(0.25 + 0.25 * static_cast<double>((place / step) % 3));
  };
  float free_from = left - c.px(40);
  std::int64_t before = -2;
  for (std::int64_t t = 0; t < count; ++t) {
    const std::int64_t token = places.line.first + t, place = places.line.places[static_cast<std::size_t>(t)];
    const ImU32 colour = place < 0 ? c.theme.bad : colour_of(place);
    const float x = x_of(token), at = place < 0 ? x : std::clamp(x_of(place), left, right);
    if (collapse && place >= 0) draw_fall(c, {x, top}, {at, bottom}, with_alpha(colour, 0.8f));
    c.paint.disc({x, top}, std::min(c.px(4), (right - left) / static_cast<float>(count) * 0.42f), colour);
    if (place == before || place < 0) continue;
    before = place;
    c.paint.disc({at, bottom}, c.px(collapse ? 9 : 5), collapse ? colour : c.theme.faint);
    const std::string_view words = grouped(c, static_cast<double>(place));
    const float width = text_width(c.fonts.bold, words);
    if (at - width / 2 < free_from || at + width / 2 > room.greatest.x) continue;
    text(c, {at, bottom + c.px(14)}, c.fonts.bold, c.theme.text, words, Align::centre);
    free_from = at + width / 2 + c.px(14);
  }
  if (c.bare) return;
  const float x = x_of(scene.m);
  c.paint.circle({x, top}, c.px(9), c.theme.query, c.stroke(2));
  const std::string_view words = c.words("token {}", grouped(c, static_cast<double>(scene.m)));
  const float width = text_width(c.fonts.bold, words);
  text(c, {std::clamp(x - width / 2, room.least.x, room.greatest.x - width), room.least.y}, c.fonts.bold, c.theme.query,
       words);
}

} // namespace ropescope::pictures
