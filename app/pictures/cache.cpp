#include "core/analysis/cache.h"

#include <algorithm>
#include <cmath>
#include <complex>
#include <numbers>

#include "app/canvas/attention.h"
#include "app/canvas/hot_areas.h"
#include "app/pictures/lecture_parts.h"

namespace ropescope::pictures {

namespace {

constexpr double degrees = 180 / std::numbers::pi;

constexpr Property options[] = {
    {.key = "cache.shift",
     .kind = Kind::whole,
     .label = "cache moved by",
     .help = "all stored keys are turned once more, by this many tokens",
     .unit = "tokens",
     .least = -9999,
     .greatest = 9999,
     .fallback = 0.0},
};
constexpr const Property& shift_row = options[0];

std::int64_t shift_of(const Scene& scene) { return std::llround(scene.options.number(shift_row)); }

/// Where the dials of a row stand.
struct Row {
  ImVec2 first; ///< centre of the first dial
  float pitch, radius;
  std::int64_t first_key, token; ///< the oldest key that is seen, and the newest token
  ImVec2 centre(std::int64_t n) const { return {first.x + static_cast<float>(n - first_key) * pitch, first.y}; }
};

void draw_hand(const Canvas& c, ImVec2 centre, float length, double angle, ImU32 colour, float width) {
  arrow(c, centre, on_circle(centre, length, angle), colour, width);
}

/// Stored keys from the first to the newest token, which alone holds the query too. Returns the row's foot.
float draw_row(const Canvas& c, Rect room, const Row& row, const Scene& scene, const Derived& derived) {
  const auto i = static_cast<std::size_t>(scene.pair);
  const double theta = derived.current().spectrum.inv_freq[i];
  const std::complex<double> query = derived.head().query[i], key = derived.head().key[i];
  const std::int64_t shift = shift_of(scene);
  const float width = whole_stroke(std::max(2.0f, row.radius * 0.11f));
  for (std::int64_t n = row.first_key; n <= row.token; ++n) {
    const ImVec2 at = row.centre(n);
    const bool newest = n == row.token;
    c.paint.disc(at, row.radius, c.theme.dial);
    c.paint.circle(at, row.radius, newest ? c.theme.query : c.theme.outline, c.stroke(newest ? 3.0f : 1.5f));
    // A stored key is turned on by the shift: R(c)R(n), one product of what lies in the cache.
    const std::complex<double> stored = key * std::polar(1.0, static_cast<double>(n) * theta) *
                                        std::polar(1.0, newest ? 0 : static_cast<double>(shift) * theta);
    draw_hand(c, at, row.radius * 0.86f, std::arg(stored), c.theme.key,
              newest ? width + 2 * std::max(1.0f, std::round(width * 0.4f)) : width);
    if (newest)
      draw_hand(c, at, row.radius * 0.92f, std::arg(query * std::polar(1.0, static_cast<double>(n) * theta)),
                c.theme.query, width);
    const std::string_view name =
        newest ? std::string_view("new") : c.words("n = {}", grouped(c, static_cast<double>(n + shift)));
    const std::string_view brief = newest ? name : grouped(c, static_cast<double>(n + shift));
    ImFont* const font = newest ? c.fonts.bold : c.fonts.body;
    put(c, room, {at.x, at.y + row.radius + c.px(6)}, font, newest ? c.theme.query : c.theme.dim,
        text_width(font, name) < row.pitch - c.px(4) ? name : brief, Align::centre);
  }
  return row.first.y + row.radius + c.px(28);
}

/// The band below the stored keys: what becomes of them.
void draw_band(const Canvas& c, Rect band, const Scene& scene, const Derived& derived, Scene& next, float pitch) {
  const std::int64_t shift = shift_of(scene);
  const double theta = derived.current().spectrum.inv_freq[static_cast<std::size_t>(scene.pair)];
  // One drag moves by as many tokens as dials are passed.
  const Held held =
      hold(c, "cache shift", "cache shift", band, band.centre().x + static_cast<float>(shift) * pitch, true,
           "Drag: the whole cache moves, and each stored key turns once more. A double click puts it back.");
  tile(c, band, held.lit ? mix(c.theme.raised, c.theme.text, 0.08f) : c.theme.raised);
  c.paint.box({band.least, {band.greatest.x, band.least.y + c.px(3)}}, c.theme.key);
  const std::string_view words[] = {shift == 0 ? std::string_view("in the cache: not one bit changes")
                                               : c.words("all turned once more by {} · θ = {}°",
                                                         grouped(c, static_cast<double>(shift)),
                                                         grouped(c, static_cast<double>(shift) * theta * degrees, 1)),
                                    shift == 0 ? std::string_view("not one bit changes")
                                               : c.words("turned by {} · θ", grouped(c, static_cast<double>(shift))),
                                    shift == 0 ? std::string_view("stored") : std::string_view("turned")};
  for (const std::string_view each : words) {
    ImFont* const font = text_width(c.fonts.title, each) < band.width() - c.px(16) ? c.fonts.title : c.fonts.bold;
    if (put(c, band.inset(c.px(8), 0), {band.centre().x, band.centre().y - line_of(font) * 0.5f}, font, c.theme.key,
            each, Align::centre))
      break;
  }
  if (held.reset) next.options.set(shift_row, 0.0);
  if (held.to)
    next.options.set(shift_row, std::clamp(static_cast<double>(std::round((*held.to - band.centre().x) / pitch)),
                                           shift_row.least, shift_row.greatest));
}

/// The new token: a drag moves it on, and "+" is the next one.
void take_new(const Canvas& c, const Row& row, Rect room, Scene& next) {
  const ImVec2 at = row.centre(row.token);
  const Rect dial{{at.x - row.radius, at.y - row.radius}, {at.x + row.radius, at.y + row.radius}};
  const Held held =
      hold(c, "cache new", "cache token", dial, at.x, true, "Drag the new token on: no stored hand moves.");
  if (held.to) {
    const auto by = static_cast<std::int64_t>(std::llround((*held.to - at.x) / row.pitch));
    next.m = std::clamp<std::int64_t>(next.m + by, 0, furthest_position);
  }
  if (c.bare) return;
  const float side = std::min(row.radius, c.px(34)), left = at.x + row.radius + c.px(10);
  const Rect plus{{left, at.y - side / 2}, {left + side, at.y + side / 2}};
  if (plus.greatest.x > room.greatest.x || side < c.px(14)) return;
  if (press(c, "cache plus", plus, "One more token: it turns itself alone.", "cache new"))
    next.m = std::min(next.m + 1, furthest_position);
  tile(c, plus, ImGui::IsItemHovered() ? mix(c.theme.raised, c.theme.text, 0.08f) : c.theme.raised);
  const float arm = side * 0.28f;
  c.paint.line({plus.centre().x - arm, plus.centre().y}, {plus.centre().x + arm, plus.centre().y}, c.theme.text,
               c.stroke(2.5f));
  c.paint.line({plus.centre().x, plus.centre().y - arm}, {plus.centre().x, plus.centre().y + arm}, c.theme.text,
               c.stroke(2.5f));
}

/// The sentence below, where it has room.
void draw_law(const Canvas& c, Rect room) {
  const bool wide =
      text_width(c.fonts.body, "R(m)q · R(n)k needs n only once. To move a whole cache by c places, turn it by c:") <
      room.width();
  put(c, room, room.least, c.fonts.body, c.theme.text,
      wide ? "R(m)q · R(n)k needs n only once. To move a whole cache by c places, turn it by c:"
           : "To move a whole cache by c places, turn it by c:");
  put(c, room, {room.least.x, room.least.y + c.px(25)}, c.fonts.body, c.theme.dim,
      "R(c) R(n) = R(n + c). Values are not turned at all.");
}

void draw(const Canvas& c, Rect panel, const Scene& scene, const Derived& derived, Scene& next) {
  Rect room = heading(c, panel, "Cached keys stay as they are", c.words("pair {}", scene.pair));
  if (room.width() < c.px(150) || room.height() < c.px(60)) return;
  hot_areas().push_back(room);
  const bool two = !c.attention && room.height() > c.px(300) && room.width() > c.px(480);
  const float left = two ? c.px(110) : 0, of_law = room.height() > c.px(190) ? c.px(56) : 0,
              of_band = room.height() > c.px(110) ? c.px(44) : 0;
  const float height = (room.height() - of_law - (two ? 1.0f : 1.0f) * of_band - c.px(8)) / (two ? 2.0f : 1.0f);
  // As many dials as are told apart; one place more is kept free for the next token.
  const float usable = room.width() - left;
  const auto slots = std::clamp<std::int64_t>(static_cast<std::int64_t>(usable / c.px(two ? 88 : 104)), 2, 10);
  const std::int64_t newest = two ? scene.m + 1 : scene.m;
  Row row{{}, usable / static_cast<float>(slots + (two ? 0 : 1)), 0, 0, scene.m};
  row.first_key = std::max<std::int64_t>(0, newest - slots + 1);
  row.radius = std::min(row.pitch * 0.46f, (height - c.px(34)) / 2);
  if (row.radius < c.px(8)) return;
  row.first = {room.least.x + left + row.pitch / 2, room.least.y + c.px(4) + row.radius};
  if (!two) { // the middle of what is free
    const float free = room.height() - of_law - of_band - 2 * row.radius - c.px(40);
    row.first.y += std::max(0.0f, free / 2);
  }
  const auto name_of = [&](const Row& r, std::string_view name) {
    put(c, room, {room.least.x, r.first.y - c.px(20)}, c.fonts.bold, c.theme.text, name);
    put(c, room, {room.least.x, r.first.y + c.px(2)}, c.fonts.body, c.theme.dim,
        c.words("token {}", grouped(c, static_cast<double>(r.token))));
  };
  float foot = draw_row(c, room, row, scene, derived);
  if (two) name_of(row, "now");
  const std::int64_t last_stored = scene.m - 1;
  if (of_band > 0 && last_stored >= row.first_key) {
    const Rect band{{row.centre(row.first_key).x - row.radius, foot + c.px(4)},
                    {row.centre(last_stored).x + row.radius, foot + c.px(38)}};
    draw_band(c, band, scene, derived, next, row.pitch);
  }
  foot += of_band;
  if (two) {
    Row later = row;
    later.token = newest, later.first.y = foot + c.px(14) + row.radius;
    foot = draw_row(c, room, later, scene, derived);
    name_of(later, "one later");
  } else
    take_new(c, row, room, next);
  if (of_law > 0) draw_law(c, {{room.least.x, room.greatest.y - of_law + c.px(6)}, room.greatest});
}

Table columns(const Scene& scene, const Derived& derived) {
  constexpr std::int64_t most = 1000;
  const std::vector<double>& inv_freq = derived.current().spectrum.inv_freq;
  const double theta = inv_freq[static_cast<std::size_t>(scene.pair)];
  std::vector<double> ns, angles, scores, errors;
  for (std::int64_t n = std::max<std::int64_t>(0, scene.m - most); n <= scene.m; ++n) {
    ns.push_back(static_cast<double>(n));
    angles.push_back(std::remainder(static_cast<double>(n) * theta, 2 * std::numbers::pi));
    scores.push_back(cached_score(inv_freq, scene.m, n));
    errors.push_back(shift_error(inv_freq, n, shift_of(scene)));
  }
  Table table;
  table.formula = "stored_angle = n * inv_freq of the pair, rad, less than half a turn; score = mean cos((m - n) "
                  "inv_freq) of pairs "
                  "(1, 0); shift_error = |R(shift)R(n) - R(n + shift)|";
  table.add("n", std::move(ns));
  table.add("stored_angle", std::move(angles));
  table.add("score", std::move(scores));
  table.add("shift_error", std::move(errors));
  return table;
}

} // namespace

const Picture cache_picture{.name = "cache",
                            .title = "Cache",
                            .line = "stored keys beside a new token: none of them turns again",
                            .group = Group::rotations,
                            .draw = draw,
                            .columns = columns,
                            .options = options};

} // namespace ropescope::pictures
