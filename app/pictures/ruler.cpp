#include <algorithm>
#include <cmath>

#include "app/canvas/hot_areas.h"
#include "app/pictures/extension_parts.h"
#include "app/pictures/lecture_parts.h"
#include "core/analysis/turns.h"

namespace ropescope::pictures {

namespace {

/// Pairs at unseen angles at the target, with positions as they are and divided by the factor.
struct RulerCounts {
  std::int64_t plain = 0, squeezed = 0;
};

struct Inputs {
  std::uint64_t version;
  double factor;
  std::int64_t length;
  bool operator==(const Inputs&) const = default;
};

void update(const Scene& scene, Derived& derived, gpu::Engines&, Patience) {
  derived.numbers<RulerCounts>(Inputs{derived.version(), scene.factor, derived.length()}, [&] {
    const std::vector<double>& plain = derived.trained().inv_freq;
    const auto target = static_cast<double>(derived.length());
    std::vector<double> squeezed = plain;
    for (double& theta : squeezed) theta /= scene.factor;
    return RulerCounts{turns_of(plain, derived.trained_length(), plain, target).unseen_pairs,
                       turns_of(plain, derived.trained_length(), squeezed, target).unseen_pairs};
  });
}

/// A line that leaves upright and arrives upright.
void draw_bend(const Canvas& c, ImVec2 from, ImVec2 to, ImU32 colour, float width) {
  constexpr int steps = 32;
  ImVec2 points[steps + 1];
  for (int k = 0; k <= steps; ++k) {
    // A cubic whose handles lie straight below and above its ends, 0.75 of the height long.
    const float t = static_cast<float>(k) / steps, u = 1 - t, across = t * t * (3 - 2 * t),
                down = 3 * u * u * t * 0.75f + 3 * u * t * t * 0.25f + t * t * t;
    points[k] = {from.x + (to.x - from.x) * across, from.y + (to.y - from.y) * down};
  }
  c.paint.polyline(points, colour, width);
}

struct Scale {
  float left, pixels_per_token;
  float at(double tokens) const { return left + static_cast<float>(tokens) * pixels_per_token; }
};

void draw_hatched(const Canvas& c, Rect r) {
  if (r.width() < 1) return;
  c.paint.box(r, mix(c.theme.panel, c.theme.beyond, 0.14f), c.px(3));
  hatch_lines(c, r, mix(c.theme.panel, c.theme.beyond, 0.6f), std::max(5.0f, c.px(10)), c.stroke(1.5f));
  c.paint.frame(r, c.theme.beyond, c.stroke(2), c.px(3));
}

/// How many pairs stand where they never stood, without the squeeze and with it.
void draw_counts(const Canvas& c, Rect card, const RulerCounts& counts, double factor) {
  tile(c, card, c.theme.raised);
  const Rect inner = card.inset(c.px(18), c.px(10));
  const std::string_view before = c.words("{}", counts.plain), after = c.words("{}", counts.squeezed);
  const bool both = factor != 1;
  ImFont* const font = largest_font(c, "88888", inner.width() * 0.6f, inner.height() * 0.62f);
  if (!font) return;
  const auto ink = [&](std::int64_t count) { return count > 0 ? c.theme.beyond : c.theme.good; };
  float x = inner.least.x;
  const float y = inner.least.y, middle = y + line_of(font) * 0.55f;
  x += text(c, {x, y}, font, ink(counts.plain), before) + c.px(14);
  if (both) {
    const float length = std::min(c.px(52), inner.width() * 0.16f);
    arrow(c, {x, middle}, {x + length, middle}, c.theme.dim, c.stroke(4));
    x += length + c.px(14);
    if (put(c, inner, {x, y}, font, ink(counts.squeezed), after)) x += text_width(font, after) + c.px(16);
  }
  if (put(c, inner, {x, middle - c.px(20)}, c.fonts.body, c.theme.text, "pairs at"))
    put(c, inner, {x, middle + c.px(2)}, c.fonts.body, c.theme.text, "unseen angles");
  const float below = y + line_of(font) + c.px(8);
  if (!both) return;
  if (put(c, inner, {inner.least.x, below}, c.fonts.small, c.theme.dim,
          c.words("the places between are new: {:.3g}, {:.3g} …", 1 / factor, 2 / factor)))
    put(c, inner, {inner.least.x, below + c.px(22)}, c.fonts.small, c.theme.dim, "so it needs a short fine-tune");
}

void draw(const Canvas& c, Rect panel, const Scene& scene, const Derived& derived, Scene& next) {
  const RulerCounts& counts = *derived.numbers<RulerCounts>();
  const double trained = derived.trained_length(), target = static_cast<double>(derived.length()),
               factor = scene.factor;
  Rect room = heading(c, panel, "A ruler for places", c.words("every place is divided by {:.4g}", factor));
  if (room.width() < c.px(160) || room.height() < c.px(90)) return;
  hot_areas().push_back(room);
  const float label = c.px(28), bar = std::min(c.px(42), room.height() * 0.15f);
  const double longest = std::max({target, trained, target / factor});
  const Scale scale{
      room.least.x + c.px(2),
      static_cast<float>((static_cast<double>(room.width()) - 24.0 * static_cast<double>(c.scale)) / longest)};
  const float top = room.least.y + label, low = room.greatest.y - label - bar - c.px(6), end = scale.at(target),
              limit = scale.at(std::min(trained, target));
  const ImU32 pink = c.theme.of(RopeType::linear);

  // Above: the places of the text, those of training plain and the others hatched.
  if (target > trained)
    put(c, room, {end, room.least.y}, c.fonts.bold, c.theme.beyond,
        c.words("never seen: {} … {}", grouped(c, trained), grouped(c, target - 1)), Align::right);
  put(c, room, room.least, c.fonts.bold, c.theme.text, c.words("trained: 0 … {}", grouped(c, trained - 1)));
  c.paint.box({{scale.left, top}, {limit, top + bar}}, mix(c.theme.panel, c.theme.seen, 0.55f), c.px(3));
  draw_hatched(c, {{limit, top}, {end, top + bar}});
  // Between: where each place comes to lie.
  constexpr int lines = 64;
  for (int k = 0; k <= lines; ++k) {
    const double place = target * k / lines;
    draw_bend(c, {scale.at(place), top + bar + c.px(3)}, {scale.at(place / factor), low - c.px(3)},
              mix(c.theme.panel, pink, 0.85f), c.stroke(1.5f));
  }
  // Below: the places after the division.
  const float squeezed = scale.at(target / factor), seen_end = std::min(squeezed, scale.at(trained));
  c.paint.box({{scale.left, low}, {seen_end, low + bar}}, pink, c.px(3));
  if (squeezed > seen_end + 0.5f) draw_hatched(c, {{seen_end, low}, {squeezed, low + bar}});
  const Rect knob{{squeezed - c.px(12), low - c.px(4)}, {squeezed + c.px(12), low + bar + c.px(4)}};
  const Held held = hold(c, "ruler factor", "ruler factor", knob, squeezed, true,
                         "Drag the ruler’s end: the factor follows. A double click takes it back.");
  if (!c.bare)
    c.paint.box({{squeezed - c.px(3), low - c.px(4)}, {squeezed + c.px(3), low + bar + c.px(4)}},
                held.lit ? c.theme.accent : c.theme.text, c.px(2));
  if (held.to || held.reset) {
    if (!next.target) next.target = target; // the text keeps its length, else the ruler would stretch under the hand
    Grip grip;
    grip.reset = held.reset;
    const double places =
        held.to ? std::max(1.0, static_cast<double>((*held.to - scale.left) / scale.pixels_per_token)) : 1;
    if (held.to) grip.value = std::clamp(target / places, 1.0, 128.0);
    take_grip(next, "factor", grip);
  }
  put(c, room, {scale.left, low + bar + c.px(6)}, c.fonts.bold, pink,
      c.words("{} / {:.4g} = {}", grouped(c, target - 1), factor, grouped(c, (target - 1) / factor, 2)));
  // The count stands where the curves leave it room; where they leave none, on them, above the lower ruler.
  const float free = room.greatest.x - std::max(squeezed, scale.left + room.width() * 0.3f) - c.px(24),
              width = std::min(std::max(free, c.px(250)), std::min(c.px(400), room.width()));
  const bool beside = free >= width;
  const float foot = beside ? room.greatest.y : low - c.px(10),
              high = std::min(c.px(150), (low - top - bar) * 0.7f + (beside ? label + bar : 0.0f));
  if (high > c.px(50))
    draw_counts(c, {{room.greatest.x - width, foot - high}, {room.greatest.x, foot}}, counts, factor);
}

Table columns(const Scene& scene, const Derived& derived) {
  std::vector<double> places, squeezed;
  constexpr int lines = 64;
  for (int k = 0; k <= lines; ++k) {
    places.push_back(std::round(static_cast<double>(derived.length() - 1) * k / lines));
    squeezed.push_back(places.back() / scene.factor);
  }
  Table table;
  table.formula = "squeezed = position / factor, as position interpolation has it";
  table.add("position", std::move(places));
  table.add("squeezed", std::move(squeezed));
  return table;
}

} // namespace

const Picture ruler_picture{.name = "ruler",
                            .title = "Ruler",
                            .line = "position interpolation as two rulers: places divided by the factor",
                            .group = Group::extension,
                            .update = update,
                            .draw = draw,
                            .columns = columns};

} // namespace ropescope::pictures
