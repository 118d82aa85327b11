#include <algorithm>
#include <cmath>
#include <numbers>

#include <fmt/format.h>

#include "app/canvas/gesture.h"
#include "app/canvas/imgui_compat.h"
#include "app/pictures/phasors_parts.h"
#include "app/scene/grid.h"
#include "core/error.h"

namespace ropescope::pictures {

namespace {

constexpr Property options[] = {view_row("phasors.x", "", "real parts that are seen"),
                                view_row("phasors.y", "", "imaginary parts that are seen")};
constexpr const Property &view_x = options[0], &view_y = options[1];

constexpr std::int64_t wall_rows = 4;

/// How many draws a cloud has: fewer where a head has so many pairs that they would take long.
std::int64_t draws_of(std::size_t pairs) {
  return std::clamp<std::int64_t>(static_cast<std::int64_t>(65536 / std::max<std::size_t>(pairs, 1)), 4, 64);
}

void update(const Scene& scene, Derived& derived, gpu::Engines&, Patience) {
  struct Inputs {
    std::uint64_t version;
    std::int64_t distance;
    bool operator==(const Inputs&) const = default;
  };
  const std::int64_t distance = scene.m - scene.n;
  derived.numbers<PhasorNumbers>(Inputs{derived.version(), distance}, [&] {
    PhasorNumbers numbers;
    numbers.rod = contributions(derived.head());
    numbers.chain = chain_of(turned(numbers.rod, derived.current().turns, distance));
    numbers.whole = chain_of(numbers.rod);
    if (scene.q.kind == HeadSource::Kind::random)
      numbers.cloud =
          random_ends(derived.current().turns, std::span(&distance, 1), scene.q.number, draws_of(numbers.rod.size()));
    return numbers;
  });
  derived.numbers<CurlNumbers>(derived.version(), [&] {
    const std::vector<std::uint64_t>& turns = derived.current().turns;
    const std::int64_t length = std::max<std::int64_t>(65536, derived.length());
    const auto ones = contributions(head_of_ones(derived.current().spectrum.pairs()));
    const auto own =
        contributions(derived.head().ones ? random_head(derived.current().spectrum.pairs(), 1) : derived.head());
    CurlNumbers numbers;
    numbers.ones = curl_of(ones, turns);
    numbers.other = curl_of(own, turns);
    numbers.draws = draws_of(turns.size());
    numbers.clouds = random_ends(turns, curl_distances, 1, numbers.draws);
    const PlaneWindow of_ones = chain_window(ones, turns, length), of_own = chain_window(own, turns, length);
    numbers.window = derived.head().ones ? of_ones : of_own;
    numbers.small_window = {
        std::min(of_ones.re_least, of_own.re_least), std::max(of_ones.re_greatest, of_own.re_greatest),
        std::min(of_ones.im_least, of_own.im_least), std::max(of_ones.im_greatest, of_own.im_greatest)};
    return numbers;
  });
}

/// Where the parts lie. A part that has no room has no height.
struct Layout {
  Rect chain, curls, words, wall, plane;
  bool strip = false; ///< the wall is one line of hands
  int rows = 0;       ///< of the small chains
};

Layout layout_of(const Canvas& c, Rect stage) {
  Layout l;
  const float high = stage.height(), gap = c.px(12);
  l.rows = high >= c.px(1500) ? 3 : high >= c.px(760) ? 2 : high >= c.px(440) ? 1 : 0;
  const float curls = l.rows == 0 ? 0 : std::max(c.px(66) + c.px(105) * static_cast<float>(l.rows), 0.18f * high);
  l.chain = {stage.least, {stage.greatest.x, stage.greatest.y - (l.rows > 0 ? curls + gap : 0)}};
  l.curls = {{stage.least.x, stage.greatest.y - curls}, stage.greatest};
  const Rect inner = l.chain.inset(c.px(18), c.px(14));
  const float top = inner.least.y + c.px(38);
  l.strip = inner.height() < c.px(420) || inner.width() < c.px(900);
  const float wall = l.strip ? c.px(18) : std::min(c.px(168), inner.height() * 0.3f);
  l.wall = {{l.strip ? inner.least.x : inner.greatest.x - wall * 3.9f, top}, {inner.greatest.x, top + wall}};
  l.words = {{inner.least.x, top}, {l.wall.least.x - c.px(20), l.wall.greatest.y}};
  l.plane = {{inner.least.x, l.strip ? l.wall.greatest.y + c.px(6) : top}, inner.greatest};
  return l;
}

/// Sets where q and k come from. What the scene refuses changes nothing.
void choose_head(Scene& next, const std::string& source) {
  Scene changed = next;
  try {
    for (const char* key : {"q", "k"}) set(changed, *find_property(key), source);
    next = std::move(changed);
  } catch (const Error&) {
  }
}

/// Where q and k come from, at the right end of a line; returns where it begins.
float draw_switch(const Canvas& c, float right, float y, const Scene& scene, Scene& next) {
  using Kind = HeadSource::Kind;
  const bool ones = scene.q == HeadSource() && scene.k == HeadSource(), random = scene.q.kind == Kind::random;
  struct Choice {
    const char* id;
    std::string_view label;
    bool selected, enabled;
    std::string_view help;
  };
  const Choice choices[] = {
      {"phasors ones", "q = k", ones, true, "Query and key are ones in every pair: the score is a mean of cosines."},
      {"phasors own", "your q, k", !ones && !random, !ones && !random,
       "Rows of your own arrays. Give them by Ctrl+P: q {\"file\": \"q.npy\", \"row\": 3, \"head\": 0}, and k alike."},
      {"phasors random", "random", random, true,
       "Query and key are random numbers, which no distance makes smaller. Each click draws new ones."}};
  for (std::size_t i = std::size(choices); i-- > 0;) {
    const Choice& choice = choices[i];
    const float width = text_width(c.fonts.body, choice.label) + c.px(26);
    if (button(c, choice.id, {{right - width, y}, {right, y + c.px(28)}}, choice.label, choice.selected, choice.enabled,
               choice.help)) {
      if (i == 0) choose_head(next, "ones");
      if (i == 2) choose_head(next, fmt::format("random:{}", random ? scene.q.number + 1 : 1));
    }
    right -= width + c.px(2);
  }
  return right;
}

/// Title and remark, and the switch of where q and k come from.
void draw_heading(const Canvas& c, Rect panel, const Scene& scene, const Derived& derived, Scene& next) {
  const Rect inner = panel.inset(c.px(18), c.px(14));
  const float right = inner.width() > c.px(420) ? draw_switch(c, inner.greatest.x, inner.least.y - c.px(3), scene, next)
                                                : inner.greatest.x;
  const std::string_view title = c.words("The score is {} arrows, head to tail", derived.current().spectrum.pairs());
  const float room = right - c.px(16) - inner.least.x;
  const float width = draw_title(c, inner.least, room, title);
  constexpr std::string_view remarks[] = {"every pair adds one arrow, turned by Δ·θ; the sum lands where they end",
                                          "each turned by Δ·θ"};
  for (const std::string_view remark : remarks)
    if (width + c.px(14) + text_width(c.fonts.small, remark) < room) {
      text(c, {inner.least.x + width + c.px(14), inner.least.y + c.px(4)}, c.fonts.small, c.theme.dim, remark);
      break;
    }
}

/// The small dials of all pairs, each with its arrow's direction; returns where the marked one lies.
std::optional<ImVec2> draw_wall(const Canvas& c, const Layout& l, const Chain& chain, std::span<const ImU32> colours,
                                std::int64_t marked, const Scene& scene, const Derived& derived, Scene& next) {
  const auto pairs = static_cast<std::int64_t>(chain.arrows.size());
  auto order = c.list_of<std::int64_t>(static_cast<std::size_t>(pairs));
  for (std::int64_t i = 0; i < pairs; ++i) order.push_back(i);
  const auto groups = by_axis(c, derived, order);
  // Each axis begins a row of its own, where the wall has rows.
  const auto rows_at = [&](std::int64_t columns) {
    std::int64_t rows = 0;
    for (const AxisGroup& group : groups)
      rows += (static_cast<std::int64_t>(group.pairs.size()) + columns - 1) / columns;
    return rows;
  };
  std::int64_t longest = 0;
  for (const AxisGroup& group : groups) longest = std::max(longest, static_cast<std::int64_t>(group.pairs.size()));
  const auto axes = static_cast<std::int64_t>(groups.size());
  // One row for each axis while its dials are large enough to point.
  const std::int64_t most = l.strip    ? 1
                            : axes > 1 ? longest <= 32 ? axes : std::max(2 * axes, wall_rows)
                                       : std::min<std::int64_t>(wall_rows, (pairs + 7) / 8);
  std::int64_t columns = (pairs + most - 1) / most;
  while (!l.strip && rows_at(columns) > most) ++columns;
  const std::int64_t rows = l.strip ? 1 : rows_at(columns);
  float names = l.strip ? 0 : text_width(c.fonts.mono_small, c.words("{}", pairs)) + c.px(10);
  if (groups.size() > 1 && !l.strip)
    for (const AxisGroup& group : groups)
      names = std::max(names, text_width(c.fonts.bold, axis_title(scene.rope, group.axis)) + c.px(10));
  const Rect area{{l.wall.least.x + names, l.wall.least.y}, l.wall.greatest};
  const float wide = area.width() / static_cast<float>(columns), high = area.height() / static_cast<float>(rows);
  const float radius = std::min(wide, high) * (l.strip ? 0.5f : 0.40f);
  hit("phasors wall", area);
  constexpr std::string_view help = "One dial a pair, the fastest first: the arrow that it adds. A click selects it.";
  c.note("phasors wall", area, help);
  std::optional<ImVec2> found;
  std::int64_t place = 0; // in the rows, from the first
  const AxisGroup* named = nullptr;
  for (const AxisGroup& group : groups)
    for (const std::int64_t i : group.pairs) {
      if (!l.strip && groups.size() > 1 && named != &group) place = (place + columns - 1) / columns * columns;
      const auto at = static_cast<std::size_t>(i);
      const float column = static_cast<float>(place % columns), row = static_cast<float>(place / columns);
      const ImVec2 centre{area.least.x + wide * (column + 0.5f), area.least.y + high * (row + 0.5f)};
      const float left = area.least.x - c.px(8);
      if (groups.size() > 1 && !l.strip) {
        if (named != &group)
          text(c, {left, centre.y - c.px(9)}, c.fonts.bold, c.theme.of_axis(static_cast<std::size_t>(group.axis)),
               axis_title(scene.rope, group.axis), Align::right);
      } else if (place % columns == 0 && !l.strip)
        text(c, {left, centre.y - compat::font_size(c.fonts.mono_small) / 2}, c.fonts.mono_small, c.theme.dim,
             c.words("{}", i), Align::right);
      named = &group;
      ++place;
      if (!l.strip && radius > c.px(5)) {
        c.paint.disc(centre, radius, c.theme.dial, true);
        c.paint.circle(centre, radius, c.theme.outline, c.stroke(1.4f));
      }
      const double angle = std::arg(chain.arrows[at]);
      const ImVec2 tip = on_circle(centre, radius * 0.82f, angle),
                   tail = on_circle(centre, l.strip ? radius * 0.82f : radius * 0.1f, angle + std::numbers::pi);
      if (std::abs(chain.arrows[at]) > 0)
        c.paint.line(tail, tip, colours[at], std::max(1.0f, std::min(c.px(3), radius * 0.3f)));
      if (!l.strip && radius > c.px(8)) {
        const float size = radius * 0.36f;
        c.paint.triangle(on_circle(centre, radius * 0.95f, angle), on_circle(tip, size, angle + 2.3),
                         on_circle(tip, size, angle - 2.3), colours[at]);
      }
      if (i == marked) {
        c.paint.circle(centre, radius + c.px(4), c.theme.accent, c.stroke(2));
        found = centre;
      }
      const Rect cell{{centre.x - wide / 2, centre.y - high / 2}, {centre.x + wide / 2, centre.y + high / 2}};
      if (!cell.contains(c.mouse)) continue;
      light_pair(c, i);
      if (c.clicked) next.pair = i;
    }
  return found;
}

/// A thin curve from a dial to its arrow.
void draw_link(const Canvas& c, ImVec2 from, ImVec2 to) {
  constexpr int pieces = 24;
  auto points = c.list_of<ImVec2>(pieces + 1);
  const ImVec2 a{from.x - (from.x - to.x) * 0.2f, from.y + std::abs(to.y - from.y) * 0.55f},
      b{to.x + (from.x - to.x) * 0.1f, to.y - std::abs(to.y - from.y) * 0.65f};
  for (int i = 0; i <= pieces; ++i) {
    const float t = static_cast<float>(i) / pieces, u = 1 - t;
    const float w0 = u * u * u, w1 = 3 * u * u * t, w2 = 3 * u * t * t, w3 = t * t * t;
    points.emplace_back(w0 * from.x + w1 * a.x + w2 * b.x + w3 * to.x, w0 * from.y + w1 * a.y + w2 * b.y + w3 * to.y);
  }
  c.paint.polyline(points, with_alpha(c.theme.accent, 0.6f), c.stroke(1.2f), c.dashes({{4, 4, 4, 4}}));
}

/// "q = k", or where else q and k come from.
std::string_view head_words(const Scene& scene, const Derived& derived) {
  return derived.own_head().ones ? "q = k" : scene.q.kind == HeadSource::Kind::random ? "random q, k" : "your q, k";
}

/// The score in large digits.
void draw_score(const Canvas& c, Rect room, const Scene& scene, const Derived& derived, const Chain& chain) {
  if (room.height() < c.px(76)) return;
  text(c, room.least, c.fonts.small, c.theme.dim, "score = real part");
  const std::string_view score = c.words("{}", with_sign(chain.end.real(), 4));
  // As large as there is room for: it is what the chain comes to.
  const bool high = room.height() > c.px(210) && text_width(c.fonts.huge, score) < room.width();
  text(c, {room.least.x, room.least.y + c.px(high ? 18 : 20)}, high ? c.fonts.huge : c.fonts.large, c.theme.accent,
       score);
  text(c, {room.least.x, room.least.y + c.px(high ? 72 : 54)}, c.fonts.small, c.theme.dim,
       c.words("Δ = {}, {}", grouped(c, static_cast<double>(scene.m - scene.n)), head_words(scene, derived)));
}

/// What one pair adds to it.
void draw_pair(const Canvas& c, Rect room, const Scene& scene, const Derived& derived, const Chain& chain,
               std::int64_t pair, ImU32 colour) {
  if (room.height() < c.px(92)) return;
  const auto i = static_cast<std::size_t>(pair);
  float y = room.least.y;
  const float width = text(c, {room.least.x, y}, c.fonts.bold, c.theme.text, c.words("pair {}", pair));
  const float arrow = room.least.x + width + c.px(10), middle = y + c.px(9);
  // As the pair's arrow in the chain points.
  const double towards = std::arg(chain.arrows[i]);
  const ImVec2 hub{arrow + c.px(12), middle}, tip = on_circle(hub, c.px(11), towards);
  c.paint.line(on_circle(hub, -c.px(11), towards), hub, colour, c.stroke(4));
  c.paint.triangle(tip, on_circle(hub, c.px(6), towards + std::numbers::pi / 2),
                   on_circle(hub, c.px(6), towards - std::numbers::pi / 2), colour);
  const double angle = distance_of(scene, derived, i) * derived.current().spectrum.inv_freq[i];
  const std::pair<std::string_view, std::string_view> rows[] = {
      {c.words("turned by Δ·θ{}", subscript(pair)), angle_words(c, angle)},
      {"in degrees", c.words("{}°", grouped(c, angle * 180 / std::numbers::pi, 1))},
      {"adds to the score", c.words("{}", with_sign(chain.arrows[i].real(), 5))}};
  for (const auto& row : rows) {
    y += c.px(23);
    labelled(c, {{room.least.x, y}, {room.greatest.x, y + c.px(22)}}, c.fonts.small, row.first, c.fonts.mono_small,
             row.second);
  }
}

/// Both, below the axis and right of the imaginary one, where a chain seldom is; where the plane is low, at its right.
void draw_numbers(const Canvas& c, const Layout& l, const Plot& p, const Scene& scene, const Derived& derived,
                  const Chain& chain, std::int64_t pair, ImU32 colour) {
  const float wide = c.px(250), right = l.plane.greatest.x;
  const ImVec2 axis = p.at(0.3, 0);
  const float top = std::max(axis.y + c.px(54), l.wall.greatest.y + c.px(16)),
              left = std::max(axis.x, p.area.least.x + c.px(280));
  if (!l.strip && p.area.greatest.y - top > c.px(92) && right - left > wide + c.px(200)) {
    draw_score(c, {{left, top}, {left + c.px(200), p.area.greatest.y}}, scene, derived, chain);
    draw_pair(c, {{right - wide, top}, p.area.greatest}, scene, derived, chain, pair, colour);
    return;
  }
  const Rect column{{right - wide, l.strip ? l.plane.least.y + c.px(4) : l.wall.greatest.y + c.px(16)},
                    l.plane.greatest};
  if (column.least.x < p.area.least.x + c.px(300)) return;
  // The real axis ends before the words.
  if (column.contains({column.least.x, axis.y}))
    c.paint.box({{column.least.x - c.px(14), axis.y - c.px(7)}, {column.greatest.x, axis.y + c.px(7)}}, c.theme.panel);
  draw_score(c, column, scene, derived, chain);
  draw_pair(c, {{column.least.x, column.least.y + c.px(column.height() > c.px(210) ? 106 : 88)}, column.greatest},
            scene, derived, chain, pair, colour);
}

void draw(const Canvas& c, Rect stage, const Scene& scene, const Derived& derived, Scene& next) {
  const PhasorNumbers& numbers = *derived.numbers<PhasorNumbers>();
  PlaneWindow window = derived.numbers<CurlNumbers>()->window;
  if (scene.m < scene.n) window = {window.re_least, window.re_greatest, -window.im_greatest, -window.im_least};
  const Layout l = layout_of(c, stage);
  panel(c, l.chain);
  if (l.plane.width() < c.px(80) || l.plane.height() < c.px(60)) return;
  draw_heading(c, l.chain, scene, derived, next);
  const auto colours = pair_colours(c, derived);
  const std::int64_t lit = lit_pair(c),
                     pair = lit >= 0 && lit < static_cast<std::int64_t>(colours.size()) ? lit : scene.pair;
  const auto marked = static_cast<std::size_t>(pair);

  Plot p = plane_in(c, "phasors", l.plane, window, scene.options.range(view_x), scene.options.range(view_y));
  draw_plane(c, p, numbers, colours);
  const auto dial = draw_wall(c, l, numbers.chain, colours, c.bare ? -1 : pair, scene, derived, next);
  if (dial) {
    const ImVec2 arrow = draw_ring(c, p, numbers.chain, marked, colours[marked]);
    if (!l.strip && p.area.contains(arrow)) draw_link(c, {dial->x, dial->y + c.px(14)}, arrow);
  }
  if (!l.strip && l.words.width() > c.px(330)) {
    // The imaginary axis does not go through the words.
    if (const float axis = p.at(0, 0).x; axis > l.words.least.x && axis < l.words.least.x + c.px(360))
      c.paint.box({{axis - 1, l.words.least.y}, {axis + 1, l.words.least.y + c.px(72)}}, c.theme.panel);
    text(c, l.words.least, c.fonts.bold, c.theme.text, "One dial, one arrow.");
    wrapped_text(c, {l.words.least.x, l.words.least.y + c.px(26)}, std::min(l.words.width(), c.px(360)), c.fonts.body,
                 c.theme.dim,
                 derived.placed()      ? c.words("Query and key lie apart on every axis: {}.", places_words(c, scene))
                 : derived.head().ones ? "Fast pairs point everywhere and cancel; slow pairs still agree and add up."
                                       : "How long an arrow is says how much of this head lies in that pair.");
  }
  if (!c.bare) draw_numbers(c, l, p, scene, derived, numbers.chain, pair, colours[marked]);
  label_plane(c, p, numbers, colours, derived.head().equal);
  c.note("phasors arrow", p.area, "Hover an arrow: its pair lights up in every picture. A click selects it.");
  take_end(c, p, numbers.chain, scene, next);
  ImGuiIO& io = ImGui::GetIO();
  const float wheel = io.MouseWheel;
  if (io.KeyAlt) io.MouseWheel = 0; // with Alt it moves the distance, not the plane
  p.take_input();
  io.MouseWheel = wheel;
  keep_view(next, view_x, view_y, p);
  // Where the wall lies over the plane, the mouse is the wall's.
  if (!l.wall.contains(c.mouse)) read_plane(c, p, numbers, scene, next, p.clicked());
  if (l.rows > 0) draw_curls(c, l.curls, l.rows, scene, derived, next);
}

Table columns(const Scene&, const Derived& derived) {
  const Chain& chain = derived.numbers<PhasorNumbers>()->chain;
  std::vector<double> pairs, re, im, sum_re, sum_im;
  for (std::size_t i = 0; i < chain.arrows.size(); ++i) {
    pairs.push_back(static_cast<double>(i));
    re.push_back(chain.arrows[i].real());
    im.push_back(chain.arrows[i].imag());
    sum_re.push_back(chain.ends[i].real());
    sum_im.push_back(chain.ends[i].imag());
  }
  Table table;
  table.formula = "arrow i = q_i conj(k_i) e^(j distance inv_freq_i) / sum of |q||k|; sum: the chain's end after it";
  table.add("pair", pairs);
  table.add("re", re);
  table.add("im", im);
  table.add("sum_re", sum_re);
  table.add("sum_im", sum_im);
  return table;
}

} // namespace

std::pmr::vector<ImU32> pair_colours(const Canvas& c, const Derived& derived) {
  const auto pairs = static_cast<std::size_t>(derived.current().spectrum.pairs());
  auto colours = c.list_of<ImU32>(pairs);
  for (std::size_t i = 0; i < pairs; ++i) colours.push_back(colour_of_pair(c, derived, i));
  return colours;
}

const Picture phasors_picture{
    .name = "phasors",
    .title = "Chain",
    .line = "the chain of contributions: one arrow a pair, laid head to tail, whose end is the score",
    .group = Group::score,
    .tab = "chain",
    .update = update,
    .draw = draw,
    .columns = columns,
    .options = options,
};

} // namespace ropescope::pictures
