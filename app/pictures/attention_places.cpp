#include "app/pictures/attention_places.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "app/canvas/imgui_compat.h"
#include "app/pictures/distance.h"
#include "app/pictures/extension_parts.h"
#include "app/pictures/handles.h"

namespace ropescope::pictures {

PlaceNumbers place_numbers(const PlaceWish& wish, const TokenRows& rows, const PlaceContext& context, double logits,
                           std::span<const float> table) {
  PlaceNumbers numbers;
  numbers.scheme = find_position_scheme(wish.position);
  numbers.tokens = wish.tokens;
  numbers.known = wish.position == "learned" ? std::min(wish.tokens, table_rows) : wish.tokens;
  numbers.masked = wish.masked;
  // Without positions every score is the same number: what softmax makes of a row is then all there is to see.
  numbers.weights = wish.softmax || wish.position == "none";
  TokenRows known = rows;
  known.tokens = numbers.known;
  if (table.empty())
    numbers.square = square_of_scores(known, *numbers.scheme, context);
  else {
    numbers.square.reserve(static_cast<std::size_t>(numbers.known * numbers.known));
    for (std::int64_t m = 0; m < numbers.known; ++m) {
      const auto row = table.subspan(static_cast<std::size_t>(m * table_rows), static_cast<std::size_t>(numbers.known));
      numbers.square.insert(numbers.square.end(), row.begin(), row.end());
    }
  }
  numbers.distance = std::clamp<std::int64_t>(wish.distance, 1 - numbers.known, numbers.known - 1);
  numbers.spread = spread_of_diagonal(numbers.square, numbers.known, numbers.distance);
  for (std::int64_t n = std::max<std::int64_t>(0, -numbers.distance); n < numbers.known; ++n) {
    const std::int64_t m = n + numbers.distance;
    if (m < numbers.known)
      numbers.diagonal.push_back(static_cast<double>(numbers.square[static_cast<std::size_t>(m * numbers.known + n)]));
  }
  if (rows.alike)
    for (const std::int64_t n : {std::int64_t{3}, std::int64_t{103}, std::int64_t{1003}}) {
      const std::int64_t m = n + numbers.distance;
      if (m < 0 || (wish.position == "learned" && std::max(m, n) >= table_rows)) continue;
      numbers.places.push_back({m, n, score_of_places(rows, *numbers.scheme, context, m, n)});
    }
  if (numbers.weights) numbers.square = weights_of_square(numbers.square, numbers.known, logits, numbers.masked);
  numbers.least = 1e9f, numbers.greatest = -1e9f;
  for (std::int64_t m = 0; m < numbers.known; ++m) {
    const float* const row = numbers.square.data() + m * numbers.known;
    const auto [least, greatest] = std::minmax_element(row, row + (numbers.masked ? m + 1 : numbers.known));
    numbers.least = std::min(numbers.least, *least), numbers.greatest = std::max(numbers.greatest, *greatest);
  }
  return numbers;
}

namespace {

struct Map {
  const PlaceNumbers& numbers;
  Rect area;
  float of_token() const { return area.width() / static_cast<float>(numbers.tokens); }
  bool holds(std::int64_t m, std::int64_t n) const {
    return m >= 0 && n >= 0 && m < numbers.known && n < numbers.known && (!numbers.masked || n <= m);
  }
  double value(std::int64_t m, std::int64_t n) const {
    return static_cast<double>(numbers.square[static_cast<std::size_t>(m * numbers.known + n)]);
  }
  /// The cell's place along the colours; weights go by their logarithm, as a row of 100 has a hundredth each.
  double share(double value) const {
    const auto least = static_cast<double>(numbers.least), greatest = static_cast<double>(numbers.greatest);
    // All alike within the rounding of float32: one colour, and not noise stretched to all of them.
    if (greatest - least < 1e-5 * std::max(1.0, std::abs(greatest))) return 0.4;
    if (numbers.weights && least > 0) return std::log(value / least) / std::log(greatest / least);
    return (value - least) / (greatest - least);
  }
};

void draw_cells(const Canvas& c, const Map& map) {
  const std::int64_t pixels = std::max<std::int64_t>(1, static_cast<std::int64_t>(map.area.width()));
  // Each cell is drawn in every frame: where a map would have too many for 30 frames a second, cells are two pixels
  // wide.
  constexpr std::int64_t most_cells = 192; // a side
  std::int64_t block = std::max<std::int64_t>(1, (map.numbers.tokens + pixels - 1) / pixels);
  if ((map.numbers.known + block - 1) / block > most_cells)
    block = std::max(block, (2 * map.numbers.tokens + pixels - 1) / pixels);
  const std::int64_t cells = (map.numbers.known + block - 1) / block;
  auto colours = c.list_of<ImU32>(static_cast<std::size_t>(cells * cells));
  struct Sum {
    double all = 0;
    int count = 0;
  };
  auto sums = c.list_of<Sum>(static_cast<std::size_t>(cells));
  for (std::int64_t m = 0; m < cells; ++m) {
    // Row after row, as they lie: a map has a million scores, and each frame draws it.
    sums.assign(static_cast<std::size_t>(cells), Sum());
    for (std::int64_t a = m * block; a < std::min((m + 1) * block, map.numbers.known); ++a) {
      const float* const row = map.numbers.square.data() + a * map.numbers.known;
      const std::int64_t end = map.numbers.masked ? a + 1 : map.numbers.known;
      for (std::int64_t b = 0, n = 0; b < end; ++n)
        for (Sum& sum = sums[static_cast<std::size_t>(n)]; b < std::min((n + 1) * block, end); ++b)
          sum.all += static_cast<double>(row[b]), ++sum.count;
    }
    for (const Sum& sum : sums)
      colours.push_back(sum.count == 0 ? c.theme.track
                                       : error_colour(std::clamp(map.share(sum.all / sum.count), 0.0, 1.0)));
  }
  const float side = map.of_token() * static_cast<float>(cells * block);
  c.paint.image({map.area.least, {map.area.least.x + side, map.area.least.y + side}}, cells, cells, colours);
}

/// Positions that a table has no row for.
void draw_unknown(const Canvas& c, const Map& map) {
  if (map.numbers.known >= map.numbers.tokens) return;
  const float edge = map.of_token() * static_cast<float>(map.numbers.known);
  const ImVec2 corner{map.area.least.x + edge, map.area.least.y + edge};
  for (const Rect& part : {Rect{{corner.x, map.area.least.y}, {map.area.greatest.x, corner.y}},
                           Rect{{map.area.least.x, corner.y}, map.area.greatest}}) {
    c.paint.box(part, over(c.theme.panel, c.theme.beyond_fill));
    hatch_lines(c, part, mix(c.theme.panel, c.theme.beyond, 0.5f), c.px(10), c.hairline());
  }
  c.paint.frame(map.area, c.theme.beyond, c.stroke(2));
  c.rule({corner.x, map.area.least.y}, {corner.x, map.area.greatest.y}, c.theme.text, 2, 6, 4);
  c.rule({map.area.least.x, corner.y}, {map.area.greatest.x, corner.y}, c.theme.text, 2, 6, 4);
  const std::string_view words = "no row, no column";
  const float high = map.area.greatest.y - corner.y, line = compat::font_size(c.fonts.title);
  if (high > line * 1.6f && text_width(c.fonts.title, words) < map.area.width())
    text(c, {map.area.centre().x, corner.y + (high - line * 1.2f) / 2}, c.fonts.title, c.theme.beyond, words,
         Align::centre);
  else
    label_on(c, {map.area.least.x + c.px(10), std::min(corner.y + c.px(6), map.area.greatest.y - c.px(24))},
             c.theme.beyond, c.words("no row from {} on", grouped(c, static_cast<double>(table_rows))));
}

/// The diagonal that is looked at, and the present query and key.
void draw_present(const Canvas& c, const Map& map, bool diagonal, const Scene& scene) {
  if (c.bare) return;
  const float token = map.of_token();
  const auto middle = [&](std::int64_t position) { return token * (static_cast<float>(position) + 0.5f); };
  const std::int64_t d = map.numbers.distance, first = std::max<std::int64_t>(0, -d),
                     last = std::min(map.numbers.tokens - 1, map.numbers.tokens - 1 - d);
  const ImVec2 ends[] = {{map.area.least.x + middle(first), map.area.least.y + middle(first + d)},
                         {map.area.least.x + middle(last), map.area.least.y + middle(last + d)}};
  if (diagonal) c.paint.polyline(ends, c.theme.text, c.stroke(1.5f), c.dashes({{6, 4, 6, 4}}));
  c.note("attention diagonal",
         {{ends[0].x, ends[0].y}, {std::max(ends[1].x, ends[0].x + 1), std::max(ends[1].y, ends[0].y + 1)}},
         "Click a diagonal: its scores as a curve.");
  if (!map.holds(scene.m, scene.n)) return;
  const ImVec2 at{map.area.least.x + middle(scene.n), map.area.least.y + middle(scene.m)};
  c.paint.circle(at, c.px(6), c.theme.text, c.stroke(2));
}

/// Clicks, the row under the mouse, and the corner, which is the count of tokens.
void take_map(const Canvas& c, const Map& map, const Property& tokens, Scene& next) {
  hit("attention places", map.area);
  c.note("attention row", map.area, "A query is a row, a key a column. Click: that query and that key.");
  const bool hovered = ImGui::IsItemHovered() && map.area.contains(c.mouse);
  const auto m = static_cast<std::int64_t>((c.mouse.y - map.area.least.y) / map.of_token()),
             n = static_cast<std::int64_t>((c.mouse.x - map.area.least.x) / map.of_token());
  if (const auto corner =
          c.bare ? std::nullopt
                 : drag_point(c, "attention tokens", map.area.greatest, "Drag the corner: more tokens, or fewer.")) {
    const double wanted = static_cast<double>(map.numbers.tokens) *
                          static_cast<double>((corner->x - map.area.least.x) / map.area.width());
    next.options.set(tokens, std::clamp(std::round(wanted), 16.0, 2048.0));
    return;
  }
  if (!hovered || !map.holds(m, n)) return;
  if (c.clicked) next.m = m, next.n = n;
  ReadOut table(c, c.words("m = {}, n = {}, Δ = {}", m, n, m - n));
  const double value = map.value(m, n);
  table.add(0, map.numbers.weights ? "softmax gives" : "score",
            map.numbers.weights ? c.words("{:.4g}", value) : c.words("{}", with_sign(value, 4)));
  table.draw(c.mouse, map.area);
}

/// Facts at the right, one below the other; each takes what room it needs and is left out where there is none.
struct Facts {
  const Canvas& c;
  Rect room;
  void large(ImU32 colour, std::string_view number, std::string_view words) {
    if (room.height() < c.px(86)) return;
    text(c, room.least, c.fonts.huge, colour, shortened(c, c.fonts.huge, number, room.width()));
    room.least.y += c.px(50);
    small(words);
    room.least.y += c.px(12);
  }
  void small(std::string_view words) {
    if (room.height() < c.px(40)) return;
    room.least.y = wrapped_text(c, room.least, room.width(), c.fonts.small, c.theme.dim, words) + c.px(4);
  }
};

void say_spread(Facts& facts, const PlaceNumbers& numbers) {
  const Canvas& c = facts.c;
  const bool flat = numbers.spread < 1e-5f;
  facts.small(flat ? c.words("scores of one distance differ by less than {} (float32)", brief(c, 1e-5))
                   : c.words("scores of one distance differ by up to {:.4f}", static_cast<double>(numbers.spread)));
  for (const PlaceNumbers::Place& place : numbers.places) {
    if (facts.room.height() < c.px(40)) return;
    const float y = facts.room.least.y;
    const Rect box{{facts.room.least.x, y},
                   {std::min(facts.room.greatest.x, facts.room.least.x + c.px(300)), y + c.px(32)}};
    c.paint.box(box, c.theme.raised, c.px(6));
    text(c, {box.least.x + c.px(10), y + c.px(8)}, c.fonts.small, c.theme.dim,
         c.words("m {}, n {}", grouped(c, static_cast<double>(place.m)), grouped(c, static_cast<double>(place.n))));
    text(c, {box.greatest.x - c.px(10), y + c.px(7)}, c.fonts.mono, flat ? c.theme.good : c.theme.bad,
         with_sign(static_cast<double>(place.score), 4), Align::right);
    facts.room.least.y += c.px(38);
  }
}

/// Scores along the diagonal by the key's position: level where only the distance counts.
void draw_diagonal_curve(const Canvas& c, Rect room, const PlaceNumbers& numbers) {
  if (room.height() < c.px(110) || room.width() < c.px(200) || numbers.diagonal.size() < 2) return;
  const auto [least, greatest] = std::minmax_element(numbers.diagonal.begin(), numbers.diagonal.end());
  // Never less than 0.2 of a score, so that rounding is seen as the line that it is.
  const double middle = (*least + *greatest) / 2, half = std::max(0.1, (*greatest - *least) * 0.6);
  Plot plot(c, "attention diagonal", room,
            {.all = {0, static_cast<double>(numbers.diagonal.size() - 1)},
             .title = c.words("key n, at Δ = {}", numbers.distance)},
            {.all = {middle - half, middle + half}, .least_gap = 30});
  plot.draw_axes();
  auto keys = c.list_of<double>(numbers.diagonal.size());
  for (std::size_t n = 0; n < numbers.diagonal.size(); ++n) keys.push_back(static_cast<double>(n));
  plot.begin();
  plot.line(keys, numbers.diagonal, c.theme.accent, 2.4f);
  plot.end();
}

void draw_facts(const Canvas& c, Rect room, const Map& map, bool toeplitz) {
  const PlaceNumbers& numbers = map.numbers;
  Facts facts{c, room};
  if (numbers.weights) {
    for (const std::int64_t token : {std::int64_t{9}, numbers.known - 1})
      if (token < numbers.known && map.holds(token, 0))
        facts.large(
            c.theme.accent, c.words("{:.3g}", map.value(token, 0)),
            c.words("is what the query of token {} gives {} key", token, numbers.masked ? "each earlier" : "every"));
    facts.small(numbers.masked ? "With the mask a row tells how many tokens came before it."
                               : "Without a mask all rows are alike: shuffle the words, and nothing changes.");
  }
  if (numbers.scheme->name == "learned") {
    facts.large(c.theme.beyond, grouped(c, static_cast<double>(table_rows * table_width)),
                c.words("numbers to learn: {} places × {}", grouped(c, static_cast<double>(table_rows)), table_width));
    facts.large(c.theme.text, "0", c.words("of them are for place {}", grouped(c, static_cast<double>(table_rows))));
    facts.small("Before training the rows are random: even neighbours are unrelated.");
  }
  if (!toeplitz) return;
  say_spread(facts, numbers);
  draw_diagonal_curve(c, facts.room, numbers);
}

std::string_view title_of(const PlaceNumbers& numbers) {
  const std::string_view name = numbers.scheme->name;
  if (name == "none")
    return numbers.masked ? "No positions: the mask alone tells rows apart" : "No positions: all alike";
  if (name == "rope" || name == "alibi" || name == "t5" || name == "xpos") return "Every diagonal is one colour";
  return name == "sinusoidal" ? "Added waves: diagonals break" : "A learned table: no diagonals, and an end";
}

} // namespace

void draw_places(const Canvas& c, Rect panel, bool toeplitz, const Property& tokens, const Scene& scene,
                 const Derived& derived, Scene& next) {
  const PlaceNumbers& numbers = *derived.numbers<PlaceNumbers>();
  const Rect room =
      heading(c, panel, title_of(numbers),
              c.words("{}, {} tokens, {}", numbers.scheme->title, numbers.tokens,
                      numbers.weights ? "what softmax gives each key" : "the score of each query with each key"));
  const bool beside = room.width() > c.px(520);
  const float below = c.px(22);
  const float side = std::floor(std::min(beside ? room.width() * 0.62f : room.width(), room.height() - below));
  if (side < c.px(60)) return;
  const Map map{numbers, {room.least, {room.least.x + side, room.least.y + side}}};
  draw_cells(c, map);
  draw_unknown(c, map);
  draw_present(c, map, toeplitz, scene);
  text(c, {map.area.least.x, map.area.greatest.y + c.px(4)}, c.fonts.small, c.theme.dim,
       shortened(c, c.fonts.small, "down: query m, across: key n", side));
  if (beside) draw_facts(c, {{map.area.greatest.x + c.px(36), room.least.y + c.px(8)}, room.greatest}, map, toeplitz);
  take_map(c, map, tokens, next);
}

} // namespace ropescope::pictures
