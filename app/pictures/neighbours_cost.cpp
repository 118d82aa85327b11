#include <algorithm>
#include <cmath>

#include "app/canvas/imgui_compat.h"
#include "app/pictures/neighbours_parts.h"

namespace ropescope::pictures {

namespace {

/// The series of a scheme of the scene's own layers, where it is drawn.
std::optional<std::size_t> find_series(const Derived& derived, std::span<const float> alphas, RopeType type) {
  for (std::size_t s = 0; s < derived.series().size(); ++s) {
    const Series& series = derived.series()[s];
    if (alphas[s] > 0 && series.layer_type.empty() && series.config.scaling.rope_type == type) return s;
  }
  return std::nullopt;
}

/// How many tokens away a tenth is lost: linear bars from 0.
float draw_bars(const Canvas& c, Rect room, const Derived& derived, std::span<const float> alphas, float names) {
  const NeighbourNumbers& numbers = *derived.numbers<NeighbourNumbers>();
  text(c, room.least, c.fonts.small, c.theme.dim, "tokens away at which the score is 0.9");
  double greatest = 1;
  for (std::size_t s = 0; s < numbers.of.size(); ++s)
    if (alphas[s] > 0) greatest = std::max(greatest, numbers.of[s].tenth_lost.value_or(0));
  const float values = c.px(86), left = room.least.x + names, width = room.width() - names - values;
  float y = room.least.y + c.px(24);
  for (std::size_t s = 0; s < numbers.of.size(); ++s) {
    if (alphas[s] == 0 || y + c.px(24) > room.greatest.y) continue;
    const Series& series = derived.series()[s];
    const auto tenth = numbers.of[s].tenth_lost;
    text(c, {room.least.x, y + c.px(3)}, c.fonts.bold, scheme_colour(c, series),
         shortened(c, c.fonts.bold, series.label, names - c.px(8)));
    if (tenth && width > c.px(20))
      c.paint.box({{left, y}, {left + std::max(2.0f, width * static_cast<float>(*tenth / greatest)), y + c.px(22)}},
                  scheme_colour(c, series), c.px(3));
    text(c, {room.greatest.x, y + c.px(2)}, c.fonts.mono, c.theme.text,
         tenth ? c.words("{}", grouped(c, *tenth, *tenth < 1000 ? 1 : 0)) : std::string_view("never"), Align::right);
    y += c.px(30);
  }
  return y;
}

/// How sharp the peak is, and as a share of that without extension.
float draw_curvature(const Canvas& c, Rect room, const Derived& derived, std::span<const float> alphas, float names) {
  const NeighbourNumbers& numbers = *derived.numbers<NeighbourNumbers>();
  const auto none = find_series(derived, alphas, RopeType::standard);
  text(c, room.least, c.fonts.small, c.theme.dim,
       shortened(c, c.fonts.small,
                 derived.head().ones ? c.words("curvature of the peak, −Σθ²/{}", derived.current().spectrum.pairs())
                                     : std::string_view("curvature at Δ = 0"),
                 room.width()));
  float y = room.least.y + c.px(24);
  for (std::size_t s = 0; s < numbers.of.size(); ++s) {
    if (alphas[s] == 0 || y + c.px(20) > room.greatest.y) continue;
    const Series& series = derived.series()[s];
    const double curvature = numbers.of[s].curvature;
    text(c, {room.least.x, y}, c.fonts.bold, scheme_colour(c, series),
         shortened(c, c.fonts.bold, series.label, names - c.px(8)));
    const float value = room.greatest.x - c.px(96);
    text(c, {value, y}, c.fonts.mono_small, c.theme.text, c.words("{}", with_sign(curvature, 6)), Align::right);
    if (none && curvature != 0) {
      const double ratio = numbers.of[*none].curvature / curvature;
      text(c, {room.greatest.x, y}, c.fonts.mono_small, c.theme.dim,
           *none == s ? std::string_view("1")
                      : c.words("1 / {}", ratio < 100   ? c.words("{:.2f}", ratio)
                                          : ratio < 1e5 ? grouped(c, ratio)
                                                        : c.words("{:.1e}", ratio)),
           Align::right);
    }
    y += c.px(26);
  }
  return y;
}

/// What the numbers say, where they say it: words of no scheme that is not drawn.
void draw_sentence(const Canvas& c, Rect room, const Derived& derived, std::span<const float> alphas) {
  const NeighbourNumbers& numbers = *derived.numbers<NeighbourNumbers>();
  const auto none = find_series(derived, alphas, RopeType::standard),
             linear = find_series(derived, alphas, RopeType::linear),
             yarn = find_series(derived, alphas, RopeType::yarn);
  if (!none || !derived.head().equal) return;
  const double whole = numbers.of[*none].curvature;
  std::string_view title, words;
  if (linear && numbers.of[*linear].curvature != 0) {
    const double fold = whole / numbers.of[*linear].curvature, s = std::sqrt(fold);
    title = c.words("PI flattens the peak {:.3g}² = {}-fold:", s, grouped(c, fold, fold < 10 ? 1 : 0));
    words = c.words("the next token scores {:.2f} % of the token itself. Models are tuned after it; this is what they "
                    "have to learn anew.",
                    100 * (1 - numbers.of[*linear].lost_at_one));
  }
  if (yarn && numbers.of[*yarn].curvature != 0 && whole / numbers.of[*yarn].curvature < 1.02) {
    constexpr std::string_view kept = "YaRN leaves the fast pairs alone, so neighbours stay as sharp as before.";
    if (title.empty())
      title = "YaRN keeps the peak:", words = kept;
    else
      words = c.words("the next token scores {:.2f} % of the token itself. {}",
                      100 * (1 - numbers.of[*linear].lost_at_one), kept);
  }
  if (title.empty()) return;
  const float pad = c.px(16), width = room.width() - 2 * pad, line = compat::font_size(c.fonts.bold) * 1.5f;
  const float high = 2 * pad + line + wrapped_height(width, c.fonts.body, words);
  if (high > room.height() || text_width(c.fonts.bold, title) > width) return;
  c.paint.box({room.least, {room.greatest.x, room.least.y + high}}, c.theme.raised, c.px(6));
  text(c, {room.least.x + pad, room.least.y + pad}, c.fonts.bold, c.theme.text, title);
  wrapped_text(c, {room.least.x + pad, room.least.y + pad + line}, width, c.fonts.body, c.theme.text, words);
}

} // namespace

void draw_cost(const Canvas& c, Rect panel, const Derived& derived, std::span<const float> alphas) {
  Rect room = heading(c, panel, "How wide the peak is", "");
  float names = c.px(60);
  for (const Series& series : derived.series())
    names = std::max(names, text_width(c.fonts.bold, series.label) + c.px(14));
  names = std::min(names, room.width() * 0.4f);
  room.least.y += c.px(4);
  room.least.y = draw_bars(c, room, derived, alphas, names) + c.px(20);
  if (room.height() < c.px(60)) return;
  room.least.y = draw_curvature(c, room, derived, alphas, names) + c.px(14);
  draw_sentence(c, room, derived, alphas);
}

} // namespace ropescope::pictures
