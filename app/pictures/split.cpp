#include "core/analysis/split.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "app/canvas/hot_areas.h"
#include "app/pictures/lecture_parts.h"

namespace ropescope::pictures {

namespace {

constexpr Property options[] = {
    {.key = "split.tokens",
     .kind = Kind::whole,
     .label = "tokens",
     .help = "how many tokens a side of the tables has",
     .unit = "tokens",
     .least = 2,
     .greatest = 96,
     .fallback = 40.0},
    {.key = "split.matrix",
     .kind = Kind::choice,
     .label = "table beside RoPE’s",
     .help = "which table is drawn beside the one of a RoPE pair; rope: none",
     .fallback = "rope",
     .choices = [] { return std::span<const std::string_view>(split_names); }},
};
constexpr const Property &tokens_row = options[0], &matrix_row = options[1];

struct Tables {
  std::int64_t side = 0;
  double theta = 0;
  std::array<std::vector<double>, 3> table; ///< by SplitMatrix
  std::array<std::int64_t, 3> rank{};
};

void update(const Scene& scene, Derived& derived, gpu::Engines&, Patience) {
  const auto side = static_cast<std::int64_t>(scene.options.number(tokens_row));
  const double theta = derived.current().spectrum.inv_freq[static_cast<std::size_t>(scene.pair)];
  derived.numbers<Tables>(std::pair(side, theta), [&] {
    Tables made{.side = side, .theta = theta, .table = {}};
    for (std::size_t kind = 0; kind < 3; ++kind) {
      made.table[kind] = split_matrix(static_cast<SplitMatrix>(kind), side, theta);
      made.rank[kind] = rank_of(singular_values(made.table[kind], side));
    }
    return made;
  });
}

/// Signed numbers in blue and vermilion; what is a power of e from dark to bright, by its exponent.
ImU32 colour_of(const Canvas& c, SplitMatrix kind, double value, double lowest, double highest) {
  if (kind == SplitMatrix::rope) return signed_colour(c.theme, value);
  const double share = highest > lowest ? (std::log(value) - lowest) / (highest - lowest) : 1;
  return mix_oklab(c.theme.panel, c.theme.blended, static_cast<float>(0.12 + 0.88 * share));
}

void draw_numbers(const Canvas& c, Rect r, std::int64_t columns, std::int64_t rows, std::span<const double> numbers,
                  SplitMatrix kind) {
  double lowest = 1e300, highest = -1e300;
  if (kind != SplitMatrix::rope)
    for (const double x : numbers) lowest = std::min(lowest, std::log(x)), highest = std::max(highest, std::log(x));
  auto colours = c.list_of<ImU32>(numbers.size());
  for (const double x : numbers) colours.push_back(colour_of(c, kind, x, lowest, highest));
  c.paint.image(r, columns, rows, colours);
}

/// A strip of m at the left times one of n above, as an outer product is written.
struct Strips {
  ImVec2 corner;
  float length, thick;
};

void draw_strips(const Canvas& c, const Strips& s, std::int64_t side, double theta, bool sine) {
  auto numbers = c.list_of<double>(static_cast<std::size_t>(side));
  for (std::int64_t m = 0; m < side; ++m) {
    const double angle = static_cast<double>(m) * theta;
    numbers.push_back(sine ? std::sin(angle) : std::cos(angle));
  }
  draw_numbers(
      c,
      {{s.corner.x, s.corner.y + s.thick + c.px(3)}, {s.corner.x + s.thick, s.corner.y + s.thick + c.px(3) + s.length}},
      1, side, numbers, SplitMatrix::rope);
  draw_numbers(
      c,
      {{s.corner.x + s.thick + c.px(3), s.corner.y}, {s.corner.x + s.thick + c.px(3) + s.length, s.corner.y + s.thick}},
      side, 1, numbers, SplitMatrix::rope);
  const Rect inside{{s.corner.x + s.thick + c.px(6), s.corner.y + s.thick + c.px(6)},
                    {s.corner.x + s.thick + s.length, s.corner.y + s.thick + s.length}};
  const float y = inside.centre().y - c.px(20);
  put(c, inside, {inside.centre().x, y}, c.fonts.body, c.theme.text, sine ? "sin mθ" : "cos mθ", Align::centre);
  put(c, inside, {inside.centre().x, y + c.px(22)}, c.fonts.body, c.theme.text, sine ? "× sin nθ" : "× cos nθ",
      Align::centre);
}

/// "=" or "+", by strokes.
void draw_sign(const Canvas& c, ImVec2 at, float side, bool equals) {
  const float thick = std::max(2.0f, std::round(side * 0.16f)), half = side / 2;
  if (equals)
    for (const float y : {-0.28f, 0.28f})
      c.paint.box({{at.x - half, at.y + y * side - thick / 2}, {at.x + half, at.y + y * side + thick / 2}},
                  c.theme.text);
  else {
    c.paint.box({{at.x - half, at.y - thick / 2}, {at.x + half, at.y + thick / 2}}, c.theme.text);
    c.paint.box({{at.x - thick / 2, at.y - half}, {at.x + thick / 2, at.y + half}}, c.theme.text);
  }
}

/// A big line and a small one below, both centred; returns whether the big one stands.
void draw_verdict(const Canvas& c, Rect room, ImVec2 at, float width, std::string_view big, std::string_view small,
                  ImU32 colour) {
  ImFont* const font = largest_font(c, big, width, c.px(46));
  if (!font) return;
  put(c, room, at, font, colour, big, Align::centre);
  at.y += line_of(font) * 1.1f;
  put(c, room, at, c.fonts.body, c.theme.dim, text_width(c.fonts.body, small) <= width ? small : std::string_view(),
      Align::centre);
}

void draw_rope(const Canvas& c, Rect room, const Tables& t) {
  const float gap = c.px(26), words = std::min(c.px(100), room.height() * 0.35f);
  const float side = std::min(room.height() - words, (room.width() - 4 * gap) / 2.75f), strip = side * 0.7f,
              thick = std::max(c.px(6), side * 0.065f);
  if (side < c.px(40)) return;
  const float top = room.least.y;
  const Rect map{room.least, {room.least.x + side, top + side}};
  draw_numbers(c, map, t.side, t.side, t.table[0], SplitMatrix::rope);
  float x = map.greatest.x + gap;
  draw_sign(c, {x, map.centre().y}, c.px(22), true);
  x += gap;
  const float strips_top = top + (side - strip - thick) / 2;
  const float first = x;
  draw_strips(c, {{x, strips_top}, strip, thick}, t.side, t.theta, false);
  x += strip + thick + gap;
  draw_sign(c, {x, map.centre().y}, c.px(22), false);
  x += gap;
  draw_strips(c, {{x, strips_top}, strip, thick}, t.side, t.theta, true);
  const float last = x + strip + thick, y = map.greatest.y + c.px(10);
  put(c, room, {map.centre().x, y}, c.fonts.title, c.theme.text, "one pair of RoPE", Align::centre);
  put(c, room, {map.centre().x, y + c.px(24)}, c.fonts.body, c.theme.dim, "cos (m − n)θ", Align::centre);
  draw_verdict(c, room, {(first + last) / 2, y}, last - first, c.words("rank {}", t.rank[0]),
               t.rank[0] <= 2 ? "two strips each: a running sum is enough" : "", c.theme.good);
}

void draw_other(const Canvas& c, Rect room, const Tables& t, SplitMatrix kind) {
  const auto k = static_cast<std::size_t>(kind);
  const float words = std::min(c.px(100), room.height() * 0.35f),
              side = std::min({room.height() - words, room.width(), room.height()});
  if (side < c.px(40)) return;
  const float left = room.centre().x - side / 2;
  const Rect map{{left, room.least.y}, {left + side, room.least.y + side}};
  draw_numbers(c, map, t.side, t.side, t.table[k], kind);
  const bool splits = t.rank[k] < t.side;
  draw_verdict(c, room, {room.centre().x, map.greatest.y + c.px(10)}, room.width(),
               kind == SplitMatrix::alibi ? c.words("rank {}", t.rank[k]) : c.words("rank {} of {}", t.rank[k], t.side),
               splits ? "splits too, while float32 holds" : "needs the whole table",
               splits ? c.theme.good : c.theme.beyond);
}

float draw_choices(const Canvas& c, Rect line, const Scene& scene, Scene& next) {
  constexpr std::string_view labels[] = {"RoPE alone", "ALiBi", "T5’s buckets"};
  float right = line.greatest.x;
  for (int i = 2; i >= 0 && !c.bare; --i) {
    const float width = text_width(c.fonts.body, labels[i]) + c.px(20);
    if (right - width < line.least.x) break;
    if (button(c, c.id("split {}", split_names[i]), {{right - width, line.least.y}, {right, line.greatest.y}},
               labels[i], scene.options.is(matrix_row, split_names[i]), true,
               "Which table stands beside the one of RoPE."))
      next.options.set(matrix_row, std::string(split_names[i]));
    right -= width + c.px(6);
  }
  if (!c.bare)
    c.note("split matrix", {{right, line.least.y}, line.greatest}, "Which table stands beside the one of RoPE.");
  return right;
}

void draw(const Canvas& c, Rect panel, const Scene& scene, const Derived& derived, Scene& next) {
  const Tables& t = *derived.numbers<Tables>();
  Rect room = heading(c, panel, "What splits into a part of m and a part of n", "");
  if (room.width() < c.px(220) || room.height() < c.px(90)) return;
  hot_areas().push_back(room);
  if (room.height() > c.px(170)) {
    draw_choices(c, {room.least, {room.greatest.x, room.least.y + c.px(28)}}, scene, next);
    room.least.y += c.px(42);
  }
  SplitMatrix kind = SplitMatrix::rope;
  for (std::size_t k = 1; k < 3; ++k)
    if (scene.options.is(matrix_row, split_names[k])) kind = static_cast<SplitMatrix>(k);
  if (room.height() > c.px(230)) {
    const std::string_view words[] = {
        c.words("ALiBi’s fade splits too (rank {}), but its halves overflow: exp(n/2) at n = {} in float32", t.rank[1],
                overflow_position(0.5)),
        c.words("ALiBi’s fade splits too (rank {})", t.rank[1])};
    for (const std::string_view each : words)
      if (put(c, room, {room.least.x, room.greatest.y - c.px(22)}, c.fonts.body, c.theme.dim, each)) break;
    room.greatest.y -= c.px(34);
  }
  // The half at the right keeps its place while it is empty, so that nothing moves when it fills.
  Rect left = room, right = room;
  if (room.width() > room.height() * 1.4f)
    left.greatest.x = room.least.x + room.width() * 0.65f, right.least.x = left.greatest.x + c.px(20);
  else
    left.greatest.y = room.least.y + room.height() * 0.48f, right.least.y = left.greatest.y + c.px(14);
  draw_rope(c, left, t);
  if (kind == SplitMatrix::rope) return;
  if (right.least.x > left.least.x + 1)
    c.paint.line({left.greatest.x + c.px(4), room.least.y}, {left.greatest.x + c.px(4), room.greatest.y},
                 c.theme.outline, c.stroke(2));
  draw_other(c, right, t, kind);
}

Table columns(const Scene&, const Derived& derived) {
  const Tables& t = *derived.numbers<Tables>();
  std::vector<double> m, n;
  for (std::int64_t i = 0; i < t.side * t.side; ++i)
    m.push_back(static_cast<double>(i / t.side)), n.push_back(static_cast<double>(i % t.side));
  Table table;
  table.formula =
      "rope = cos((m - n) inv_freq) of the pair, alibi = exp(-(m - n) / 8), t5 = exp(bias of the bucket of |m - n|)";
  table.add("m", std::move(m));
  table.add("n", std::move(n));
  for (std::size_t k = 0; k < 3; ++k) table.add(std::string(split_names[k]), t.table[k]);
  return table;
}

} // namespace

const Picture split_picture{.name = "split",
                            .title = "Split",
                            .line = "which tables of m and n are strip times strip, so that a running sum is enough",
                            .group = Group::attention,
                            .update = update,
                            .draw = draw,
                            .columns = columns,
                            .options = options};

} // namespace ropescope::pictures
