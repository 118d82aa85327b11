#include <algorithm>
#include <cmath>
#include <numbers>

#include "app/canvas/gesture.h"
#include "app/canvas/hot_areas.h"
#include "app/canvas/imgui_compat.h"
#include "app/pictures/distance.h"
#include "app/pictures/phasors_parts.h"

// The large plane of the chain: arrows laid head to tail, what they sum to, and what a hand does to them.

namespace ropescope::pictures {

namespace {

constexpr float arrow_width = 3.5f, head_length = 8, end_radius = 7, reach = 8; // pixels at scale 1

/// The score falls from 1 to 0 over about this many e-folds of the distance under the usual bases (ln 1707 = 7.4): the
/// end of the chain follows the hand that drags it.
constexpr double e_folds_of_unit = 7.4;

ImVec2 place(const Plot& p, std::complex<double> z) { return p.at(z.real(), z.imag()); }

/// Pixels of 1 in the plane.
float unit_of(const Plot& p) { return p.x.pixel(1) - p.x.pixel(0); }

void draw_arrow(const Canvas& c, ImVec2 from, ImVec2 to, ImU32 colour, float weight) {
  const ImVec2 along{to.x - from.x, to.y - from.y};
  const float length = std::hypot(along.x, along.y), width = c.px(arrow_width) * weight;
  const float head = std::min(c.px(head_length) * weight, 0.75f * length);
  // A head of so few pixels would be a blot.
  if (head < c.px(3)) return c.paint.line(from, to, colour, std::max(1.0f, width * 0.8f));
  const ImVec2 unit{along.x / length, along.y / length};
  const ImVec2 neck{to.x - unit.x * head, to.y - unit.y * head};
  c.paint.line(from, {neck.x + unit.x, neck.y + unit.y}, colour, width);
  const float half = std::min(head * 0.62f, width * 1.35f);
  c.paint.triangle(to, {neck.x - unit.y * half, neck.y + unit.x * half},
                   {neck.x + unit.y * half, neck.y - unit.x * half}, colour);
}

/// Axes through the origin, with the ticks of the real one.
void draw_plane_axes(const Canvas& c, const Plot& p) {
  const ImVec2 origin = p.at(0, 0);
  const ImU32 colour = mix(c.theme.panel, c.theme.dim, 0.45f);
  c.paint.begin_group("axes");
  c.paint.line({p.area.least.x, origin.y}, {p.area.greatest.x, origin.y}, colour, c.hairline());
  c.paint.line({origin.x, p.area.least.y}, {origin.x, p.area.greatest.y}, colour, c.hairline());
  for (const double value : {-1.0, -0.75, -0.5, -0.25, 0.25, 0.5, 0.75, 1.0}) {
    const float x = p.x.pixel(value);
    if (x < p.area.least.x || x > p.area.greatest.x) continue;
    c.paint.line({x, origin.y - c.px(5)}, {x, origin.y + c.px(5)}, c.theme.dim, c.stroke(1));
  }
  c.paint.end_group();
}

void label_plane_axes(const Canvas& c, const Plot& p) {
  const ImVec2 origin = p.at(0, 0);
  const float high = compat::font_size(c.fonts.small);
  const bool every = unit_of(p) > c.px(320);
  if (origin.y > p.area.least.y && origin.y + c.px(12) + high < p.area.greatest.y)
    for (const double value : {-1.0, -0.75, -0.5, -0.25, 0.25, 0.5, 0.75, 1.0}) {
      if (!every && std::abs(value) != 1 && std::abs(value) != 0.5) continue;
      const std::string_view words = c.words("{:.4g}", value);
      const float x = p.x.pixel(value), half = text_width(c.fonts.small, words) / 2;
      // Lower where the chain ends on the axis, which has a ring around it.
      for (const float below : {c.px(10), c.px(17)}) {
        const Rect area{{x - half, origin.y + below}, {x + half, origin.y + below + high}};
        if (area.least.x < p.area.least.x || area.greatest.x > p.area.greatest.x || !is_free(c, area)) continue;
        text(c, area.least, c.fonts.small, c.theme.dim, words);
        break;
      }
    }
  const Rect name{{origin.x + c.px(7), p.area.least.y}, {origin.x + c.px(80), p.area.least.y + high}};
  if (origin.x > p.area.least.x && name.greatest.x < p.area.greatest.x && is_free(c, name))
    text(c, name.least, c.fonts.small, c.theme.dim, "imaginary");
}

/// RoFormer's mean as a circle. A circle that leaves the plane is an arc, as the plane is clipped.
void draw_mean(const Canvas& c, const Plot& p, double radius, bool lit) {
  const ImVec2 origin = p.at(0, 0);
  const float pixels = static_cast<float>(radius) * unit_of(p);
  if (!(pixels > 1) || pixels > 1e5f) return;
  constexpr int corners = 180;
  auto points = c.list_of<ImVec2>(corners + 1);
  for (int i = 0; i <= corners; ++i) points.push_back(on_circle(origin, pixels, 2 * std::numbers::pi * i / corners));
  // Quiet until the mouse is on it: the chain is what the picture is about.
  c.paint.polyline(points, lit ? c.theme.text : c.theme.faint, c.stroke(lit ? 1.6f : 1), c.dashes({{2, 6, 2, 6}}));
}

void label_mean(const Canvas& c, const Plot& p, const Chain& chain) {
  const ImVec2 origin = p.at(0, 0);
  const float pixels = static_cast<float>(chain.mean_length) * unit_of(p), line = c.px(19);
  const std::string_view lines[] = {"RoFormer’s circle:", c.words("mean |S| = {:.4f},", chain.mean_length),
                                    "a mean, not a bound"};
  float width = 0;
  for (const std::string_view words : lines) width = std::max(width, text_width(c.fonts.small, words));
  // Within the circle at its foot; below a small one; and at the foot of the plane where the circle leaves it.
  const bool within = pixels > width * 0.75f;
  const float top = std::min(within ? origin.y + pixels - 4.3f * line : origin.y + std::max(pixels, c.px(34)) + c.px(4),
                             p.area.greatest.y - 3 * line);
  const float middle = std::max(origin.x, p.area.least.x + width / 2 + 2);
  const Rect area{{middle - width / 2, top}, {middle + width / 2, top + 3 * line}};
  if (top < origin.y + c.px(30) || area.greatest.x > p.area.greatest.x || !is_free(c, area)) return;
  c.paint.box(area.inset(-c.px(3), 0), c.theme.panel); // the imaginary axis does not go through the words
  for (int i = 0; i < 3; ++i)
    text(c, {middle, top + line * static_cast<float>(i)}, c.fonts.small, c.theme.dim, lines[i], Align::centre);
}

/// The chain of a distance of 0: all in line where q = k.
void draw_rod(const Canvas& c, const Plot& p, std::span<const std::complex<double>> ends,
              std::span<const ImU32> colours) {
  ImVec2 from = p.at(0, 0);
  for (std::size_t i = 0; i < ends.size(); ++i) {
    const ImVec2 to = place(p, ends[i]);
    const float length = std::hypot(to.x - from.x, to.y - from.y);
    if (i + 1 < ends.size() && length < c.px(2)) continue;
    const float gap = std::min(c.px(3), length / 3) / std::max(length, 1e-3f); // a small space parts neighbours
    c.paint.line(from, {to.x + (from.x - to.x) * gap, to.y + (from.y - to.y) * gap},
                 mix(c.theme.panel, colours[i], 0.6f), c.stroke(2));
    from = to;
  }
}

void draw_arrows(const Canvas& c, const Plot& p, const Chain& chain, std::span<const ImU32> colours) {
  ImVec2 from = p.at(0, 0);
  for (std::size_t i = 0; i < chain.ends.size(); ++i) {
    const ImVec2 to = place(p, chain.ends[i]);
    // An arrow that is not seen is drawn with the next one.
    if (i + 1 < chain.ends.size() && std::hypot(to.x - from.x, to.y - from.y) < 0.7f) continue;
    draw_arrow(c, from, to, colours[i], 1);
    from = to;
  }
}

/// Words beside a stretch of the chain, where they are true: how nearly its arrows point one way.
void label_stretch(const Canvas& c, const Plot& p, const Chain& chain, std::span<const ImU32> colours, bool slow) {
  const std::size_t count = chain.ends.size(), first = slow ? count * 2 / 3 : 0, last = slow ? count : count / 3;
  if (count < 12) return;
  double length = 0;
  std::complex<double> sum, middle;
  for (std::size_t i = first; i < last; ++i) {
    length += std::abs(chain.arrows[i]);
    sum += chain.arrows[i];
    middle += chain.ends[i] / static_cast<double>(last - first);
  }
  // 0.9 and 0.4: judgements of what looks like a line, and what like a ball.
  if (!(length > 0) || (slow ? std::abs(sum) < 0.9 * length : std::abs(sum) > 0.4 * length)) return;
  const std::string_view words = slow ? "slow pairs: still in line" : "fast pairs: wound up";
  const float high = compat::font_size(c.fonts.small), width = text_width(c.fonts.small, words);
  const ImVec2 centre = place(p, middle);
  const ImVec2 at =
      slow ? ImVec2(centre.x - width / 2, centre.y + c.px(18)) : ImVec2(centre.x + c.px(18), centre.y + c.px(34));
  const Rect area{at, {at.x + width, at.y + high}};
  if (area.least.x < p.area.least.x || area.greatest.x > p.area.greatest.x || area.least.y < p.area.least.y ||
      area.greatest.y > p.area.greatest.y || !is_free(c, area))
    return;
  text(c, at, c.fonts.small, colours[slow ? count - 1 - count / 8 : count / 4], words);
}

/// Score and end: the bar on the real axis, and what leads there.
void draw_end(const Canvas& c, const Plot& p, const Chain& chain) {
  const ImVec2 origin = p.at(0, 0), end = place(p, chain.end);
  c.rule(end, {end.x, origin.y}, c.theme.accent, 1.5f, 2, 4);
  c.rule(origin, end, with_alpha(c.theme.dim, 0.8f), 1, 1, 4);
  c.paint.disc(origin, c.px(4), c.theme.text);
  c.paint.disc(end, c.px(end_radius + 2), c.theme.text);
  c.paint.disc(end, c.px(end_radius), c.theme.accent);
}

void label_end(const Canvas& c, const Plot& p, const Chain& chain) {
  const ImVec2 end = place(p, chain.end);
  if (!p.area.contains(end)) return;
  const std::string_view title = "end of the chain";
  const std::string_view value = c.words("{} {} {:.4f} j", with_sign(chain.end.real(), 4),
                                         chain.end.imag() < 0 ? "−" : "+", std::abs(chain.end.imag()));
  const float width = std::max(text_width(c.fonts.small, title), text_width(c.fonts.mono_small, value));
  const float high = c.px(40);
  const ImVec2 places[] = {{end.x + c.px(18), end.y - c.px(14)},
                           {end.x + c.px(14), end.y - c.px(54)},
                           {end.x - c.px(18) - width, end.y - c.px(48)},
                           {end.x + c.px(18), end.y + c.px(12)}};
  for (const ImVec2 at : places) {
    const Rect area{at, {at.x + width, at.y + high}};
    if (area.greatest.x > p.area.greatest.x || area.least.x < p.area.least.x || area.least.y < p.area.least.y ||
        area.greatest.y > p.area.greatest.y || !is_free(c, area))
      continue;
    text(c, at, c.fonts.small, c.theme.text, title);
    text(c, {at.x, at.y + c.px(20)}, c.fonts.mono_small, c.theme.dim, value);
    return;
  }
}

/// The arrow under the mouse.
std::optional<std::size_t> arrow_at(const Canvas& c, const Plot& p, const Chain& chain, ImVec2 mouse) {
  std::optional<std::size_t> found;
  float nearest = c.px(reach);
  ImVec2 from = p.at(0, 0);
  for (std::size_t i = 0; i < chain.ends.size(); ++i) {
    const ImVec2 to = place(p, chain.ends[i]), along{to.x - from.x, to.y - from.y};
    const float square = along.x * along.x + along.y * along.y;
    const float share =
        square > 0 ? std::clamp(((mouse.x - from.x) * along.x + (mouse.y - from.y) * along.y) / square, 0.0f, 1.0f) : 0;
    const float off = std::hypot(from.x + share * along.x - mouse.x, from.y + share * along.y - mouse.y);
    if (off < nearest) nearest = off, found = i;
    from = to;
  }
  return found;
}

} // namespace

Plot plane_in(const Canvas& c, const char* id, Rect room, const PlaneWindow& w, std::optional<Range> x_view,
              std::optional<Range> y_view) {
  const auto width = static_cast<double>(std::max(1.0f, room.width())),
             height = static_cast<double>(std::max(1.0f, room.height()));
  const double units = std::max((w.re_greatest - w.re_least) / width, (w.im_greatest - w.im_least) / height);
  const double middle = (w.im_least + w.im_greatest) / 2;
  const Range all_x{w.re_least, w.re_least + units * width},
      all_y{middle - units * height / 2, middle + units * height / 2};
  if (x_view || y_view) {
    // Equal units again, whatever two ranges were chosen: the larger share of the plane counts.
    const Range x = x_view.value_or(all_x), y = y_view.value_or(all_y);
    const double seen = std::max((x.greatest - x.least) / width, (y.greatest - y.least) / height);
    x_view = Range{(x.least + x.greatest - seen * width) / 2, (x.least + x.greatest + seen * width) / 2};
    y_view = Range{(y.least + y.greatest - seen * height) / 2, (y.least + y.greatest + seen * height) / 2};
  }
  // A plot keeps 8 pixels free above and at the right of its area where nothing is written.
  const Rect outer{{room.least.x, room.least.y - c.px(8)}, {room.greatest.x + c.px(8), room.greatest.y}};
  return {c,
          id,
          outer,
          {.all = all_x, .labels = Labels::none, .view = x_view},
          {.all = all_y, .labels = Labels::none, .view = y_view}};
}

void draw_plane(const Canvas& c, const Plot& p, const PhasorNumbers& numbers, std::span<const ImU32> colours) {
  const ImVec2 origin = p.at(0, 0);
  const float to_circle = std::abs(std::hypot(c.mouse.x - origin.x, c.mouse.y - origin.y) -
                                   static_cast<float>(numbers.chain.mean_length) * unit_of(p));
  p.begin();
  draw_mean(c, p, numbers.chain.mean_length, to_circle < c.px(6) && p.hovered());
  draw_plane_axes(c, p);
  draw_rod(c, p, numbers.whole.ends, colours);
  const float score = p.x.pixel(numbers.chain.end.real()), half = c.px(4);
  c.paint.box({{std::min(origin.x, score), origin.y - half}, {std::max(origin.x, score), origin.y + half}},
              c.theme.accent, half);
  for (const std::complex<double> end : numbers.cloud)
    c.paint.disc(place(p, end), c.px(3), mix(c.theme.panel, c.theme.accent, 0.5f));
  draw_arrows(c, p, numbers.chain, colours);
  draw_end(c, p, numbers.chain);
  p.end();
}

void label_plane(const Canvas& c, const Plot& p, const PhasorNumbers& numbers, std::span<const ImU32> colours,
                 bool in_line) {
  label_end(c, p, numbers.chain);
  label_mean(c, p, numbers.chain);
  for (const bool slow : {true, false}) label_stretch(c, p, numbers.chain, colours, slow);
  const ImVec2 one = p.at(1, 0);
  const std::string_view words = "Δ = 0: all in line, 1";
  const float width = text_width(c.fonts.small, words);
  const Rect area{{one.x - width, one.y - c.px(28)}, {one.x, one.y - c.px(10)}};
  if (in_line && p.area.contains(one) && p.area.contains(area.least) && is_free(c, area))
    text(c, area.least, c.fonts.small, c.theme.dim, words);
  const ImVec2 end = place(p, numbers.chain.end);
  const float ring = c.px(16);
  if (c.taken) c.taken->push_back({{end.x - ring, end.y - ring}, {end.x + ring, end.y + ring}});
  label_plane_axes(c, p);
}

ImVec2 draw_ring(const Canvas& c, const Plot& p, const Chain& chain, std::size_t pair, ImU32 colour) {
  const std::complex<double> before = pair == 0 ? 0 : chain.ends[pair - 1];
  const ImVec2 from = place(p, before), to = place(p, chain.ends[pair]);
  const ImVec2 middle{(from.x + to.x) / 2, (from.y + to.y) / 2};
  draw_arrow(c, from, to, colour, 1.6f);
  c.paint.circle(middle, c.px(14), c.theme.accent, c.stroke(2));
  return middle;
}

void take_end(const Canvas& c, const Plot& p, const Chain& chain, const Scene& scene, Scene& next) {
  const ImVec2 end = place(p, chain.end);
  const float size = c.px(14);
  const Rect area{{end.x - size, end.y - size}, {end.x + size, end.y + size}};
  Gesture& g = c.gesture;
  const ImGuiID id = ImGui::GetID("phasors end");
  const bool was_held = g.kind == Gesture::Kind::grip && g.part == id;
  if (!was_held && !p.area.contains(end)) return;
  hit("phasors end", area);
  constexpr std::string_view help =
      "Drag the end sideways: to the left the distance grows and the chain winds up. The key stays, the query moves.";
  c.note("phasors end", area, help);
  explain(c, help);
  const ImGuiIO& io = ImGui::GetIO();
  if (ImGui::IsItemActivated()) {
    g = {};
    g.kind = Gesture::Kind::grip;
    g.part = id;
    g.from = io.MousePos;
    g.start = static_cast<double>(scene.m - scene.n);
  } else if (was_held && ImGui::IsItemActive()) {
    const auto moved = static_cast<double>((g.from.x - io.MousePos.x) / unit_of(p));
    if (io.MouseDelta.x != 0) take_distance_of_key(next, scrubbed(g.start, e_folds_of_unit * moved));
  } else if (was_held)
    g.kind = Gesture::Kind::none;
  if (ImGui::IsItemActive() || (ImGui::IsItemHovered() && area.contains(c.mouse))) {
    ImGui::SetMouseCursor(ImGuiMouseCursor_ResizeEW);
    c.paint.circle(end, c.px(end_radius + 5), c.theme.accent, c.stroke(2));
  }
}

void read_plane(const Canvas& c, const Plot& p, const PhasorNumbers& numbers, const Scene& scene, Scene& next,
                std::optional<ImVec2> clicked) {
  if (clicked)
    if (const auto i = arrow_at(c, p, numbers.chain, *clicked)) next.pair = static_cast<std::int64_t>(*i);
  if (!p.hovered()) return;
  ImGuiIO& io = ImGui::GetIO();
  if (io.KeyAlt && io.MouseWheel != 0)
    take_distance_of_key(next, stepped(scene.m - scene.n, static_cast<double>(io.MouseWheel)));
  if (const auto i = arrow_at(c, p, numbers.chain, c.mouse)) return light_pair(c, static_cast<std::int64_t>(*i));
  const ImVec2 origin = p.at(0, 0);
  const double mean = numbers.chain.mean_length, radius = mean * static_cast<double>(unit_of(p));
  const double at = static_cast<double>(std::hypot(c.mouse.x - origin.x, c.mouse.y - origin.y));
  if (std::abs(at - radius) > static_cast<double>(c.px(6))) return;
  ReadOut table(c, "RoFormer’s circle");
  table.add(0, "S", "where the chain is after each arrow");
  table.add(0, c.words("mean of |S| after 1 … {} arrows", numbers.chain.ends.size()), c.words("{:.4f}", mean));
  table.add(0, "as a share of that at Δ = 0", c.words("{:.4f}", mean / numbers.whole.mean_length));
  table.add(0, "the end itself", c.words("{:.4f}", std::abs(numbers.chain.end)));
  table.draw(c.mouse, p.area);
}

} // namespace ropescope::pictures
