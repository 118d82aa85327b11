#include <algorithm>
#include <cmath>

#include "app/canvas/imgui_compat.h"
#include "app/pictures/distance.h"
#include "app/pictures/phasors_parts.h"

namespace ropescope::pictures {

namespace {

/// One small chain in a cell; a click goes to its distance.
void draw_cell(const Canvas& c, Rect cell, const char* id, std::size_t place, const Chain& chain,
               std::span<const ImU32> colours, const PlaneWindow& window, const Scene& scene, Scene& next) {
  const std::int64_t distance = curl_distances[place];
  const bool here = scene.m - scene.n == distance && !c.bare;
  if (c.theme.panels) c.paint.box(cell, c.theme.dial, c.px(4));
  if (press(c, id, cell, "The chain at this distance; a click takes the query there.")) take_distance(next, distance);
  const bool hovered = cell.contains(c.mouse);
  const Plot p = plane_in(c, id, cell.inset(c.px(6), c.px(6)), window, std::nullopt, std::nullopt);
  const ImVec2 origin = p.at(0, 0);
  c.paint.line({cell.least.x + c.px(4), origin.y}, {cell.greatest.x - c.px(4), origin.y}, c.theme.grid, c.hairline());
  c.paint.line({origin.x, cell.least.y + c.px(6)}, {origin.x, cell.greatest.y - c.px(6)}, c.theme.grid, c.hairline());
  const float score = p.x.pixel(chain.end.real()), half = c.px(1.5f);
  c.paint.box({{std::min(origin.x, score), origin.y - half}, {std::max(origin.x, score), origin.y + half}},
              with_alpha(c.theme.accent, 0.85f));
  c.paint.push_clip(cell);
  ImVec2 from = origin;
  for (std::size_t i = 0; i < chain.ends.size(); ++i) {
    const ImVec2 to = p.at(chain.ends[i].real(), chain.ends[i].imag());
    // Shorter pieces than a pixel would be drawn one over the other.
    if (i + 1 < chain.ends.size() && std::hypot(to.x - from.x, to.y - from.y) < 1) continue;
    c.paint.line(from, to, colours[i], c.stroke(2));
    from = to;
  }
  c.paint.disc(from, c.px(4.5f), c.theme.text);
  c.paint.disc(from, c.px(3), c.theme.accent);
  c.paint.pop_clip();
  if (here || hovered) c.paint.frame(cell, here ? c.theme.accent : c.theme.outline, c.stroke(here ? 2 : 1), c.px(4));
  const std::string_view words = c.words("{}", with_sign(chain.end.real(), 4));
  const float height = compat::font_size(c.fonts.mono_small);
  if (cell.width() > text_width(c.fonts.mono_small, words) + c.px(12) && cell.height() > 2.2f * height)
    text(c, {cell.greatest.x - c.px(6), cell.greatest.y - c.px(4) - height}, c.fonts.mono_small, c.theme.text, words,
         Align::right);
}

/// Where the chains of many random heads end: around 0 at every distance.
void draw_cloud(const Canvas& c, Rect cell, const char* id, std::span<const std::complex<double>> ends,
                const PlaneWindow& window) {
  if (c.theme.panels) c.paint.box(cell, c.theme.dial, c.px(4));
  const Plot p = plane_in(c, id, cell.inset(c.px(6), c.px(6)), window, std::nullopt, std::nullopt);
  const ImVec2 origin = p.at(0, 0);
  c.paint.line({cell.least.x + c.px(4), origin.y}, {cell.greatest.x - c.px(4), origin.y}, c.theme.grid, c.hairline());
  c.paint.line({origin.x, cell.least.y + c.px(6)}, {origin.x, cell.greatest.y - c.px(6)}, c.theme.grid, c.hairline());
  double mean = 0;
  for (const std::complex<double> end : ends) {
    mean += end.real() / static_cast<double>(ends.size());
    c.paint.disc(p.at(end.real(), end.imag()), c.px(2.5f), mix(c.theme.dial, c.theme.accent, 0.7f));
  }
  const std::string_view words = c.words("mean {}", with_sign(mean, 4));
  const float height = compat::font_size(c.fonts.mono_small);
  if (cell.width() > text_width(c.fonts.mono_small, words) + c.px(12) && cell.height() > 2.2f * height)
    text(c, {cell.greatest.x - c.px(6), cell.greatest.y - c.px(4) - height}, c.fonts.mono_small, c.theme.text, words,
         Align::right);
}

/// At the right of the heading: which end of the colours is which pair.
void draw_colour_scale(const Canvas& c, Rect line, std::span<const ImU32> colours) {
  const std::string_view last = c.words("pair {}", colours.size() - 1);
  const float width = c.px(120), words = text_width(c.fonts.small, last) + text_width(c.fonts.small, "pair 0");
  if (line.width() < width + words + c.px(24)) return;
  const float right = line.greatest.x - text_width(c.fonts.small, last), end = right - c.px(8), begin = end - width;
  text(c, {right, line.least.y}, c.fonts.small, c.theme.dim, last);
  text(c, {begin - c.px(8), line.least.y}, c.fonts.small, c.theme.dim, "pair 0", Align::right);
  constexpr int steps = 40;
  for (int i = 0; i < steps; ++i) {
    const float x = begin + width * static_cast<float>(i) / steps;
    c.paint.box({{x, line.least.y + c.px(3)}, {x + width / steps + 0.5f, line.least.y + c.px(13)}},
                colours[static_cast<std::size_t>(i) * (colours.size() - 1) / (steps - 1)]);
  }
}

} // namespace

void draw_curls(const Canvas& c, Rect panel, int rows, const Scene& scene, const Derived& derived, Scene& next) {
  const CurlNumbers& numbers = *derived.numbers<CurlNumbers>();
  const auto colours = pair_colours(c, derived);
  const bool own = !derived.head().ones;
  const Rect room = heading(c, panel, "The curl", "");
  const float title = text_width(c.fonts.title, "The curl") + c.px(14);
  constexpr std::string_view remark =
      "fast pairs turn first: with q = k the chain winds up and the score falls; with random q, k nothing falls";
  const Rect line{{room.least.x + title, room.least.y - c.px(28)}, {room.greatest.x, room.least.y}};
  const bool said = line.width() > text_width(c.fonts.small, remark) + c.px(280);
  if (said) text(c, line.least, c.fonts.small, c.theme.dim, remark);
  draw_colour_scale(c, line, colours);

  const float names = room.width() > c.px(760) ? c.px(94) : 0;
  // The last distances go first where there is no room for all.
  const auto shown = static_cast<std::size_t>(
      std::clamp(static_cast<int>((room.width() - names) / c.px(170)), 1, static_cast<int>(curl_distances.size())));
  const float gap = c.px(12), wide = (room.width() - names + gap) / static_cast<float>(shown), above = c.px(22);
  const float high = (room.height() - above + gap) / static_cast<float>(rows);
  for (int row = 0; row < std::min(rows, 2); ++row) {
    const bool second = rows == 1 ? own : row == 1;
    const Curl& curl = second ? numbers.other : numbers.ones;
    const float y = room.least.y + above + high * static_cast<float>(row);
    const float middle = y + (high - gap) / 2;
    if (names > 0) {
      text(c, {room.least.x, middle - c.px(18)}, c.fonts.bold, c.theme.text,
           !second                                           ? "q = k"
           : derived.placed()                                ? "your places"
           : own && scene.q.kind != HeadSource::Kind::random ? "your q, k"
                                                             : "random");
      text(c, {room.least.x, middle + c.px(2)}, c.fonts.small, c.theme.dim,
           !second ? "all ones"
           : own   ? "as chosen"
                   : "one draw");
    }
    for (std::size_t i = 0; i < shown; ++i) {
      const float x = room.least.x + names + wide * static_cast<float>(i);
      const Rect cell{{x, y}, {x + wide - gap, y + high - gap}};
      if (row == 0)
        text(c, {cell.centre().x, room.least.y}, c.fonts.bold, c.theme.text,
             c.words("Δ = {}", grouped(c, static_cast<double>(curl_distances[i]))), Align::centre);
      draw_cell(c, cell, c.id("phasors {} {}", second ? "other" : "ones", curl_distances[i]), i, curl[i], colours,
                numbers.small_window, scene, next);
    }
  }
  if (rows < 3) return;
  const float y = room.least.y + above + 2 * high;
  if (names > 0) {
    text(c, {room.least.x, y + (high - gap) / 2 - c.px(18)}, c.fonts.bold, c.theme.text, "random");
    text(c, {room.least.x, y + (high - gap) / 2 + c.px(2)}, c.fonts.small, c.theme.dim,
         c.words("{} draws", numbers.draws));
  }
  for (std::size_t i = 0; i < shown; ++i) {
    const float x = room.least.x + names + wide * static_cast<float>(i);
    const auto draws = static_cast<std::size_t>(numbers.draws);
    draw_cloud(c, {{x, y}, {x + wide - gap, y + high - gap}}, c.id("phasors cloud {}", curl_distances[i]),
               std::span(numbers.clouds).subspan(i * draws, draws), numbers.small_window);
  }
}

} // namespace ropescope::pictures
