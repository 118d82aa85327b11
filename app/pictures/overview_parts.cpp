#include "app/pictures/overview_parts.h"

#include <algorithm>
#include <cmath>

#include "app/canvas/imgui_compat.h"
#include "core/analysis/contributions.h"

namespace ropescope::pictures {

namespace {

/// The tokens that are seen: both, with a third of their distance at either side, 12 at least.
Range seen_tokens(const Scene& scene) {
  const auto least = static_cast<double>(std::min(scene.m, scene.n)),
             greatest = static_cast<double>(std::max(scene.m, scene.n));
  const double margin = std::max(12.0, std::ceil((greatest - least) / 3));
  return {least - margin - 0.5, greatest + margin + 0.5};
}

/// Cells where they are wide enough to be counted, else one band.
void draw_cells(const Canvas& c, const Plot& p, float top, float bottom, const Scene& scene) {
  const float pitch = p.x.pixel(1) - p.x.pixel(0), gap = std::min(c.px(4), pitch * 0.25f);
  const auto cell = [&](double token, ImU32 colour) {
    const float left = p.x.pixel(token - 0.5), width = std::max(pitch - gap, c.px(6));
    const float middle = left + pitch / 2;
    c.paint.box({{middle - width / 2, top}, {middle + width / 2, bottom}}, colour, c.px(2));
  };
  const double first = std::max(0.0, std::ceil(p.x.least)), last = std::floor(p.x.greatest);
  const auto between = [&](double token) {
    return token > static_cast<double>(std::min(scene.m, scene.n)) &&
           token < static_cast<double>(std::max(scene.m, scene.n));
  };
  if (pitch >= c.px(6)) {
    for (double token = first; token <= last; ++token) cell(token, between(token) ? c.theme.track : c.theme.raised);
  } else {
    c.paint.box({{std::max(p.area.least.x, p.x.pixel(-0.5)), top}, {p.area.greatest.x, bottom}}, c.theme.raised);
    c.paint.box({{p.x.pixel(static_cast<double>(std::min(scene.m, scene.n))), top},
                 {p.x.pixel(static_cast<double>(std::max(scene.m, scene.n))), bottom}},
                c.theme.track);
  }
  cell(static_cast<double>(scene.n), c.theme.key);
  cell(static_cast<double>(scene.m), c.theme.query);
}

/// The names of both below their cells, apart from each other and within the line.
void draw_names(const Canvas& c, const Plot& p, float y, const Scene& scene) {
  struct Name {
    std::string_view words;
    ImU32 colour;
    float middle;
  };
  Name names[] = {{c.words("key n = {}", grouped(c, static_cast<double>(scene.n))), c.theme.key,
                   p.x.pixel(static_cast<double>(scene.n))},
                  {c.words("query m = {}", grouped(c, static_cast<double>(scene.m))), c.theme.query,
                   p.x.pixel(static_cast<double>(scene.m))}};
  if (scene.m < scene.n) std::swap(names[0], names[1]);
  const float first = text_width(c.fonts.small, names[0].words), second = text_width(c.fonts.small, names[1].words),
              space = c.px(10);
  float left = names[0].middle - first / 2, right = names[1].middle - second / 2;
  if (const float overlap = left + first + space - right; overlap > 0) left -= overlap / 2, right += overlap / 2;
  right = std::min(right, p.area.greatest.x - second);
  left = std::max(std::min(left, right - space - first), p.area.least.x);
  right = std::max(right, left + first + space);
  text(c, {left, y}, c.fonts.small, names[0].colour, names[0].words);
  text(c, {right, y}, c.fonts.small, names[1].colour, names[1].words);
}

/// From one token to the other, with the distance in its middle.
void draw_arrow(const Canvas& c, const Plot& p, float y, const Scene& scene) {
  const float from = p.x.pixel(static_cast<double>(std::min(scene.m, scene.n))),
              to = p.x.pixel(static_cast<double>(std::max(scene.m, scene.n))), middle = (from + to) / 2;
  const std::string_view words = c.words("Δ = {}", grouped(c, static_cast<double>(scene.m - scene.n)));
  const float width = text_width(c.fonts.bold, words), head = c.px(5), free = width / 2 + c.px(8);
  const float left =
      std::clamp(middle - width / 2, p.area.least.x, std::max(p.area.least.x, p.area.greatest.x - width));
  text(c, {left, y - c.px(9)}, c.fonts.bold, c.theme.text, words);
  if (to - from < 2 * free + c.px(16)) return; // no room for an arrow beside the words
  c.paint.line({from, y}, {middle - free, y}, c.theme.text, c.stroke(1.4f));
  c.paint.line({middle + free, y}, {to, y}, c.theme.text, c.stroke(1.4f));
  c.paint.triangle({from, y}, {from + head * 1.6f, y + head}, {from + head * 1.6f, y - head}, c.theme.text);
  c.paint.triangle({to, y}, {to - head * 1.6f, y - head}, {to - head * 1.6f, y + head}, c.theme.text);
}

void take_tokens(const Canvas& c, const Plot& p, const Scene& scene, Scene& next) {
  const auto m = static_cast<double>(scene.m), n = static_cast<double>(scene.n);
  // The wider ones first: what is asked later lies on top.
  const float apart = std::abs(p.x.pixel(m) - p.x.pixel(n)) / c.scale;
  const Grip both = p.grip_x("both", (m + n) / 2, true, std::max(0.0f, apart - 28));
  const Grip key = p.grip_x("key", n, true, 18), query = p.grip_x("query", m, true, 18);
  const auto to_token = [](double value) {
    return std::clamp<std::int64_t>(std::llround(value), 0, furthest_position);
  };
  if (query.value) next.m = to_token(*query.value);
  if (key.value) next.n = to_token(*key.value);
  if (both.value) {
    const std::int64_t by =
        std::clamp<std::int64_t>(std::llround(*both.value - (m + n) / 2), -std::min(scene.m, scene.n),
                                 furthest_position - std::max(scene.m, scene.n));
    next.m = scene.m + by;
    next.n = scene.n + by;
  }
}

} // namespace

TokenMarks draw_tokens(const Canvas& c, Rect panel, const Scene& scene, const Derived&, Scene& next, bool ringed) {
  const bool ruler = panel.height() < c.px(60);
  Rect room;
  if (ruler) {
    canvas::panel(c, panel);
    room = panel.inset(c.px(18), c.px(4));
    // The first step of the sentence that the titles are, before the line itself.
    const std::string_view title =
        c.words("Two tokens, {} apart", grouped(c, static_cast<double>(std::abs(scene.m - scene.n))));
    if (room.width() > c.px(600))
      room.least.x += draw_title(c, {room.least.x, panel.centre().y - c.px(12)}, c.px(280), title) + c.px(20);
  } else {
    room =
        heading(c, panel, c.words("Two tokens, {} apart", grouped(c, static_cast<double>(std::abs(scene.m - scene.n)))),
                c.bare ? "" : "drag either one, or slide both by the arrow");
    room.greatest.y = panel.greatest.y - c.px(4);
  }
  const Range seen = seen_tokens(scene);
  const Plot p(c, "tokens", room, {.all = seen, .labels = Labels::none, .fewest = 4},
               {.all = {0, 1}, .labels = Labels::none});
  // A ruler has one line: cells, and the words on them between the tokens. Else arrow, cells and names lie below each
  // other.
  const float top = ruler ? room.least.y + c.px(ringed ? 11 : 4) : std::max(room.least.y, room.greatest.y - c.px(54)),
              cells = ruler ? top : top + c.px(16), bottom = cells + (ruler ? c.px(6) : c.px(18));
  c.paint.push_clip(room);
  draw_cells(c, p, cells, bottom, scene);
  c.paint.pop_clip();
  // A bare picture has them too: without its two tokens the line would say nothing.
  draw_names(c, p, bottom + c.px(ringed ? 16 : 1), scene);
  if (!ruler) draw_arrow(c, p, top + c.px(6), scene);
  take_tokens(c, p, scene, next);
  const float query = p.x.pixel(static_cast<double>(scene.m)), key = p.x.pixel(static_cast<double>(scene.n)),
              half = std::max((p.x.pixel(1) - p.x.pixel(0)) / 2, c.px(10));
  return {.query = {{query - c.px(9), cells}, {query + c.px(9), bottom}},
          .both = {{std::min(query, key) - half, cells - c.px(9)}, {std::max(query, key) + half, bottom + c.px(9)}}};
}

void update_overview_chain(const Scene& scene, Derived& derived) {
  struct Inputs {
    std::uint64_t version;
    std::int64_t distance;
    bool operator==(const Inputs&) const = default;
  };
  derived.numbers<OverviewChain>(Inputs{derived.version(), scene.m - scene.n}, [&] {
    return OverviewChain{chain_of(turned(contributions(derived.head()), derived.current().turns, scene.m - scene.n))};
  });
}

void draw_overview_chain(const Canvas& c, Rect panel, const Scene&, const Derived& derived, Scene& next) {
  const Chain& chain = derived.numbers<OverviewChain>()->chain;
  const double score = derived.current().score_here;
  const std::string_view number = c.words("{}", with_sign(score, 4));
  const float wide = text_width(c.fonts.large, number);
  const Rect room = heading(c, panel, "Score", "");
  constexpr std::string_view what = "fast pairs curl up and cancel, slow pairs reach out";
  const float number_height = compat::font_size(c.fonts.large) + c.px(22);
  Rect plane = room;
  if (text_width(c.fonts.small, what) <= room.width() && room.height() > c.px(150)) {
    text(c, {room.least.x, room.least.y - c.px(4)}, c.fonts.small, c.theme.dim, what);
    plane.least.y += c.px(18);
  }
  const bool number_alone = room.height() < number_height + c.px(60) || room.width() < c.px(150);
  float number_top = room.greatest.y;
  if (!number_alone) {
    plane.greatest.y -= number_height;
    // Every chain of q = k lies in this window (measured to Δ = 65 536); it never moves while Δ is dragged.
    constexpr double left = -0.28, right = 1.06, low = -0.34, high = 0.42;
    const float unit =
        std::min(plane.width() / static_cast<float>(right - left), plane.height() / static_cast<float>(high - low));
    const ImVec2 origin{plane.centre().x - unit * static_cast<float>((left + right) / 2),
                        plane.centre().y + unit * static_cast<float>((low + high) / 2)};
    number_top = origin.y - unit * static_cast<float>(low);
    const auto at = [&](std::complex<double> z) {
      return ImVec2(origin.x + unit * static_cast<float>(z.real()), origin.y - unit * static_cast<float>(z.imag()));
    };
    c.paint.push_clip(plane);
    c.paint.line({plane.least.x, origin.y}, {plane.greatest.x, origin.y}, c.theme.grid, c.hairline());
    const ImVec2 one = at({1, 0});
    c.paint.line({one.x, one.y - c.px(5)}, {one.x, one.y + c.px(5)}, c.theme.dim, c.hairline());
    c.paint.line(at({0, 0}), at({chain.end.real(), 0}), c.theme.accent, c.stroke(6));
    c.rule(at({chain.end.real(), 0}), at(chain.end), c.theme.accent, 1.4f, 2, 3);
    std::complex<double> from = 0;
    const std::int64_t lit = lit_pair(c);
    for (std::size_t i = 0; i < chain.ends.size(); ++i) {
      const bool strong = static_cast<std::int64_t>(i) == lit;
      c.paint.line(at(from), at(chain.ends[i]), strong ? c.theme.text : colour_of_pair(c, derived, i),
                   c.stroke(strong ? 6.0f : 3.5f));
      from = chain.ends[i];
    }
    c.paint.disc(at(chain.end), c.px(6), c.theme.accent);
    c.paint.pop_clip();
    if (one.y + c.px(24) < plane.greatest.y)
      text(c, {one.x, one.y + c.px(6)}, c.fonts.small, c.theme.dim, "1", Align::centre);
  }
  const float middle = room.centre().x, top = number_alone ? std::max(room.least.y, room.centre().y - number_height / 2)
                                                           : std::min(room.greatest.y - number_height, number_top);
  if (wide <= room.width()) {
    text(c, {middle, top}, c.fonts.large, c.theme.accent, number, Align::centre);
    if (top + number_height <= room.greatest.y + c.px(2))
      text(c, {middle, top + compat::font_size(c.fonts.large) + c.px(2)}, c.fonts.small, c.theme.dim, "is the score",
           Align::centre);
  }
  if (press(c, "overview.chain", {panel.least, panel.greatest},
            "The contributions of all pairs laid head to tail: how far they reach to the right is the score. Click: "
            "the whole picture of the chain.") &&
      find_picture("phasors"))
    next.view = "phasors";
}

} // namespace ropescope::pictures
