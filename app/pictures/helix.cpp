#include <algorithm>
#include <cmath>
#include <numbers>

#include "app/canvas/gesture.h"
#include "app/canvas/imgui_compat.h"
#include "app/pictures/helix_view.h"
#include "app/pictures/lecture_parts.h"
#include "app/scene/grid.h"

namespace ropescope::pictures {

namespace {

using namespace helix;

void update(const Scene& scene, Derived& derived, gpu::Engines&, Patience) {
  struct Inputs {
    std::uint64_t version;
    std::int64_t m, n;
    ExampleAngles example;
    bool operator==(const Inputs&) const = default;
  };
  constexpr double degrees = std::numbers::pi / 180;
  const ExampleAngles example{degrees * scene.options.number(query_angle), degrees * scene.options.number(key_angle)};
  derived.numbers<Helix>(Inputs{derived.version(), scene.m, scene.n, example},
                         [&] { return helix_at(derived.head(), derived.current().turns, scene.m, scene.n, example); });
}

/// The ticks of the positions, below the lowest rope.
void draw_positions(const Canvas& c, const View& v) {
  const float y = v.ropes.back().y - std::max(rope_radius, v.ropes.back().query_radius) - 0.62f, tick = 0.20f;
  const auto at = [&](double position, float below) { return v.camera.pixel({v.window.x(position), y - below, 0}); };
  c.paint.begin_group("axes");
  c.paint.line(at(v.window.start, 0), at(v.window.end(), 0), c.theme.dim, c.stroke(1.2f));
  // About five labels, at powers of two; three ticks between two of them.
  const double step = std::max(4.0, std::exp2(std::round(std::log2(v.window.length / 5))));
  for (double p = std::ceil(v.window.start / step * 4) * step / 4; p <= v.window.end(); p += step / 4) {
    const bool labelled = std::fmod(p, step) == 0;
    c.paint.line(at(p, 0), at(p, labelled ? tick : tick / 2), c.theme.dim, c.stroke(1.2f));
  }
  c.paint.end_group();
  for (double p = std::ceil(v.window.start / step) * step; p <= v.window.end(); p += step) {
    const ImVec2 foot = at(p, tick);
    const std::string_view words = grouped(c, p);
    const float half = text_width(c.fonts.small, words) / 2, high = compat::font_size(c.fonts.small);
    const Rect area{{foot.x - half, foot.y + c.px(5)}, {foot.x + half, foot.y + c.px(5) + high}};
    if (v.area.contains(area.least) && v.area.contains(area.greatest) && is_free(c, area))
      text(c, area.least, c.fonts.small, c.theme.dim, words);
  }
  const ImVec2 foot = at(v.window.start + 0.17 * v.window.length, tick);
  const std::string_view words = "position (tokens)";
  const Rect area{{foot.x - text_width(c.fonts.small, words) / 2, foot.y + c.px(30)},
                  {foot.x + text_width(c.fonts.small, words) / 2, foot.y + c.px(48)}};
  if (v.area.contains(area.least) && v.area.contains(area.greatest) && is_free(c, area))
    text(c, area.least, c.fonts.small, c.theme.dim, words);
}

/// Above each plane: whose it is.
void label_planes(const Canvas& c, const View& v, const Scene& scene) {
  for (const bool query : {false, true}) {
    const std::int64_t position = query ? scene.m : scene.n;
    const auto at = static_cast<double>(position);
    if (!v.window.holds(at)) continue;
    const auto corners = plane_corners(v.camera, v.window, v.ropes, at);
    const std::string_view words =
        c.words("{} = {}", query ? "query at m" : "key at n", grouped(c, static_cast<double>(position)));
    const float width = text_width(c.fonts.bold, words), high = compat::font_size(c.fonts.bold);
    const float x = std::clamp((corners[0].x + corners[1].x - width) / 2, v.area.least.x,
                               std::max(v.area.least.x, v.area.greatest.x - width));
    const float y = std::min(corners[0].y, corners[1].y) - high - c.px(6);
    for (const float higher : {0.0f, 1.2f}) {
      const Rect area{{x, y - higher * high}, {x + width, y + high - higher * high}};
      if (area.least.y < v.area.least.y || !is_free(c, area)) continue;
      text(c, area.least, c.fonts.bold, query ? c.theme.query : c.theme.key, words);
      break;
    }
  }
}

/// At the left of each rope its pair and how long a turn takes. Where that has no room, the pair alone.
void label_ropes(const Canvas& c, const View& v, const Scene& scene, const Derived& derived) {
  const float line = c.px(18);
  for (const Rope& rope : v.ropes) {
    const Rect area = label_area(c, v, rope);
    const bool strong = (rope.pair == scene.pair || rope.lit) && !c.bare;
    const bool whole = area.height() > 3 * line;
    float y = area.least.y;
    const auto say = [&](ImFont* font, ImU32 colour, std::string_view words) {
      words = shortened(c, font, words, area.width());
      const Rect place{{area.least.x, y}, {area.least.x + text_width(font, words), y + compat::font_size(font)}};
      if (is_free(c, place)) text(c, place.least, font, colour, words);
      y += line;
    };
    const auto i = static_cast<std::size_t>(rope.pair);
    const ImU32 plain = derived.axes().empty() ? c.theme.text : c.theme.of_axis(derived.axes()[i]);
    std::string_view name = c.words("pair {}", rope.pair);
    if (!derived.axes().empty()) {
      // The axis in full where there is room, else as its letter.
      const std::int64_t axis = derived.axes()[i];
      const std::string_view full = c.words("{}, {}", name, axis_title(scene.rope, axis));
      name =
          text_width(c.fonts.bold, full) <= area.width() ? full : c.words("{}, {}", name, axis_name(scene.rope, axis));
    }
    say(c.fonts.bold, strong ? c.theme.accent : plain, name);
    if (!whole) continue;
    y += c.px(4);
    if (rope.turns == 0) {
      const bool turns = derived.current().spectrum.inv_freq[i] > 0;
      say(c.fonts.small, c.theme.dim, turns ? "stands still along" : "never turns");
      if (turns) say(c.fonts.small, c.theme.dim, axis_title(scene.rope, scene.axis));
      continue;
    }
    const double tokens = wavelength(derived.current().spectrum.inv_freq[i]);
    say(c.fonts.small, c.theme.dim, "a turn every");
    say(c.fonts.small, c.theme.dim,
        c.words("{} {}", tokens < 100 ? c.words("{:.3g}", tokens) : grouped(c, tokens),
                derived.trained_extents().empty() ? "tokens" : unit_of(scene, derived, i)));
  }
}

/// The ropes seen from their end: the dials.
void draw_dials(const Canvas& c, const View& v, const Scene& scene, const Derived& derived, Scene& next) {
  if (v.dial_radius < c.px(9)) return;
  const Helix& numbers = *derived.numbers<Helix>();
  for (const Rope& rope : v.ropes) {
    const auto i = static_cast<std::size_t>(rope.pair);
    const ImVec2 centre = dial_centre(v, rope);
    const auto hand = [](double angle) { return std::complex<float>(std::polar(1.0, angle)); };
    // Where the example's strands begin only keeps them apart: hands turn from where q = k = 1 points, as on the wall.
    const bool example = derived.head().ones;
    const double query_start = example ? 0 : numbers.query_start[i], key_start = example ? 0 : numbers.key_start[i];
    draw_dial(c, centre, v.dial_radius,
              {hand(query_start + numbers.query[i]), hand(key_start + numbers.key[i]),
               derived.trained().inv_freq[i] * derived.trained_reach()[i],
               (rope.pair == scene.pair || rope.lit) && !c.bare, distance_of(scene, derived, i) < 0});
    const Rect cell{{centre.x - v.dial_radius, centre.y - v.dial_radius},
                    {centre.x + v.dial_radius, centre.y + v.dial_radius}};
    if (press(c, c.id("helix dial {}", rope.pair), cell, "The rope seen from its end; a click selects the pair."))
      next.pair = rope.pair;
    if (cell.contains(c.mouse)) light_pair(c, rope.pair);
    const float from = v.arrows_from, to = centre.x - v.dial_radius - c.px(12);
    if (to - from < c.px(24)) continue;
    c.rule({from, centre.y}, {to - c.px(8), centre.y}, c.theme.dim, 1.2f, 2, 4);
    c.paint.triangle({to, centre.y}, {to - c.px(9), centre.y - c.px(4.5f)}, {to - c.px(9), centre.y + c.px(4.5f)},
                     c.theme.dim);
  }
  const ImVec2 top = dial_centre(v, v.ropes.front()), foot = dial_centre(v, v.ropes.back());
  const auto say = [&](std::string_view words, float y) {
    const float width = text_width(c.fonts.small, words), high = compat::font_size(c.fonts.small);
    const float x = std::min(top.x - width / 2, v.panel.greatest.x - c.px(12) - width);
    const Rect area{{x, y}, {x + width, y + high}};
    if (area.greatest.y < v.panel.greatest.y - c.px(4) && is_free(c, area))
      text(c, area.least, c.fonts.small, c.theme.dim, words);
  };
  say(derived.head().ones ? "the dial: each hand from its strand's start" : "along the rope: the dial",
      top.y - v.dial_radius - c.px(34));
  if (!v.sentence) return;
  say("Slide both along: every hand", foot.y + v.dial_radius + c.px(14));
  say("turns, no wedge changes.", foot.y + v.dial_radius + c.px(34));
}

/// How far the eye has come round to the rope's end, 0 … 1: what is seen from there comes with it.
float at_end(const Scene& scene) {
  const double share = std::clamp((std::abs(scene.options.number(yaw)) - 45) / 40, 0.0, 1.0);
  return static_cast<float>(share * share * (3 - 2 * share));
}

/// The rope seen from its end, as from far away: every rung is the same chord, whatever its place.
void draw_end_view(const Canvas& c, const View& v, const Scene& scene) {
  const float radius = v.dial_radius, strength = at_end(scene);
  if (radius < c.px(24) || v.ropes.empty()) return;
  const Rope& rope = v.ropes.front();
  const ImVec2 centre{dial_centre(v, rope).x, v.area.centre().y - c.px(12)};
  const float of_rope = std::max({rope.query_radius, rope.key_radius, 1e-3f});
  c.paint.disc(centre, radius, c.theme.dial, true);
  c.paint.circle(centre, radius, c.theme.outline, c.stroke(1.5f));
  const auto chord = [&](double position, ImU32 colour, float width) {
    const auto place = [&](bool query) {
      const glm::vec3 at = rope.strand(v.window, query, position);
      return ImVec2{centre.x - radius * at.z / of_rope, centre.y - radius * (at.y - rope.y) / of_rope};
    };
    const ImVec2 query = place(true), key = place(false);
    c.paint.line(query, key, colour, width);
    c.paint.disc(key, c.px(4), mix(c.theme.dial, c.theme.key, strength));
    c.paint.disc(query, c.px(4), mix(c.theme.dial, c.theme.query, strength));
  };
  if (strength > 0) {
    const double step = rung_step(v.window);
    for (double p = std::ceil(v.window.start / step) * step; p <= v.window.end(); p += step)
      chord(p, mix(c.theme.dial, c.theme.text, 0.75f * strength), c.stroke(2.5f));
    const std::string_view words = "all alike";
    text(c, {centre.x, centre.y - compat::font_size(c.fonts.bold) / 2}, c.fonts.bold,
         with_alpha(c.theme.text, strength), words, Align::centre);
  }
  text(c, {centre.x, centre.y + radius + c.px(8)}, c.fonts.small, c.theme.dim, "seen from the end", Align::centre);
}

/// What the rope has granted: a place to every token, the distance to every score, and nothing to learn.
void draw_wishes(const Canvas& c, Rect row, const Scene& scene, const Derived& derived) {
  const float strength = at_end(scene);
  if (strength <= 0 || row.width() < c.px(560)) return;
  const auto i = static_cast<std::size_t>(scene.pair);
  const double apart = static_cast<double>(scene.n - scene.m) * derived.current().spectrum.inv_freq[i];
  const std::pair<std::string_view, std::string_view> wishes[] = {
      {"every arrow knows its place", "m·θ"},
      {"every rung has one length",
       c.words("Δ = {}, cos {:.4f}", grouped(c, static_cast<double>(scene.n - scene.m)), std::cos(apart))},
      {"parameters learned", "0"}};
  const float pitch = row.width() / 3;
  for (int k = 0; k < 3; ++k) {
    const ImVec2 at{row.least.x + pitch * static_cast<float>(k), row.least.y};
    draw_tick(c, {at.x + c.px(11), at.y + c.px(12)}, c.px(22), with_alpha(c.theme.good, strength));
    const float left = at.x + c.px(32), width = pitch - c.px(40);
    text(c, {left, at.y}, c.fonts.bold, with_alpha(c.theme.text, strength),
         shortened(c, c.fonts.bold, wishes[k].first, width));
    text(c, {left, at.y + c.px(22)}, c.fonts.body, with_alpha(c.theme.dim, strength), wishes[k].second);
  }
}

void draw_title(const Canvas& c, Rect panel, const Scene& scene, const Derived& derived, bool one) {
  if (c.step < 0) return; // what is around it says it already
  constexpr std::string_view teaches = "Every pair is a rope; its twist is its frequency";
  const Rect inner = panel.inset(c.px(22), c.px(16));
  const Value own = scene.options[own_title];
  const std::string* words = std::get_if<std::string>(&own);
  text(c, inner.least, c.fonts.large, c.theme.text,
       shortened(c, c.fonts.large, words ? std::string_view(*words) : teaches, inner.width()));
  if (panel.height() < c.px(360)) return;
  // While q and k are ones both would be one strand, as on the wall of dials: where the example turns them is said.
  const auto degrees = [&](const Property& row) {
    const double angle = scene.options.number(row);
    return c.words("{}{:.0f}°", angle < 0 ? "−" : "", std::abs(angle));
  };
  const std::string_view example =
      derived.head().ones
          ? c.words("At each token the blue strand is where a query from {} points, the orange one where a key from {} "
                    "does.",
                    degrees(query_angle), degrees(key_angle))
          : std::string_view(
                "At each token the blue strand is where the query points, the orange one where the key does.");
  text(c, {inner.least.x, inner.least.y + c.px(36)}, c.fonts.body, c.theme.dim,
       shortened(c, c.fonts.body,
                 words ? "Every pair of a rotary embedding is a rope; its twist is its frequency."
                 : scene.options.flag(rungs)
                     ? c.words("At each token the blue strand is where the query points, the orange one where a key {} "
                               "tokens further on does.",
                               grouped(c, static_cast<double>(scene.n - scene.m)))
                 : one ? "Each token adds a step: query and key are the same here, so that both go along one strand."
                       : example,
                 inner.width()));
}

void draw(const Canvas& c, Rect panel, const Scene& scene, const Derived& derived, Scene& next) {
  if (panel.width() < c.px(240) || panel.height() < c.px(160)) return canvas::panel(c, panel);
  const bool joined = scene.options.flag(rungs);
  const Rect whole = panel;
  if (joined && panel.height() > c.px(260)) panel.greatest.y -= c.px(56);
  const View v = view_of(c, panel, scene, derived);
  if (v.ground == c.theme.panel) canvas::panel(c, whole);
  draw_title(c, panel, scene, derived, v.ropes.front().one);
  c.paint.push_clip({{panel.least.x, v.area.least.y}, panel.greatest}); // never over the title
  if (!joined || at_end(scene) < 0.5f) draw_positions(c, v); // from the end they would lie one behind the other
  draw_ropes(c, v.camera, v.window, v.ropes, static_cast<double>(scene.m), static_cast<double>(scene.n),
             !c.bare && !joined, v.ground);
  c.paint.pop_clip();
  label_ropes(c, v, scene, derived);
  if (joined) {
    draw_end_view(c, v, scene);
    const float left = panel.least.x + c.px(22);
    draw_wishes(c, {{left, panel.greatest.y + c.px(2)}, {whole.greatest.x - c.px(22), whole.greatest.y}}, scene,
                derived);
  } else {
    if (!c.bare) label_planes(c, v, scene);
    draw_dials(c, v, scene, derived, next);
  }
  take_hands(c, v, scene, next);
}

Table columns(const Scene& scene, const Derived& derived) {
  const Helix& numbers = *derived.numbers<Helix>();
  const std::vector<double>& theta = derived.current().spectrum.inv_freq;
  std::vector<double> pairs, turns;
  for (std::size_t i = 0; i < numbers.query.size(); ++i) {
    pairs.push_back(static_cast<double>(i));
    turns.push_back(theta[i] * shown_tokens(scene) / (2 * std::numbers::pi));
  }
  Table table;
  table.formula = "angles in rad: query = m * inv_freq, key = n * inv_freq, wedge = (m - n) * inv_freq, each within a "
                  "turn; a strand points at its start + that; turns: within the tokens that are seen";
  table.add("pair", pairs);
  table.add("inv_freq", theta);
  table.add("query_angle", numbers.query);
  table.add("key_angle", numbers.key);
  table.add("wedge", numbers.wedge);
  table.add("query_start", numbers.query_start);
  table.add("key_start", numbers.key_start);
  table.add("turns", turns);
  return table;
}

} // namespace

const Picture helix_picture{
    .name = "helix",
    .title = "Helix",
    .line = "every pair as a rope along the positions: its twist is its frequency, its end the dial",
    .group = Group::rotations,
    .tab = "helix",
    .update = update,
    .draw = draw,
    .columns = columns,
    .options = helix::options,
};

} // namespace ropescope::pictures
