#include <algorithm>
#include <cmath>

#include "app/canvas/hot_areas.h"
#include "app/pictures/rivals_parts.h"
#include "core/analysis/turns.h"

namespace ropescope::pictures {

namespace {

struct Card {
  std::string_view name, words;
  RivalVerdict::Kind kind;
};

/// Five ways that a long document could be read in, and whether they reach across the distance.
std::array<Card, 5> cards_of(const Canvas& c, const Scene& scene, const Rivals& r, double distance) {
  const RivalVerdict learned = learned_verdict(distance, r.trained), alibi = alibi_verdict(distance),
                     t5 = t5_verdict(distance);
  const auto turned = [&](std::span<const double> inv_freq) {
    std::int64_t unseen = 0;
    for (std::size_t i = 0; i < std::min(r.trained_freq.size(), inv_freq.size()); ++i) {
      const double seen = r.trained * r.trained_freq[i];
      unseen += seen < 2 * 3.14159265358979323846 && distance * inv_freq[i] > seen * (1 + 1e-9);
    }
    return unseen;
  };
  const std::int64_t plain = turned(r.trained_freq), yarn = turned(r.yarn_freq);
  const auto dark = [&](std::int64_t count) {
    return count > 0 ? c.words("{} in the dark", count) : std::string_view("all in range");
  };
  return {{{"learned table", learned.kind == RivalVerdict::Kind::fails ? "no row" : "has a row", learned.kind},
           {"ALiBi", c.words("{} at best", grouped(c, alibi.number, alibi.number > -10 ? 1 : 0)), alibi.kind},
           {"T5 bias",
            t5.kind == RivalVerdict::Kind::blind ? c.words("same as {}", grouped(c, t5.number))
                                                 : std::string_view("a bucket of its own"),
            t5.kind},
           {"plain RoPE", dark(plain), rope_verdict(plain).kind},
           {r.yarn_freq.empty() ? std::string_view("RoPE + YaRN") : c.words("RoPE + YaRN × {:.4g}", scene.factor),
            r.yarn_freq.empty() ? std::string_view("not for this model") : dark(yarn),
            r.yarn_freq.empty() ? RivalVerdict::Kind::blind : rope_verdict(yarn).kind}}};
}

void draw_card(const Canvas& c, Rect box, const Card& card, bool hidden, bool last) {
  const ImU32 ink = hidden                                   ? c.theme.outline
                    : card.kind == RivalVerdict::Kind::works ? c.theme.good
                    : card.kind == RivalVerdict::Kind::blind ? c.theme.blended
                                                             : c.theme.beyond;
  tile(c, box, c.theme.raised, ink, last && !hidden ? 3.5f : 1.5f);
  const Rect inner = box.inset(c.px(8), c.px(8));
  ImFont* const name = text_width(c.fonts.title, card.name) <= inner.width()  ? c.fonts.title
                       : text_width(c.fonts.bold, card.name) <= inner.width() ? c.fonts.bold
                                                                              : c.fonts.small;
  put(c, inner, {inner.centre().x, inner.least.y}, name, c.theme.text, shortened(c, name, card.name, inner.width()),
      Align::centre);
  if (hidden) return;
  ImFont* const words = text_width(c.fonts.title, card.words) <= inner.width() ? c.fonts.title : c.fonts.small;
  const float foot = inner.greatest.y - line_of(words);
  put(c, inner, {inner.centre().x, foot}, words, ink, shortened(c, words, card.words, inner.width()), Align::centre);
  const float top = inner.least.y + line_of(name),
              side = std::min({foot - top - c.px(8), inner.width() * 0.6f, c.px(80)});
  const ImVec2 at{inner.centre().x, (top + foot) / 2};
  if (side < c.px(12)) return;
  if (card.kind == RivalVerdict::Kind::works) return draw_tick(c, at, side, ink);
  if (card.kind == RivalVerdict::Kind::fails) return draw_cross(c, at, side, ink);
  if (ImFont* font = largest_font(c, "?", inner.width(), side * 1.2f))
    put(c, inner, {at.x, at.y - line_of(font) * 0.55f}, font, ink, "?", Align::centre);
}

/// The text as a row of bricks with the clause and its citation, and the distance between them as an arc.
void draw_text(const Canvas& c, Rect room, const Rivals& r, double distance, Scene& next) {
  const float label = c.px(28), bar = std::min(c.px(44), room.height() * 0.35f), top = room.least.y + label;
  const Rect strip{{room.least.x + c.px(10), top}, {room.greatest.x - c.px(10), top + bar}};
  tile(c, strip, c.theme.raised);
  const int bricks = static_cast<int>(std::clamp(strip.width() / c.px(15), 10.0f, 120.0f));
  const float pitch = strip.width() / static_cast<float>(bricks);
  for (int k = 0; k < bricks; ++k)
    c.paint.box({{strip.least.x + (static_cast<float>(k) + 0.2f) * pitch, strip.least.y + bar * 0.22f},
                 {strip.least.x + (static_cast<float>(k) + 0.8f) * pitch, strip.greatest.y - bar * 0.22f}},
                c.theme.faint);
  // The clause stands at a fiftieth of the text, the citation as far on as the distance says.
  const double end = std::max(r.target, distance * 1.02);
  const float per_token = static_cast<float>(static_cast<double>(strip.width()) * 0.98 / end), half = c.px(9);
  const float clause = strip.least.x + strip.width() * 0.015f,
              cited = std::min(clause + static_cast<float>(distance) * per_token, strip.greatest.x - half);
  const auto mark = [&](float x, ImU32 colour, std::string_view words) {
    c.paint.box({{x - half, strip.least.y - c.px(5)}, {x + half, strip.greatest.y + c.px(5)}}, colour, c.px(3));
    const float width = text_width(c.fonts.title, words) / 2;
    put(c, room,
        {std::clamp(x, room.least.x + width, std::max(room.least.x + width, room.greatest.x - width)), room.least.y},
        c.fonts.title, colour, words, Align::centre);
  };
  mark(cited, c.theme.query, "cited here");
  mark(clause, c.theme.key, "clause 3");
  const Held held =
      hold(c, "rivals citation", "rivals delta",
           {{cited - c.px(14), strip.least.y - c.px(8)}, {cited + c.px(14), strip.greatest.y + c.px(8)}}, cited, true,
           "Drag the citation nearer: see who can read across it. A double click puts it back.");
  if (held.lit)
    c.paint.frame(
        {{cited - half - c.px(3), strip.least.y - c.px(8)}, {cited + half + c.px(3), strip.greatest.y + c.px(8)}},
        c.theme.accent, c.stroke(2), c.px(4));
  if (held.reset) next.options.set(rivals_rows::delta(), {});
  if (held.to)
    next.options.set(rivals_rows::delta(),
                     std::clamp(std::round(static_cast<double>((*held.to - clause) / per_token)), 1.0, r.target - 1));
  ImVec2 arc[41];
  const float deep = room.greatest.y - strip.greatest.y - c.px(12);
  if (deep < c.px(14)) return;
  for (int k = 0; k <= 40; ++k) {
    const float t = static_cast<float>(k) / 40;
    arc[k] = {clause + (cited - clause) * t, strip.greatest.y + c.px(8) + deep * 4 * t * (1 - t)};
  }
  c.paint.polyline(arc, c.theme.text, c.stroke(2.5f));
  const std::string_view words = c.words("Δ = {}", grouped(c, distance));
  const float width = text_width(c.fonts.large, words);
  // Within the arc where it is wide enough, else beside it.
  const float x = cited - clause > width * 1.6f ? (clause + cited) / 2 : cited + c.px(24) + width / 2;
  put(c, room, {x, strip.greatest.y + c.px(8) + std::max(0.0f, (deep - line_of(c.fonts.large)) * 0.55f)}, c.fonts.large,
      c.theme.text, words, Align::centre);
}

} // namespace

void draw_rival_cards(const Canvas& c, Rect room, const Scene& scene, const Rivals& r, Scene& next) {
  const double distance = std::max(1.0, chosen_delta(scene, std::round(r.target * 11 / 12)));
  const auto cards = cards_of(c, scene, r, distance);
  const float upper = std::min(room.height() * 0.42f, c.px(190)), note = room.height() > c.px(230) ? c.px(28) : 0;
  if (upper > c.px(60)) draw_text(c, {room.least, {room.greatest.x, room.least.y + upper}}, r, distance, next);
  const Rect below{{room.least.x, upper > c.px(60) ? room.least.y + upper + c.px(14) : room.least.y},
                   {room.greatest.x, room.greatest.y - note}};
  const float gap = c.px(10);
  const int columns = below.width() > c.px(500) ? 5 : 3, rows = (5 + columns - 1) / columns;
  const float width = (below.width() - gap * static_cast<float>(columns - 1)) / static_cast<float>(columns),
              height = (below.height() - gap * static_cast<float>(rows - 1)) / static_cast<float>(rows);
  if (width < c.px(50) || height < c.px(28)) return;
  const bool hidden = scene.options.flag(rivals_rows::hide_verdict());
  for (int k = 0; k < 5; ++k) {
    const ImVec2 corner{below.least.x + static_cast<float>(k % columns) * (width + gap),
                        below.least.y + static_cast<float>(k / columns) * (height + gap)};
    draw_card(c, {corner, {corner.x + width, corner.y + height}}, cards[static_cast<std::size_t>(k)], hidden, k == 4);
  }
  if (note > 0 && !hidden)
    put(c, room, {room.least.x, room.greatest.y - c.px(22)}, c.fonts.small, c.theme.dim,
        "if fine-tuned and tested: a formula only puts angles in range");
}

} // namespace ropescope::pictures
