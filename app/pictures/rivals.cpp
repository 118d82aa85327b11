#include <algorithm>
#include <cmath>
#include <limits>

#include "app/canvas/hot_areas.h"
#include "app/pictures/rivals_parts.h"
#include "core/analysis/rivals/position_bias.h"
#include "core/analysis/turns.h"

namespace ropescope::pictures {

namespace {

constexpr double furthest = 16.0 * 1024 * 1024, xpos_gamma = 0.4; // tokens; as xPos's paper has it

constexpr Property options[] = {
    view_row("rivals.x", "tokens", "distances that are seen"),
    {.key = "rivals.upto",
     .kind = Kind::number,
     .label = "drawn up to",
     .help = "curves end at this distance",
     .unit = "tokens",
     .least = 1,
     .greatest = furthest,
     .logarithmic = true,
     .nullable = true,
     .default_words = "the end of the axis"},
    {.key = "rivals.delta",
     .kind = Kind::number,
     .label = "distance",
     .help = "one distance at which all curves are read, and across which the cards judge",
     .unit = "tokens",
     .least = 1,
     .greatest = furthest,
     .logarithmic = true,
     .nullable = true,
     .default_words = "none; of the cards 11/12 of the target",
     .snapped = [](double v) { return std::max(1.0, std::round(v)); }},
    {.key = "rivals.cards",
     .kind = Kind::flag,
     .label = "cards",
     .help = "five cards with a verdict each, in the place of the curves",
     .fallback = false},
    {.key = "rivals.hide_verdict",
     .kind = Kind::flag,
     .label = "verdicts hidden",
     .help = "the cards keep their verdicts to themselves",
     .fallback = false},
};
constexpr const Property &view_x = options[0], &cards_row = options[3];

/// Whole distances, whatever the scene asks to see.
Range axis_of(const Scene& scene, const Derived& derived) {
  const Range all = scene.options.range(view_x).value_or(Range{1, static_cast<double>(derived.length())});
  const double least = std::clamp(std::round(all.least), 1.0, furthest / 4);
  return {least, std::clamp(std::round(all.greatest), least + 8, furthest)};
}

Rivals rivals_of(const Scene& scene, const Derived& derived, Range axis) {
  constexpr std::int64_t stretches = 200;
  Rivals r;
  r.least = axis.least, r.greatest = axis.greatest;
  r.trained = derived.trained_length(), r.target = static_cast<double>(derived.length());
  r.edges = log_stretches(std::llround(r.least), std::llround(r.greatest), stretches);
  r.trained_freq = derived.trained().inv_freq;
  r.rope = distance_curve(r.trained_freq, r.edges);
  r.trained_turns = derived.trained().turns;
  Fading fading = fading_scores(r.trained_turns, xpos_gamma, r.edges);
  r.xpos = {std::move(fading.mean), std::move(fading.least), std::move(fading.greatest)};
  if (const auto rope = tried_on(scene, RopeType::yarn)) {
    r.yarn_freq = make_spectrum(*rope, sequence_length(scene)).inv_freq;
    r.yarn = distance_curve(r.yarn_freq, r.edges);
  }
  r.rope_unseen = turns_of(r.trained_freq, r.trained, r.trained_freq, r.greatest).unseen_pairs;
  if (r.yarn_freq.size() == r.trained_freq.size())
    r.yarn_unseen = turns_of(r.trained_freq, r.trained, r.yarn_freq, r.greatest).unseen_pairs;
  const auto components = 2 * static_cast<std::int64_t>(r.trained_freq.size());
  for (std::size_t j = 0; j + 1 < r.edges.size(); ++j)
    r.learned.push_back(static_cast<double>(r.edges[j]) < r.trained ? learned_likeness(r.edges[j], components)
                                                                    : std::numeric_limits<double>::quiet_NaN());
  return r;
}

void update(const Scene& scene, Derived& derived, gpu::Engines&, Patience) {
  struct Inputs {
    std::uint64_t version;
    Range axis;
    double factor;
    std::int64_t length;
    bool operator==(const Inputs&) const = default;
  };
  const Range axis = axis_of(scene, derived);
  derived.numbers<Rivals>(Inputs{derived.version(), axis, scene.factor, derived.length()},
                          [&] { return rivals_of(scene, derived, axis); });
}

// --- one panel -------------------------------------------------------------------------------------------------------

enum class Ground : std::uint8_t { known, unseen, in_range };

struct Panel {
  std::string_view title, verdict;
  ImU32 ink;
  Ground beyond;
};

/// The axes of one small multiple: distance, and 1 at the top with a little below 0.
struct Small {
  Rect area;
  Axis x, y;
  ImVec2 at(double distance, double value) const { return {x.pixel(distance), y.pixel(value)}; }
};

Small small_axes(Rect area, const Rivals& r, double lowest) {
  return {area,
          {r.least, r.greatest, area.least.x, area.greatest.x, Scale::log},
          {lowest, 1.08, area.greatest.y, area.least.y}};
}

void draw_ground(const Canvas& c, const Small& s, const Rivals& r, Ground beyond) {
  const float rule = std::clamp(s.x.pixel(r.trained), s.area.least.x, s.area.greatest.x);
  const Rect land{{rule, s.area.least.y}, s.area.greatest};
  c.paint.line({s.area.least.x, s.y.pixel(0)}, {s.area.greatest.x, s.y.pixel(0)}, c.theme.outline, c.stroke(1));
  if (land.width() < 1) return;
  const ImU32 colour = beyond == Ground::unseen     ? c.theme.beyond
                       : beyond == Ground::in_range ? c.theme.good
                                                    : c.theme.dim;
  c.paint.box(land, mix(c.theme.raised, colour, beyond == Ground::unseen ? 0.10f : 0.18f));
  if (beyond == Ground::unseen)
    hatch_lines(c, land, mix(c.theme.raised, colour, 0.5f), std::max(4.0f, c.px(8)), c.stroke(1.2f));
}

/// The mean of a stretch and of its neighbours, as far as these gather several distances too: a line through the means
/// of single stretches would swing from pixel to pixel.
double smooth_mean(const Rivals& r, const DistanceCurve& curve, std::size_t j) {
  constexpr std::size_t neighbours = 4;
  const auto gathers = [&](std::size_t i) { return r.edges[i + 1] - r.edges[i] > 1; };
  std::size_t first = j, last = j;
  while (gathers(j) && last - first < 2 * neighbours && first > 0 && last + 1 < curve.mean.size() && gathers(first - 1))
    --first, ++last;
  double sum = 0;
  for (std::size_t i = first; i <= last; ++i) sum += curve.mean[i];
  return sum / static_cast<double>(last - first + 1);
}

/// A curve of stretches with its band, up to a distance.
void draw_curve(const Canvas& c, const Small& s, const Rivals& r, const DistanceCurve& curve, double upto,
                ImU32 colour) {
  auto line = c.list_of<ImVec2>(curve.mean.size());
  auto band = c.list_of<Span>(curve.mean.size());
  for (std::size_t j = 0; j < curve.mean.size(); ++j) {
    const auto from = static_cast<double>(r.edges[j]), to = static_cast<double>(r.edges[j + 1] - 1);
    if (from > upto) break;
    const double middle = std::sqrt(from * std::min(to, upto));
    line.push_back(s.at(middle, smooth_mean(r, curve, j)));
    band.push_back(
        {line.back().x, s.y.pixel(std::min(1.08, curve.greatest[j])), s.y.pixel(std::max(s.y.least, curve.least[j]))});
  }
  if (line.size() < 2) return;
  c.paint.band(band, with_alpha(colour, 0.32f));
  c.paint.polyline(line, colour, c.stroke(2.5f));
}

/// A curve that a formula gives, up to a distance.
template <typename Value>
void draw_formula(const Canvas& c, const Small& s, const Rivals& r, double upto, ImU32 colour, float width,
                  Value value) {
  constexpr int points = 160;
  auto line = c.list_of<ImVec2>(points + 1);
  const double end = std::min(upto, r.greatest);
  for (int k = 0; k <= points && end > r.least; ++k) {
    const double distance = r.least * std::pow(end / r.least, static_cast<double>(k) / points);
    line.push_back(s.at(distance, value(distance)));
  }
  c.paint.polyline(line, colour, c.stroke(width));
}

constexpr int panels = 8;
double value_at(const Rivals& r, int panel, double distance) {
  const auto mean = [&](std::span<const double> inv_freq) {
    double sum = 0;
    for (const double theta : inv_freq) sum += std::cos(distance * theta);
    return inv_freq.empty() ? std::numeric_limits<double>::quiet_NaN() : sum / static_cast<double>(inv_freq.size());
  };
  switch (panel) {
  case 0: return 1;
  case 1: { // rows at random, of which each stretch shows its first: a frame makes none
    const auto next = std::upper_bound(r.edges.begin(), r.edges.end(), std::llround(distance));
    const auto j = static_cast<std::size_t>(std::max<std::ptrdiff_t>(next - r.edges.begin(), 1)) - 1;
    return distance < r.trained && j < r.learned.size() ? r.learned[j] : std::numeric_limits<double>::quiet_NaN();
  }
  case 2: return 1 - static_cast<double>(rivals::t5_bucket(std::llround(distance))) / 31;
  case 3: return std::exp(-distance * gentlest_slope);
  case 5: return fading_score(r.trained_turns, xpos_gamma, std::llround(distance));
  case 7: return mean(r.yarn_freq);
  default: return mean(r.trained_freq);
  }
}

void draw_curves(const Canvas& c, const Small& s, const Rivals& r, int panel, double upto) {
  const ImU32 ink = c.theme.text;
  switch (panel) {
  case 0: return draw_formula(c, s, r, upto, ink, 3, [](double) { return 1.0; });
  case 1:
    for (std::size_t j = 0; j < r.learned.size(); j += 4)
      if (static_cast<double>(r.edges[j]) <= upto && std::isfinite(r.learned[j]))
        c.paint.disc(s.at(static_cast<double>(r.edges[j]), r.learned[j]), c.px(2.6f), ink);
    return;
  case 2: return draw_formula(c, s, r, upto, ink, 3, [&](double d) { return value_at(r, 2, d); });
  case 3:
    for (int head = 1; head <= 8; ++head) {
      const double slope = std::exp2(-head);
      draw_formula(c, s, r, upto, head == 8 ? ink : c.theme.dim, head == 8 ? 2.5f : 1.2f,
                   [&](double d) { return std::exp(-d * slope); });
    }
    return;
  case 5: return draw_curve(c, s, r, r.xpos, upto, ink);
  case 7: return draw_curve(c, s, r, r.yarn, upto, c.theme.good);
  default: return draw_curve(c, s, r, r.rope, upto, ink);
  }
}

Panel panel_of(const Canvas& c, const Scene& scene, const Rivals& r, int panel) {
  const bool beyond = r.greatest > r.trained;
  const auto pairs = [&](std::int64_t count, std::string_view what) {
    return Panel{{},
                 c.words("{} {}: new", count, what),
                 count > 0 ? c.theme.beyond : c.theme.good,
                 count > 0 ? Ground::unseen : Ground::in_range};
  };
  const auto named = [](std::string_view title, Panel p) { return p.title = title, p; };
  switch (panel) {
  case 0: return {"no position", "the same", c.theme.dim, Ground::known};
  case 1:
    return {"learned", beyond ? std::string_view("nothing there") : std::string_view("random at first"),
            beyond ? c.theme.beyond : c.theme.dim, Ground::unseen};
  case 2: return {"T5 bias", c.words("the same past {}", t5_last_bucket_begins()), c.theme.dim, Ground::known};
  case 3:
    return {"ALiBi", c.words("e{} at most", superscript(c, std::llround(-r.greatest * gentlest_slope))), c.theme.dim,
            Ground::known};
  case 4: return named("sinusoidal", pairs(r.rope_unseen, r.rope_unseen == 1 ? "wave" : "waves"));
  case 5: return {"xPos", "fades on purpose", c.theme.dim, Ground::known};
  case 6: return named("RoPE", pairs(r.rope_unseen, r.rope_unseen == 1 ? "pair" : "pairs"));
  default: break;
  }
  if (r.yarn_freq.empty()) return {"RoPE + YaRN", "not for this model", c.theme.dim, Ground::known};
  return named(c.words("RoPE + YaRN × {:.4g}", scene.factor),
               pairs(r.yarn_unseen, r.yarn_unseen == 1 ? "pair" : "pairs"));
}

void draw_panel(const Canvas& c, Rect cell, int panel, const Scene& scene, const Rivals& r, std::optional<double> delta,
                Scene& next) {
  tile(c, cell, c.theme.raised);
  const Panel p = panel_of(c, scene, r, panel);
  const Rect inner = cell.inset(c.px(10), c.px(6));
  const float title = c.px(24), verdict = inner.height() > c.px(84) ? c.px(26) : 0,
              axis = inner.height() > c.px(130) ? c.px(20) : 0;
  const Small s =
      small_axes({{inner.least.x, inner.least.y + title}, {inner.greatest.x, inner.greatest.y - verdict - axis}}, r,
                 panel == 1 || panel >= 4 ? -0.32 : -0.06);
  const std::string_view value = delta ? std::isfinite(value_at(r, panel, *delta))
                                             ? grouped(c, value_at(r, panel, *delta), 3)
                                             : std::string_view("—")
                                       : std::string_view();
  const float room = inner.width() - text_width(c.fonts.mono_small, value) - c.px(8);
  put(c, inner, inner.least, c.fonts.bold, c.theme.text,
      text_width(c.fonts.bold, p.title) <= room ? p.title : shortened(c, c.fonts.bold, p.title, inner.width()));
  put(c, inner, {inner.greatest.x, inner.least.y + c.px(1)}, c.fonts.mono_small, c.theme.accent, value, Align::right);
  if (s.area.height() < c.px(16)) return;
  draw_ground(c, s, r, p.beyond);
  const auto upto = scene.options[rivals_rows::upto()];
  const double end = std::holds_alternative<double>(upto) ? std::min(std::get<double>(upto), r.greatest) : r.greatest;
  draw_curves(c, s, r, panel, end);
  const float rule = s.x.pixel(r.trained);
  const bool rule_seen = r.trained >= r.least && r.trained <= r.greatest;
  if (rule_seen) c.rule({rule, s.area.least.y - c.px(2)}, {rule, s.area.greatest.y + c.px(2)}, c.theme.text, 2, 6, 4);
  if (delta && *delta >= r.least && *delta <= r.greatest) {
    const float x = s.x.pixel(*delta);
    c.paint.line({x, s.area.least.y}, {x, s.area.greatest.y}, c.theme.accent, c.stroke(2));
    const double at = value_at(r, panel, *delta);
    if (std::isfinite(at) && *delta <= end)
      c.paint.disc(s.at(*delta, std::clamp(at, s.y.least, 1.08)), c.px(4.5f), c.theme.accent);
  }
  float y = s.area.greatest.y + c.px(4);
  if (verdict > 0) {
    ImFont* const font = text_width(c.fonts.title, p.verdict) <= inner.width() ? c.fonts.title : c.fonts.bold;
    put(c, inner, {inner.centre().x, y}, font, p.ink, p.verdict, Align::centre);
    y += verdict;
  }
  if (axis > 0) {
    put(c, inner, {inner.least.x, inner.greatest.y - c.px(17)}, c.fonts.small, c.theme.dim, grouped(c, r.least));
    if (rule_seen)
      put(c, inner,
          {std::min(rule, inner.greatest.x - text_width(c.fonts.small, grouped(c, r.trained)) / 2),
           inner.greatest.y - c.px(17)},
          c.fonts.small, c.theme.dim, grouped(c, r.trained), Align::centre);
  }
  // The trained rule first: it lies on the area that takes the distance.
  if (rule_seen) {
    const Held held = hold(c, c.id("rivals trained {}", panel),
                           panel == 0 ? std::string_view("rivals trained") : c.words("rivals trained {}", panel),
                           {{rule - c.px(6), s.area.least.y}, {rule + c.px(6), s.area.greatest.y}}, rule, true,
                           "A drag changes the trained context in all panels.");
    Grip grip;
    grip.reset = held.reset;
    if (held.to) grip.value = s.x.value(std::clamp(*held.to, s.area.least.x, s.area.greatest.x));
    if ((held.to || held.reset) && !next.target) next.target = r.target;
    take_grip(next, "trained", grip);
  }
  // Where no distance is chosen yet, one can be fetched from the axis' beginning.
  if (panel == 0 && !c.bare) {
    const ImVec2 knob{delta ? s.x.pixel(std::clamp(*delta, r.least, r.greatest)) : s.area.least.x + c.px(9),
                      s.area.greatest.y - c.px(6)};
    c.paint.disc(knob, c.px(4.5f), c.theme.accent);
    c.note("rivals delta knob", {{knob.x - c.px(4), knob.y - c.px(4)}, {knob.x + c.px(4), knob.y + c.px(4)}},
           "Drag along the panel: the distance.");
  }
  const float at = delta ? s.x.pixel(std::clamp(*delta, r.least, r.greatest)) : c.mouse.x;
  const Held held = hold(c, c.id("rivals delta {}", panel),
                         panel == 0 ? std::string_view("rivals delta") : c.words("rivals delta {}", panel), s.area, at,
                         true, "Drag: all panels are read at one distance. A double click lets it go.");
  if (held.reset) next.options.set(rivals_rows::delta(), {});
  if (held.to) next.options.set(rivals_rows::delta(), std::clamp(std::round(s.x.value(*held.to)), r.least, r.greatest));
}

void draw_multiples(const Canvas& c, Rect room, const Scene& scene, const Rivals& r, Scene& next) {
  const int columns = room.width() > room.height() * 0.9f ? 4 : 2, rows = panels / columns;
  const float gap = c.px(10),
              width = (room.width() - gap * static_cast<float>(columns - 1)) / static_cast<float>(columns),
              height = (room.height() - gap * static_cast<float>(rows - 1)) / static_cast<float>(rows);
  if (width < c.px(60) || height < c.px(34)) return;
  const Value chosen = scene.options[rivals_rows::delta()];
  std::optional<double> delta;
  if (const double* number = std::get_if<double>(&chosen)) delta = *number;
  const auto cell = [&](int panel) {
    const ImVec2 corner{room.least.x + static_cast<float>(panel % columns) * (width + gap),
                        room.least.y + static_cast<float>(panel / columns) * (height + gap)};
    return Rect{corner, {corner.x + width, corner.y + height}};
  };
  // Without a chosen distance the mouse reads all panels at its own.
  for (int panel = 0; panel < panels && !delta && !c.bare; ++panel) {
    const Rect inner = cell(panel).inset(c.px(10), c.px(6));
    if (!inner.contains(c.mouse)) continue;
    const Axis x{r.least, r.greatest, inner.least.x, inner.greatest.x, Scale::log};
    delta = std::round(x.value(c.mouse.x));
  }
  for (int panel = 0; panel < panels; ++panel) draw_panel(c, cell(panel), panel, scene, r, delta, next);
}

void draw(const Canvas& c, Rect panel, const Scene& scene, const Derived& derived, Scene& next) {
  const Rivals& r = *derived.numbers<Rivals>();
  const bool cards = scene.options.flag(cards_row);
  const Rect room =
      heading(c, panel, cards ? "Which one still finds the clause?" : "What each scheme says of a distance",
              cards ? std::string_view()
                    : c.words("across: distance {} … {}, log; up: what position does to equal content",
                              grouped(c, r.least), grouped(c, r.greatest)));
  if (room.width() < c.px(240) || room.height() < c.px(80)) return;
  hot_areas().push_back(room);
  cards ? draw_rival_cards(c, room, scene, r, next) : draw_multiples(c, room, scene, r, next);
}

Table columns(const Scene&, const Derived& derived) {
  const Rivals& r = *derived.numbers<Rivals>();
  constexpr const char* names[panels] = {"none", "learned", "t5", "alibi", "sinusoidal", "xpos", "rope", "yarn"};
  std::vector<double> distances, values[panels];
  for (std::size_t j = 0; j + 1 < r.edges.size(); ++j) {
    distances.push_back(static_cast<double>(r.edges[j]));
    for (int panel = 0; panel < panels; ++panel) values[panel].push_back(value_at(r, panel, distances.back()));
  }
  Table table;
  table.formula = "learned = cosine of random rows, t5 = 1 - bucket / 31, alibi = exp(-distance / 256), xpos = mean "
                  "zeta^(distance / 512) "
                  "cos(distance inv_freq), sinusoidal and rope = mean cos(distance inv_freq), yarn the same under YaRN";
  table.add("distance", std::move(distances));
  for (int panel = 0; panel < panels; ++panel) table.add(names[panel], std::move(values[panel]));
  return table;
}

} // namespace

namespace rivals_rows {
const Property& upto() { return options[1]; }
const Property& delta() { return options[2]; }
const Property& hide_verdict() { return options[4]; }
} // namespace rivals_rows

double chosen_delta(const Scene& scene, double otherwise) {
  const Value chosen = scene.options[rivals_rows::delta()];
  const double* number = std::get_if<double>(&chosen);
  return number ? *number : otherwise;
}

const Picture rivals_picture{.name = "rivals",
                             .title = "Rivals",
                             .line = "eight ways of telling places, within training and beyond it, side by side",
                             .group = Group::attention,
                             .update = update,
                             .draw = draw,
                             .columns = columns,
                             .options = options};

} // namespace ropescope::pictures
