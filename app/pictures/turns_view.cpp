#include "app/pictures/turns_view.h"

#include <algorithm>
#include <cmath>

#include "app/canvas/imgui_compat.h"
#include "app/pictures/handles.h"

namespace ropescope::pictures {

namespace {

// Factors of the trace: up to 8, or to the next power of two beyond the present one, in steps that a hand can tell.
constexpr double usual_factors = 8;
constexpr int steps_of_trace = 140;

struct Trace {
  std::vector<double> factors, counts; ///< NaN where the scheme cannot have the factor
  double greatest = usual_factors;
};

const Turns& turns_of_current(const Derived& derived) { return derived.numbers<Ledger>()->of_series.front(); }

/// A count in large letters, with what it is of. Returns where the next line begins.
float draw_count(const Canvas& c, ImVec2 at, float width, std::int64_t count, std::string_view words) {
  text(c, at, c.fonts.huge, count > 0 ? c.theme.beyond : c.theme.good, c.words("{}", count));
  text(c, {at.x, at.y + c.px(52)}, c.fonts.body, c.theme.text, shortened(c, c.fonts.body, words, width));
  return at.y + c.px(80);
}

} // namespace

void update_trace(const Scene& scene, Derived& derived) {
  struct Inputs {
    std::uint64_t version;
    double greatest;
    bool operator==(const Inputs&) const = default;
  };
  const double greatest = std::max(usual_factors, std::exp2(std::ceil(std::log2(std::max(1.0, scene.factor)))));
  derived.numbers<Trace>(Inputs{derived.version(), greatest}, [&] {
    Trace trace;
    trace.greatest = greatest;
    const Series& series = derived.current();
    const auto target = static_cast<double>(derived.length());
    Scene tried = scene;
    tried.target = target; // else the target would follow the factor, and no count would ever be below all
    for (int i = 0; i <= steps_of_trace; ++i) {
      const double factor = 1 + (greatest - 1) * i / steps_of_trace;
      trace.factors.push_back(factor);
      try {
        set_factor(tried, factor);
        const Spectrum spectrum = make_spectrum(tried.rope, sequence_length(tried));
        const Turns turns =
            turns_of(trained_of(derived, series), trained_length_of(derived, series), spectrum.inv_freq, target);
        trace.counts.push_back(static_cast<double>(turns.unseen_pairs));
      } catch (const std::exception&) {
        trace.counts.push_back(std::numeric_limits<double>::quiet_NaN());
      }
    }
    return trace;
  });
}

void draw_trace(const Canvas& c, Rect room, bool pulse, const Scene& scene, const Derived& derived, Scene& next) {
  const Trace& trace = *derived.numbers<Trace>();
  const Turns& turns = turns_of_current(derived);
  text(c, room.least, c.fonts.title, c.theme.text,
       shortened(c, c.fonts.title, "Pairs at angles that training never showed", room.width()));
  room.least.y += c.px(34);
  if (room.height() < c.px(140) || room.width() < c.px(180)) return;
  const auto most = static_cast<double>(std::max<std::int64_t>(1, turns.incomplete));
  Plot p(c, "turns trace", room, {.all = {1, trace.greatest}, .title = "factor s", .fewest = 0.5},
         {.all = {-0.04 * most, most * 1.15},
          .title = c.words("pairs, of {} slow ones", turns.incomplete),
          .least_gap = 30});
  p.draw_axes();
  const auto count = static_cast<double>(turns.unseen_pairs);
  p.begin();
  auto columns = c.list_of<Span>(trace.factors.size());
  for (std::size_t i = 0; i < trace.factors.size(); ++i)
    columns.push_back({p.x.pixel(trace.factors[i]), p.y.pixel(trace.counts[i]), p.y.pixel(0)});
  c.paint.band(columns, with_alpha(c.theme.beyond, 0.22f));
  p.line(trace.factors, trace.counts, c.theme.beyond, 3);
  const ImVec2 at = p.at(std::clamp(scene.factor, p.x.least, p.x.greatest), count);
  c.paint.line({at.x, p.area.least.y}, {at.x, p.area.greatest.y}, c.theme.dim, c.stroke(1.4f));
  c.paint.disc(at, c.px(8), c.theme.text);
  if (pulse) c.paint.circle(at, c.px(22), c.theme.accent, c.stroke(3));
  p.end();
  if (p.area.height() > c.px(130)) {
    const float left = std::min(at.x + c.px(30), p.area.greatest.x - c.px(150));
    text(c, {left, p.area.least.y + c.px(8)}, c.fonts.huge, turns.unseen_pairs > 0 ? c.theme.beyond : c.theme.good,
         c.words("{}", turns.unseen_pairs));
    label_on(c, {left, p.area.least.y + c.px(62)}, c.theme.text, c.words("at factor {:.4g}", scene.factor));
  }
  if (c.bare) return;
  Grip grip = p.grip_x("factor", scene.factor);
  c.note("turns factor", {{at.x - c.px(12), p.area.least.y}, {at.x + c.px(12), p.area.greatest.y}},
         "Drag: the factor. The count follows.");
  c.note("turns factor knob", {{at.x - c.px(8), at.y - c.px(8)}, {at.x + c.px(8), at.y + c.px(8)}},
         "Drag: the factor. The count follows.");
  if (grip.value) grip.value = std::clamp(*grip.value, 1.0, trace.greatest);
  take_grip(next, "factor", grip);
  p.take_input();
}

void draw_relative(const Canvas& c, Rect room, std::size_t first, std::size_t last, const Scene& scene,
                   const Derived& derived, Scene& next) {
  const Turns& turns = turns_of_current(derived);
  if (!c.bare && room.height() > c.px(220)) {
    room.greatest.y -= handle_height(c) + c.px(4);
    draw_handle(
        c, "turns factor",
        {{room.least.x, room.greatest.y + c.px(4)}, {room.greatest.x, room.greatest.y + c.px(4) + handle_height(c)}},
        *find_property("factor"), 1, std::max(16.0, scene.factor), scene, next);
  }
  const float facts = room.width() > c.px(480) ? c.px(150) : 0, heads = c.px(26), names = c.px(66), ends = c.px(70);
  const Rect area{{room.least.x + names, room.least.y + heads}, {room.greatest.x - facts - ends, room.greatest.y}};
  if (area.width() < c.px(80) || area.height() < c.px(60) || first > last) return;
  double furthest = 1.35;
  for (std::size_t i = first; i <= last; ++i)
    if (turns.trained[i] > 0) furthest = std::max(furthest, turns.target[i] / turns.trained[i]);
  const auto pixel = [&](double share) { return area.least.x + area.width() * static_cast<float>(share / furthest); };
  const float row = area.height() / static_cast<float>(last - first + 1), bar = std::min(row * 0.78f, c.px(30));
  std::int64_t leaks = 0, shown = 0;
  float free_from = 0;
  for (std::size_t i = first; i <= last; ++i) {
    const float y = area.least.y + row * (static_cast<float>(i - first) + 0.5f),
                letters = compat::font_size(c.fonts.small);
    if (!(turns.trained[i] > 0)) continue;
    const double share = turns.target[i] / turns.trained[i];
    ++shown;
    c.paint.box({{area.least.x, y - bar / 2}, {pixel(std::min(1.0, share)), y + bar / 2}},
                target_colour(c, derived.current()));
    // As turns_of() has it: rounding tells no pair apart that a scheme brings back exactly.
    const bool leaks_here = share > 1 + 1e-9;
    if (leaks_here) {
      ++leaks;
      const Rect beyond{{pixel(1), y - bar / 2}, {pixel(share), y + bar / 2}};
      c.paint.box(beyond, c.theme.beyond);
      hatch_unseen(c, beyond);
    }
    if (i == static_cast<std::size_t>(scene.pair) && !c.bare)
      c.paint.frame({{area.least.x, y - bar / 2 - 1}, {area.greatest.x, y + bar / 2 + 1}}, c.theme.accent,
                    c.stroke(1.5f));
    if (y - letters / 2 < free_from) continue;
    free_from = y + letters / 2 + c.px(2);
    text(c, {area.least.x - c.px(8), y - letters / 2}, c.fonts.small, c.theme.dim, c.words("pair {}", i), Align::right);
    if (leaks_here)
      text(c, {pixel(share) + c.px(8), y - letters / 2}, c.fonts.small, c.theme.beyond,
           c.words("+{:.0f} %", 100 * (share - 1)));
  }
  const float one = pixel(1);
  c.paint.line({one, area.least.y - c.px(4)}, {one, area.greatest.y}, c.theme.text, c.stroke(2));
  const std::string_view head = "furthest angle seen in training";
  if (text_width(c.fonts.bold, head) < one - room.least.x)
    text(c, {one, room.least.y}, c.fonts.bold, c.theme.text, head, Align::right);
  if (facts == 0) return;
  const float left = room.greatest.x - facts + c.px(16);
  const float y =
      draw_count(c, {left, room.least.y + c.px(30)}, facts - c.px(16), leaks, c.words("of {} go too far", shown));
  text(c, {left, y + c.px(8)}, c.fonts.bold, scheme_colour(c, derived.current()),
       shortened(c, c.fonts.bold, c.words("at factor {:.4g}", scene.factor), facts - c.px(16)));
}

} // namespace ropescope::pictures
