#include "core/analysis/share.h"

#include <algorithm>
#include <cmath>

#include "app/canvas/hot_areas.h"
#include "app/pictures/handles.h"
#include "app/pictures/lecture_parts.h"

namespace ropescope::pictures {

namespace {

constexpr std::string_view bars[] = {"trained", "target", "tempered"};

constexpr Property options[] = {
    {.key = "share.needle",
     .kind = Kind::number,
     .label = "needle: score (σ of the noise)",
     .help = "the score of the one key that matters, in units of the spread of all others",
     .greatest = 20,
     .slider_end = 12,
     .fallback = 6.0,
     .snapped = [](double v) { return std::round(v * 50) / 50; }},
    {.key = "share.bars",
     .kind = Kind::texts,
     .label = "bars",
     .help = "which bars are drawn: trained, target, tempered",
     .nullable = true,
     .default_words = "all three",
     .choices = [] { return std::span<const std::string_view>(bars); }},
};
constexpr const Property &needle = options[0], &bars_row = options[1];

struct Shares {
  double keys[3], gain[3], share[3];
};

Shares shares_of(const Derived& derived, double score) {
  const double trained = derived.trained_length(), target = static_cast<double>(derived.length()),
               factor = derived.current().spectrum.attention_factor;
  Shares s{{trained, target, target}, {1, 1, factor * factor}, {}};
  for (int i = 0; i < 3; ++i) s.share[i] = attention_share(s.keys[i], score, s.gain[i]);
  return s;
}

bool is_shown(const Scene& scene, int bar) {
  const auto chosen = scene.options.texts(bars_row);
  return chosen.empty() || std::find(chosen.begin(), chosen.end(), bars[bar]) != chosen.end();
}

/// "2.90 %": two decimals, or three digits of what is less than a hundredth.
std::string_view percent(const Canvas& c, double share) {
  return share * 100 >= 0.01 ? c.words("{} %", grouped(c, share * 100, 2)) : c.words("{:.2g} %", share * 100);
}

/// What a step to the next bar divides or multiplies by.
void draw_step(const Canvas& c, Rect room, double ratio, bool worse) {
  const std::string_view words = ratio < 1 ? c.words("÷ {:.2g}", 1 / ratio) : c.words("× {:.2g}", ratio);
  const float y = room.centre().y, half = std::min(room.width() * 0.4f, c.px(36));
  if (half < c.px(10)) return;
  arrow(c, {room.centre().x - half, y}, {room.centre().x + half, y}, c.theme.dim, c.stroke(4));
  put(c, room, {room.centre().x, y - c.px(32)}, c.fonts.title, worse ? c.theme.beyond : c.theme.good, words,
      Align::centre);
}

void draw_bars(const Canvas& c, Rect room, const Scene& scene, const Shares& s) {
  const ImU32 colours[] = {c.theme.seen, c.theme.beyond, c.theme.good};
  const std::string_view below[] = {"as trained", "no temperature",
                                    s.gain[2] == 1 ? std::string_view("this scheme has none")
                                                   : c.words("× {:.5g}", s.gain[2])};
  const float foot = room.height() > c.px(120) ? c.px(48) : c.px(24), slot = room.width() / 3,
              wide = std::min(slot * 0.46f, c.px(150));
  const float base = room.greatest.y - foot, number = c.px(46);
  const double most = std::max({s.share[0], s.share[1], is_shown(scene, 2) ? s.share[2] : 0.0, 1e-12});
  const float unit = (base - room.least.y - number) / static_cast<float>(most);
  c.paint.line({room.least.x, base}, {room.greatest.x, base}, c.theme.outline, c.stroke(3));
  const float as_trained = base - static_cast<float>(s.share[0]) * unit;
  if (is_shown(scene, 0) && base - room.least.y > c.px(60))
    c.rule({room.least.x + slot / 2, as_trained}, {room.greatest.x - slot / 2 + wide / 2, as_trained}, c.theme.seen, 2,
           8, 6);
  for (int i = 0; i < 3; ++i) {
    if (!is_shown(scene, i)) continue;
    const float x = room.least.x + (static_cast<float>(i) + 0.5f) * slot,
                height = static_cast<float>(s.share[i]) * unit;
    const Rect whole{{x - wide / 2, base - static_cast<float>(most) * unit}, {x + wide / 2, base}},
        bar{{whole.least.x, base - height}, whole.greatest};
    if (bar.height() > 0.5f) c.paint.box(bar, colours[i], std::min(c.px(4), bar.height() / 3));
    const std::string_view words = percent(c, s.share[i]);
    if (ImFont* font = largest_font(c, words, slot * 0.96f, number))
      put(c, room, {x, bar.least.y - line_of(font) * 1.04f}, font, c.theme.text, words, Align::centre);
    const std::string_view keys = c.words("{} keys", grouped(c, s.keys[i]));
    put(c, room, {x, base + c.px(6)}, text_width(c.fonts.bold, keys) < slot ? c.fonts.bold : c.fonts.small,
        c.theme.text, keys, Align::centre);
    put(c, room, {x, base + c.px(27)}, c.fonts.small, c.theme.dim, below[i], Align::centre);
    if (i > 0 && is_shown(scene, i - 1))
      draw_step(c, {{x - slot + wide / 2, base - (base - room.least.y) * 0.75f}, {x - wide / 2, base}},
                s.share[i] / s.share[i - 1], s.share[i] < s.share[i - 1]);
  }
}

void draw(const Canvas& c, Rect panel, const Scene& scene, const Derived& derived, Scene& next) {
  const double score = scene.options.number(needle);
  const Shares s = shares_of(derived, score);
  Rect room = heading(c, panel, "How much attention one key gets", "");
  if (room.width() < c.px(200) || room.height() < c.px(70)) return;
  hot_areas().push_back(room);
  const double even = breakeven_needle(s.keys[0], s.keys[1], s.gain[2]);
  float foot = 0;
  if (room.height() > c.px(210)) {
    foot = handle_height(c) + c.px(10);
    const float y = room.greatest.y - handle_height(c), width = std::min(c.px(280), room.width() * 0.42f);
    const auto line = [&](float left, float wide) { return Rect{{left, y}, {left + wide, room.greatest.y}}; };
    if (!c.bare)
      draw_handle(c, "share needle", line(room.least.x, width), needle, needle.least, needle.slider_end, scene, next);
    else
      put(c, room, {room.least.x, y}, c.fonts.body, c.theme.dim, c.words("needle: score {:.4g}", score));
    const Rect right{{room.least.x + width + c.px(20), y - c.px(4)}, room.greatest};
    if (!c.bare && right.width() > c.px(300)) {
      const Property& factor = *find_property("factor");
      draw_handle(c, "share factor", line(right.least.x, std::min(c.px(200), right.width() * 0.32f)), factor,
                  factor.slider_least, factor.slider_end, scene, next);
    }
    if (std::isfinite(even) && is_shown(scene, 2)) {
      const std::string_view words[] = {c.words("break-even at {:.2f}: stronger gains, weaker loses", even),
                                        c.words("break-even at {:.2f}", even)};
      for (const std::string_view each : words)
        if (put(c, right, {right.greatest.x, y + c.px(6)}, c.fonts.body, c.theme.text, each, Align::right)) break;
    }
  }
  draw_bars(c, {room.least, {room.greatest.x, room.greatest.y - foot}}, scene, s);
}

Table columns(const Scene&, const Derived& derived) {
  std::vector<double> needles, of[3];
  for (int k = 0; k <= 80; ++k) {
    needles.push_back(k * 0.25);
    const Shares s = shares_of(derived, needles.back());
    for (int i = 0; i < 3; ++i) of[i].push_back(s.share[i]);
  }
  Table table;
  table.formula =
      "share = exp(g z) / (exp(g z) + (N - 1) exp(g^2 / 2)) of a needle z among N keys, g = attention factor^2 or 1";
  table.add("needle", std::move(needles));
  for (int i = 0; i < 3; ++i) table.add(std::string(bars[i]), std::move(of[i]));
  return table;
}

} // namespace

const Picture share_picture{.name = "share",
                            .title = "Share",
                            .line = "the share of attention of one key among many, and what a temperature does to it",
                            .group = Group::extension,
                            .draw = draw,
                            .columns = columns,
                            .options = options};

} // namespace ropescope::pictures
