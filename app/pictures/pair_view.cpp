#include "app/pictures/pair_view.h"

#include <algorithm>
#include <numbers>

#include "app/canvas/imgui_compat.h"
#include "app/pictures/dial.h"
#include "app/pictures/handles.h"
#include "app/pictures/overview_parts.h"
#include "core/analysis/pair_view.h"

namespace ropescope::pictures::pair_view {

namespace {

constexpr double degree = std::numbers::pi / 180;

/// What is drawn of one pair at the scene's positions.
struct Numbers {
  std::vector<PairPlace> rows; ///< of the query at 0, 1, … and m
  std::complex<double> query, key;
  double pair_score = 0;
  CachedPair cached; ///< of a key without a table of its own: both are the fresh one
  double base_now = 0, base_then = 0;
};

std::optional<double> stored_at(const Scene& scene) {
  const Value value = scene.options[cached_at];
  const double* const tokens = std::get_if<double>(&value);
  return tokens ? std::optional(*tokens) : std::nullopt;
}

/// Positions of the table: 0 … 4, or as many as there are faint arrows; and m where it is another one.
std::vector<std::int64_t> positions_of(const Scene& scene) {
  const auto count = std::max<std::int64_t>(5, std::llround(scene.options.number(ghosts)));
  std::vector<std::int64_t> positions;
  for (std::int64_t p = 0; p < count; ++p) positions.push_back(p);
  if (scene.m >= count) positions.push_back(scene.m);
  return positions;
}

ImVec2 on_dial(ImVec2 centre, float radius, std::complex<double> towards) {
  return {centre.x + radius * static_cast<float>(towards.real()),
          centre.y - radius * static_cast<float>(towards.imag())};
}

/// A circle with its arrows; the wedge lies between two directions.
struct Circle {
  ImVec2 centre;
  float radius;
};

void draw_circle(const Canvas& c, const Circle& circle) {
  c.paint.disc(circle.centre, circle.radius, c.theme.dial, true);
  c.paint.circle(circle.centre, circle.radius, c.theme.outline, c.stroke(1.5f));
  c.paint.line(circle.centre, {circle.centre.x + circle.radius, circle.centre.y}, c.theme.outline, c.hairline());
}

/// From one direction to the other, the nearer way round.
void draw_angle(const Canvas& c, const Circle& circle, std::complex<double> from, std::complex<double> to, ImU32 colour,
                float share = 0.46f) {
  const double angle = std::arg(to * std::conj(from)), start = std::arg(from) + std::min(0.0, angle);
  c.paint.wedge(circle.centre, circle.radius * share, start, std::abs(angle), colour);
}

/// Its degrees, on whatever hands lie there.
void name_angle(const Canvas& c, const Circle& circle, std::complex<double> from, std::complex<double> to, ImFont* font,
                float share) {
  const double angle = std::arg(to * std::conj(from)), start = std::arg(from) + std::min(0.0, angle);
  // A narrow wedge has no room for them.
  const float across = 2 * circle.radius * share * static_cast<float>(std::sin(std::min(std::abs(angle), 3.14) / 2));
  if (circle.radius < c.px(70) || across < 1.2f * compat::font_size(font)) return;
  const std::string_view degrees = c.words("{:.1f}°", std::abs(angle) / degree);
  const ImVec2 at = on_circle(circle.centre, circle.radius * share, start + std::abs(angle) / 2);
  const float half = text_width(font, degrees) / 2, high = compat::font_size(font) / 2;
  const Rect area{{at.x - half, at.y - high}, {at.x + half, at.y + high}};
  if (is_free(c, area)) text(c, area.least, font, c.theme.text, degrees);
}

void draw_key_and_query(const Canvas& c, const Circle& circle, std::complex<double> key_at,
                        std::complex<double> query_at) {
  const float width = std::max(2.0f, std::round(std::min(circle.radius / 16, c.px(9))));
  draw_hand(c, circle.centre, on_dial(circle.centre, circle.radius * 0.92f, key_at), c.theme.key, width * 1.5f);
  draw_hand(c, circle.centre, on_dial(circle.centre, circle.radius * 0.97f, query_at), c.theme.query, width);
}

/// The tips can be dragged: that changes the word, not its place.
void take_tip(const Canvas& c, const char* id, const Circle& circle, std::complex<double> arrow, const Property& row,
              const Scene& scene, Scene& next) {
  if (c.bare) return;
  const auto at = drag_point(c, id, on_dial(circle.centre, circle.radius * 0.95f, arrow),
                             "Drag the tip: another word. Positions turn it as before.");
  if (!at) return;
  const std::complex<double> mouse(static_cast<double>(at->x - circle.centre.x),
                                   static_cast<double>(circle.centre.y - at->y));
  if (std::norm(mouse) == 0) return;
  const double turned = scene.options.number(row) + std::arg(mouse * std::conj(arrow)) / degree;
  next.options.set(row, std::remainder(turned, 360.0));
}

/// "m = 3" outside the circle, where the arrow ends.
void name_tip(const Canvas& c, const Circle& circle, std::complex<double> arrow, ImU32 colour, std::string_view words) {
  const ImVec2 at = on_dial(circle.centre, circle.radius + c.px(20), arrow);
  const float half = text_width(c.fonts.title, words) / 2;
  // Left or right of the tip the words stand beside it, above and below it in its middle.
  const float x = at.x + half * static_cast<float>(arrow.real());
  const Rect area{{x - half, at.y - c.px(11)}, {x + half, at.y + c.px(11)}};
  if (is_free(c, area)) text(c, area.least, c.fonts.title, colour, words);
}

// --- one arrow -------------------------------------------------------------------------------------------------------

void draw_arrow_alone(const Canvas& c, const Circle& circle, const Scene& scene, const Numbers& numbers, Scene& next) {
  const auto faint = std::llround(scene.options.number(ghosts));
  const ImU32 pale = mix(c.theme.dial, c.theme.query, 0.28f);
  const std::complex<double> start(numbers.rows.front().x, numbers.rows.front().y);
  // Less than a turn is a wedge; of more the hand alone tells.
  draw_angle(c, circle, start, numbers.query, mix(c.theme.dial, c.theme.query, 0.18f));
  const float width = std::max(2.0f, std::round(std::min(circle.radius / 16, c.px(9))));
  for (std::int64_t p = 0; p < std::min<std::int64_t>(faint, std::ssize(numbers.rows)); ++p) {
    if (p == scene.m) continue;
    const PairPlace& place = numbers.rows[static_cast<std::size_t>(p)];
    draw_hand(c, circle.centre, on_dial(circle.centre, circle.radius * 0.97f, {place.x, place.y}), pale, width * 0.5f);
    name_tip(c, circle, {place.x, place.y}, c.theme.dim, c.words("{}", p));
  }
  draw_hand(c, circle.centre, on_dial(circle.centre, circle.radius * 0.97f, numbers.query), c.theme.query, width);
  name_angle(c, circle, start, numbers.query, c.fonts.bold, 0.62f);
  name_tip(c, circle, numbers.query, c.theme.query, c.words("m = {}", grouped(c, static_cast<double>(scene.m))));
  take_tip(c, "pair q tip", circle, numbers.query, query_angle, scene, next);
}

/// (x + iy) · e with its exponent raised; returns how wide it is.
float draw_product(const Canvas& c, ImVec2 at) {
  const float wide = text(c, at, c.fonts.large, c.theme.text, "(x + iy) · e");
  return wide + text(c, {at.x + wide, at.y - c.px(4)}, c.fonts.small, c.theme.text, "imθ");
}

void draw_table(const Canvas& c, Rect room, const Scene& scene, const Derived& derived, const Numbers& numbers) {
  const float step = c.px(27), column = std::min(c.px(112), (room.width() - c.px(60)) / 3);
  if (column < c.px(78)) return;
  const float words = c.px(76), height = step * static_cast<float>(numbers.rows.size() + 1) + words;
  float y = room.least.y + std::max(0.0f, (room.height() - height) / 2);
  const auto cell = [&](int k) { return room.least.x + c.px(60) + column * static_cast<float>(k); };
  text(c, {room.least.x, y}, c.fonts.small, c.theme.dim, "m");
  constexpr std::string_view heads[] = {"x", "y", "length"};
  for (int k = 0; k < 3; ++k) text(c, {cell(k + 1), y}, c.fonts.small, c.theme.dim, heads[k], Align::right);
  y += step;
  for (const PairPlace& row : numbers.rows) {
    if (y + step > room.greatest.y) return;
    const bool live = row.position == scene.m;
    if (live)
      c.paint.box({{room.least.x - c.px(8), y - c.px(4)}, {cell(3) + c.px(8), y + step - c.px(4)}}, c.theme.raised);
    const ImU32 colour = live ? c.theme.query : c.theme.text;
    text(c, {room.least.x, y}, c.fonts.mono, colour, grouped(c, static_cast<double>(row.position)));
    const double values[] = {row.x, row.y, row.length};
    for (int k = 0; k < 3; ++k)
      text(c, {cell(k + 1), y}, c.fonts.mono, colour,
           k < 2 ? with_sign(values[k], 4) : std::string(c.words("{:.4f}", values[k])), Align::right);
    y += step;
  }
  if (y + words > room.greatest.y) return;
  draw_product(c, {room.least.x, y + c.px(14)});
  const double theta = derived.current().spectrum.inv_freq[static_cast<std::size_t>(scene.pair)];
  text(c, {room.least.x, y + c.px(50)}, c.fonts.small, c.theme.dim,
       shortened(c, c.fonts.small,
                 c.words("one complex multiply; pair {}: θ = {:.4f} rad = {:.1f}°", scene.pair, theta, theta / degree),
                 room.width()));
}

// --- two arrows ------------------------------------------------------------------------------------------------------

void draw_both(const Canvas& c, const Circle& circle, const Scene& scene, const Numbers& numbers, Scene& next) {
  const double angle = std::arg(numbers.query * std::conj(numbers.key));
  // The wedge is what the picture says: large, so that it is seen from the last row.
  draw_angle(c, circle, numbers.key, numbers.query, mix(c.theme.dial, phase_colour(angle, 1), 0.75f), 0.7f);
  draw_key_and_query(c, circle, numbers.key, numbers.query);
  name_angle(c, circle, numbers.key, numbers.query, c.fonts.title, 0.46f);
  name_tip(c, circle, numbers.query, c.theme.query, "q");
  name_tip(c, circle, numbers.key, c.theme.key, "k");
  take_tip(c, "pair k tip", circle, numbers.key, key_angle, scene, next);
  take_tip(c, "pair q tip", circle, numbers.query, query_angle, scene, next);
}

/// A large number with words above and below it, in the middle of a room.
void draw_number(const Canvas& c, Rect room, std::string_view above, std::string_view number, std::string_view below,
                 ImU32 colour) {
  const bool high = room.height() > c.px(84) && text_width(c.fonts.huge, number) < room.width();
  ImFont* const font = high ? c.fonts.huge : c.fonts.large;
  const float size = compat::font_size(font), middle = room.centre().x;
  float y = room.centre().y - size / 2 - c.px(22);
  if (y < room.least.y) return;
  const auto line = [&](ImFont* letters, ImU32 ink, std::string_view words) {
    if (words.empty()) return;
    text(c, {middle, y}, letters, ink, shortened(c, letters, words, room.width()), Align::centre);
  };
  line(c.fonts.small, c.theme.dim, above);
  y += c.px(22);
  line(font, colour, number);
  y += size * 1.2f;
  if (y + c.px(18) < room.greatest.y) line(c.fonts.small, c.theme.dim, below);
}

void draw_score(const Canvas& c, Rect room, const Scene& scene, const Numbers& numbers) {
  const bool all = scene.options.flag(total), law = scene.options.flag(formula);
  const std::string_view words =
      all ? c.words("score of all pairs, Δ = {}", grouped(c, static_cast<double>(scene.m - scene.n)))
          : c.words("q·k of pair {}, Δ = {}", scene.pair, grouped(c, static_cast<double>(scene.m - scene.n)));
  draw_number(c, {room.least, {room.greatest.x, room.greatest.y - (law ? c.px(40) : 0)}}, words,
              with_sign(all ? numbers.cached.fresh_total : numbers.pair_score, 4), "", c.theme.text);
  constexpr std::string_view why = "R(m)q · R(n)k = q · R(n − m)k";
  if (law && text_width(c.fonts.title, why) < room.width())
    text(c, {room.centre().x, room.greatest.y - c.px(40)}, c.fonts.title, c.theme.text, why, Align::centre);
}

// --- a key from the cache --------------------------------------------------------------------------------------------

void draw_cached(const Canvas& c, Rect room, const Scene& scene, const Numbers& numbers) {
  const float below = c.px(92), above = c.px(30), gap = std::max(c.px(120), room.width() * 0.24f);
  const float radius = std::min((room.width() - gap) / 4, (room.height() - below - above) / 2) * 0.96f;
  if (radius < c.px(24)) return;
  const bool all = scene.options.flag(total);
  const float y = room.least.y + above + radius;
  const auto side = [&](bool cached) {
    const Circle circle{{room.centre().x + (cached ? 1.0f : -1.0f) * (gap / 2 + radius), y}, radius};
    draw_circle(c, circle);
    const std::complex<double> stored = cached ? numbers.cached.cached_key : numbers.cached.fresh_key;
    const double angle = std::arg(numbers.cached.query * std::conj(stored));
    draw_angle(c, circle, stored, numbers.cached.query, mix(c.theme.dial, phase_colour(angle, 1), 0.62f));
    draw_key_and_query(c, circle, stored, numbers.cached.query);
    if (cached) name_angle(c, circle, stored, numbers.cached.query, c.fonts.bold, 0.62f);
    text(c, {circle.centre.x, room.least.y}, c.fonts.title, c.theme.text, cached ? "key from the cache" : "both fresh",
         Align::centre);
    const double score = all      ? (cached ? numbers.cached.cached_total : numbers.cached.fresh_total)
                         : cached ? numbers.cached.cached_pair
                                  : numbers.cached.fresh_pair;
    draw_number(
        c, {{circle.centre.x - radius - gap / 4, y + radius}, {circle.centre.x + radius + gap / 4, room.greatest.y}},
        numbers.base_now > 0 ? c.words("base {} and {}", grouped(c, numbers.base_now),
                                       grouped(c, cached ? numbers.base_then : numbers.base_now))
                             : std::string_view(),
        with_sign(score, 4), "", cached ? c.theme.bad : c.theme.good);
  };
  side(false);
  side(true);
  struct Line {
    std::string_view words;
    ImU32 colour;
  };
  const Line lines[] = {{c.words("pair {}", scene.pair), c.theme.dim},
                        {c.words("m = {}", grouped(c, static_cast<double>(scene.m))), c.theme.query},
                        {c.words("n = {}", grouped(c, static_cast<double>(scene.n))), c.theme.key},
                        {c.words("Δ = {}", grouped(c, static_cast<double>(scene.m - scene.n))), c.theme.text},
                        {all ? "score of all pairs" : "score of this pair", c.theme.dim}};
  float at = y - c.px(56);
  for (const Line& line : lines) {
    if (text_width(c.fonts.bold, line.words) < gap)
      text(c, {room.centre().x, at}, c.fonts.bold, line.colour, line.words, Align::centre);
    at += c.px(24);
  }
}

const Numbers& numbers_of(const Derived& derived) { return *derived.numbers<Numbers>(); }

} // namespace

bool is_asked(const Scene& scene) {
  return !scene.options.flag(key) || scene.options.number(ghosts) > 0 || scene.options.flag(table) ||
         scene.options.flag(formula) || scene.options.flag(total) || stored_at(scene) ||
         scene.options.number(query_angle) != 0 || scene.options.number(key_angle) != 0;
}

void update(const Scene& scene, Derived& derived) {
  struct Inputs {
    std::uint64_t version;
    std::int64_t m, n, pair, ghosts;
    double query, key, stored;
    bool operator==(const Inputs&) const = default;
  };
  const double stored = stored_at(scene).value_or(0);
  derived.numbers<Numbers>(
      Inputs{derived.version(), scene.m, scene.n, scene.pair, std::llround(scene.options.number(ghosts)),
             scene.options.number(query_angle), scene.options.number(key_angle), stored},
      [&] {
        const Series& now = derived.current();
        const auto pair = static_cast<std::size_t>(scene.pair);
        const auto unit = [](std::complex<double> z) { return std::abs(z) > 0 ? z / std::abs(z) : 1.0; };
        Numbers numbers;
        const std::complex<double> q = unit(derived.head().query[pair]) *
                                       std::polar(1.0, scene.options.number(query_angle) * degree),
                                   k = unit(derived.head().key[pair]) *
                                       std::polar(1.0, scene.options.number(key_angle) * degree);
        const auto direction = [&](std::complex<double> arrow, std::int64_t position) {
          const PairPlace at = places_of_pair(arrow, now.turns[pair], std::span(&position, 1)).front();
          return std::complex<double>(at.x, at.y);
        };
        numbers.rows = places_of_pair(q, now.turns[pair], positions_of(scene));
        numbers.query = direction(q, scene.m);
        numbers.key = direction(k, scene.n);
        numbers.pair_score = (numbers.query * std::conj(numbers.key)).real();
        const Spectrum then = stored > 0 ? make_spectrum(now.config, stored) : now.spectrum;
        const bool same_pairs = then.turns.size() == now.turns.size();
        numbers.cached = cached_pair(contributions(derived.head()), now.turns, same_pairs ? then.turns : now.turns,
                                     pair, scene.m, scene.n);
        if (stored > 0 && now.spectrum.base > 0) numbers.base_now = now.spectrum.base, numbers.base_then = then.base;
        return numbers;
      });
}

void draw(const Canvas& c, Rect panel, const Scene& scene, const Derived& derived, Scene& next) {
  canvas::panel(c, panel);
  Rect room = panel.inset(c.px(18), c.px(14));
  if (room.width() < c.px(160) || room.height() < c.px(120)) return;
  const Numbers& numbers = numbers_of(derived);
  const bool both = scene.options.flag(key);
  const float foot = both ? c.px(58) : handle_height(c);
  if (room.height() > c.px(260) && !c.bare) {
    room.greatest.y -= foot + c.px(8);
    const Rect line{{room.least.x, room.greatest.y + c.px(8)}, {room.greatest.x, room.greatest.y + c.px(8) + foot}};
    if (stored_at(scene)) {
      const float middle = line.centre().x, low = line.least.y + handle_height(c);
      draw_handle(c, "pair cached_at", {line.least, {middle - c.px(12), low}}, cached_at, 1,
                  static_cast<double>(derived.length()), scene, next);
      draw_handle(c, "pair n", {{middle + c.px(12), line.least.y}, {line.greatest.x, low}}, *find_property("n"), 0,
                  static_cast<double>(std::max<std::int64_t>(scene.m, 16)), scene, next);
    } else if (both) {
      const TokenMarks marks = draw_tokens(c, line, scene, derived, next, true);
      c.note("pair both", marks.both, "Drag between both tokens: they move on together.");
      c.note("pair m", marks.query, "Drag: the query stands elsewhere.");
      note_as(c, "pair n", "tokens key");
    } else
      draw_handle(c, "pair m", line, *find_property("m"), 0, std::max(16.0, static_cast<double>(scene.m)), scene, next);
  }
  if (stored_at(scene)) return draw_cached(c, room, scene, numbers);
  const bool beside = room.width() > c.px(460);
  const float names = c.px(34);
  const float radius = std::min((beside ? room.width() * 0.5f : room.width()) / 2, room.height() / 2) - names;
  if (radius < c.px(20)) return;
  const Circle circle{{room.least.x + radius + names + (beside ? c.px(20) : (room.width() - 2 * (radius + names)) / 2),
                       room.centre().y},
                      radius};
  draw_circle(c, circle);
  if (both)
    draw_both(c, circle, scene, numbers, next);
  else
    draw_arrow_alone(c, circle, scene, numbers, next);
  if (!beside) return;
  const Rect side{{circle.centre.x + radius + c.px(80), room.least.y}, room.greatest};
  if (scene.options.flag(table))
    draw_table(c, side, scene, derived, numbers);
  else if (both)
    draw_score(c, side, scene, numbers);
}

} // namespace ropescope::pictures::pair_view
