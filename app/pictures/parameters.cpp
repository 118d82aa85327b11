#include <algorithm>

#include "app/canvas/hot_areas.h"
#include "app/pictures/handles.h"
#include "app/pictures/lecture_parts.h"

namespace ropescope::pictures {

namespace {

constexpr Property options[] = {
    {.key = "parameters.width",
     .kind = Kind::whole,
     .label = "width of the model",
     .help = "how many numbers a learned table has for each place",
     .least = 1,
     .greatest = 1 << 20,
     .fallback = 4096.0},
};

/// A name, a number as large as it fits, what it counts, and how it comes about.
void draw_card(const Canvas& c, Rect card, std::string_view name, std::string_view number, ImU32 colour,
               std::string_view because) {
  tile(c, card, c.theme.raised);
  const Rect inner = card.inset(c.px(16), c.px(10));
  float y = inner.least.y;
  if (put(c, inner, {inner.least.x, y}, c.fonts.body, c.theme.dim, name)) y += c.px(24);
  ImFont* const font = largest_font(c, number, inner.width(), std::max(0.0f, inner.greatest.y - y));
  if (!font) return;
  put(c, inner, {inner.least.x, y}, font, colour, number);
  const float beside = inner.least.x + text_width(font, number) + c.px(10), foot = y + line_of(font) * 0.94f;
  if (!put(c, inner, {beside, foot - line_of(c.fonts.body) - c.px(3)}, c.fonts.body, c.theme.text, "parameters")) {
    y = foot + c.px(3);
    if (put(c, inner, {inner.least.x, y}, c.fonts.body, c.theme.text, "parameters")) y += c.px(22);
  } else
    y = foot + c.px(3);
  y += c.px(8);
  if (y + wrapped_height(inner.width(), c.fonts.small, because) <= inner.greatest.y)
    wrapped_text(c, {inner.least.x, y}, inner.width(), c.fonts.small, c.theme.dim, because);
}

void draw(const Canvas& c, Rect panel, const Scene& scene, const Derived& derived, Scene& next) {
  Rect room = heading(c, panel, "What is learned", "");
  if (room.width() < c.px(120) || room.height() < c.px(60)) return;
  hot_areas().push_back(room);
  if (room.height() > c.px(280) && !c.bare) {
    const Property& base = *find_property("base");
    const float y = room.greatest.y - handle_height(c);
    draw_handle(c, "parameters base",
                {{room.least.x, y}, {room.least.x + std::min(room.width(), c.px(420)), room.greatest.y}}, base,
                base.slider_least, base.slider_end, scene, next);
    room.greatest.y = y - c.px(14);
  }
  const double places = derived.trained_length(), width = scene.options.number(options[0]);
  const float gap = c.px(14);
  const bool beside = room.width() > room.height() * 1.6f;
  Rect first = room, second = room;
  if (beside)
    first.greatest.x = room.centre().x - gap / 2, second.least.x = room.centre().x + gap / 2;
  else
    first.greatest.y = room.centre().y - gap / 2, second.least.y = room.centre().y + gap / 2;
  for (Rect* card : {&first, &second}) card->greatest.y = std::min(card->greatest.y, card->least.y + c.px(190));
  draw_card(c, first, "a learned table", grouped(c, places * width), c.theme.beyond,
            c.words("{} places × {}", grouped(c, places), grouped(c, width)));
  draw_card(c, second, "RoPE", "0", c.theme.good, "one cos/sin table serves all layers and heads");
}

} // namespace

const Picture parameters_picture{.name = "parameters",
                                 .title = "Parameters",
                                 .line = "how many numbers a learned table of positions has, and how many RoPE has",
                                 .group = Group::rotations,
                                 .draw = draw,
                                 .options = options};

} // namespace ropescope::pictures
