#include <algorithm>
#include <cmath>

#include "app/pictures/distance.h"
#include "app/pictures/handles.h"
#include "app/pictures/score_views.h"
#include "core/analysis/first_negative.h"

namespace ropescope::pictures {

namespace {

struct Words {
  std::string_view title, verdict;
};

Words words_of(const Canvas& c, const Ensemble& curve) {
  switch (curve.kind) {
  case Ensemble::Kind::same:
    if (curve.number == 0) return {"q = k, the same word", "falls, then swings"};
    return {c.words("q = k turned {} tokens on", grouped(c, static_cast<double>(curve.number))),
            c.words("greatest at {}", grouped(c, static_cast<double>(curve.number)))};
  case Ensemble::Kind::unrelated: return {c.words("{} unrelated q, k", curve.number), "mean 0 everywhere"};
  case Ensemble::Kind::bound: break;
  }
  return {"RoFormer’s bound", "a ceiling, not a score"};
}

ImU32 colour_of(const Canvas& c, const Derived& derived, Ensemble::Kind kind) {
  return kind == Ensemble::Kind::same        ? scheme_colour(c, derived.current())
         : kind == Ensemble::Kind::unrelated ? c.theme.accent
                                             : c.theme.dim;
}

/// Where the score of q = k is negative for the first time, once every distance is known.
void mark_first_negative(const Canvas& c, const Plot& p, const Derived& derived) {
  const FirstNegative* const first = derived.numbers<FirstNegative>();
  if (!first || !first->distance || !derived.head().ones) return;
  const auto distance = static_cast<double>(*first->distance);
  p.rule_x(distance, c.theme.dim, 1.4f, 2, 3);
  label_rule_x(c, p, distance, c.words("first below 0: {}", grouped(c, distance)), c.theme.dim,
               p.area.least.y + c.px(4));
}

/// The peak is where the key was turned to: dragged, the head looks that far back.
void take_peak(const Canvas& c, const Plot& p, std::size_t entry, const Ensemble& curve, const Property& row,
               const Scene& scene, Scene& next) {
  const ImVec2 at = p.at(static_cast<double>(curve.number), 1);
  if (c.bare || at.x < p.area.least.x || at.x > p.area.greatest.x) return;
  c.paint.line(at, {at.x, p.area.greatest.y}, with_alpha(c.theme.accent, 0.6f), c.stroke(1.4f));
  c.paint.disc(at, c.px(6), c.theme.accent);
  const auto to = drag_point(c, "score peak", at, "Drag the peak: the head looks that many tokens back.");
  if (!to) return;
  const auto entries = scene.options.texts(row);
  std::vector<std::string> changed(entries.begin(), entries.end());
  if (entry >= changed.size()) return;
  changed[entry] = fmt::format("same:{}", std::clamp<std::int64_t>(std::llround(p.x.value(to->x)), 1, 1 << 20));
  next.options.set(row, changed);
}

void draw_one(const Canvas& c, Rect panel, std::size_t k, const AxisSpec& x_of_all, const Property& row,
              const Scene& scene, const Derived& derived, Scene& next) {
  const Ensembles& all = *derived.numbers<Ensembles>();
  const Ensemble& curve = all.curves[k];
  const Words words = words_of(c, curve);
  const ImU32 colour = colour_of(c, derived, curve.kind);
  canvas::panel(c, panel);
  Rect room = panel.inset(c.px(14), c.px(10));
  if (room.width() < c.px(140) || room.height() < c.px(80)) return;
  const float verdict = text_width(c.fonts.bold, words.verdict);
  const bool both = verdict + text_width(c.fonts.body, words.title) + c.px(20) < room.width();
  text(c, room.least, c.fonts.body, c.theme.text,
       shortened(c, c.fonts.body, words.title, room.width() - (both ? verdict + c.px(20) : 0)));
  if (both) text(c, {room.greatest.x, room.least.y}, c.fonts.bold, colour, words.verdict, Align::right);
  room.least.y += c.px(26);
  AxisSpec x = x_of_all;
  x.title = "";
  const char* const id = c.id("score split {}", k);
  Plot p(c, id, room, x, {.all = {-0.35, 1.08}, .least_gap = 30});
  p.draw_axes();
  auto points = c.list_of<ImVec2>(all.distances.size());
  auto band = c.list_of<Span>(curve.deviation.size());
  for (std::size_t b = 0; b < all.distances.size(); ++b) {
    const auto distance = static_cast<double>(all.distances[b]);
    if (p.x.scale == Scale::log && distance < 1) continue;
    points.push_back(p.at(distance, curve.scores[b]));
    if (!curve.deviation.empty())
      band.push_back({points.back().x, p.y.pixel(curve.scores[b] + curve.deviation[b]),
                      p.y.pixel(curve.scores[b] - curve.deviation[b])});
  }
  p.begin();
  c.paint.line({p.area.least.x, p.y.pixel(0)}, {p.area.greatest.x, p.y.pixel(0)}, c.theme.outline, c.stroke(1));
  if (!band.empty()) c.paint.band(band, with_alpha(colour, 0.25f));
  p.line(points, colour, 2.2f, curve.kind == Ensemble::Kind::bound ? Dash{{6, 4, 6, 4}} : Dash{});
  p.end();
  if (curve.kind == Ensemble::Kind::same && curve.number == 0) mark_first_negative(c, p, derived);
  if (curve.kind == Ensemble::Kind::unrelated && !curve.deviation.empty())
    label_on(c, {p.area.least.x + c.px(10), p.area.least.y + c.px(6)}, c.theme.dim,
             c.words("one deviation: {:.4f}", curve.deviation.front()));
  const auto distance = static_cast<double>(std::abs(scene.m - scene.n));
  if (!c.bare && distance >= p.x.least && distance <= p.x.greatest) p.rule_x(distance, c.theme.dim, 1.4f, 2, 3);
  if (k == 0) {
    const Grip here = c.bare ? Grip() : p.grip_x("delta", distance, true);
    if (here.value) take_distance(next, std::llround(std::max(0.0, *here.value)));
    c.note("score delta", p.area, "Hover: the values at one distance. Click or drag: that distance.");
  }
  if (curve.kind == Ensemble::Kind::same && curve.number > 0) take_peak(c, p, k, curve, row, scene, next);
  p.take_input();
  if (const auto clicked = p.clicked()) take_distance(next, std::llround(p.x.value(clicked->x)));
  if (!p.hovered()) return;
  const double under = p.x.value(c.mouse.x);
  read_out_rule(c, p.area, c.mouse.x);
  ReadOut table(c, c.words("Δ = {}", grouped(c, std::round(under))));
  read_ensembles(c, table, derived, under, 1);
  table.draw(c.mouse, p.area);
}

} // namespace

void draw_split(const Canvas& c, Rect panel, const AxisSpec& x, const Property& row, const Scene& scene,
                const Derived& derived, Scene& next) {
  const std::size_t count = std::min<std::size_t>(4, derived.numbers<Ensembles>()->curves.size());
  const float gap = c.px(12), wide = (panel.width() - gap) / 2, high = (panel.height() - gap) / 2;
  // Each has its quarter from the first on, so that none moves when others come; those that come later are empty.
  for (std::size_t k = 0; k < 4; ++k) {
    const ImVec2 corner{panel.least.x + (wide + gap) * static_cast<float>(k % 2),
                        panel.least.y + (high + gap) * static_cast<float>(k / 2)};
    if (k >= count)
      canvas::panel(c, {corner, {corner.x + wide, corner.y + high}});
    else
      draw_one(c, {corner, {corner.x + wide, corner.y + high}}, k, x, row, scene, derived, next);
  }
}

} // namespace ropescope::pictures
