#include <algorithm>
#include <span>
#include <string_view>

#include "app/pictures/dial.h"
#include "app/pictures/overview_parts.h"
#include "core/analysis/turns.h"

namespace ropescope::pictures {

namespace {

/// Where the pictures of the overview lie; one that has no room has no width.
struct Layout {
  Rect tokens, rotations, pair, chain, wavelengths, score;
};

/// Four rows of reading: the tokens, their dials and the chain, and below the score at every distance with the
/// wavelengths. In a small window the pair goes first, then the wavelengths; the chain becomes its number, the tokens a
/// ruler; at last the score alone stays.
Layout layout_of(const Canvas& c, Rect stage) {
  // Pixels at scale 1: the least height of the stage with two rows, with a line of tokens that has a title, of the
  // upper row with the pair in it, and the least width of the wall.
  constexpr float two_rows = 330, titled = 640, high = 230, least_wall = 380;
  Layout l;
  l.score = stage;
  if (stage.height() < c.px(two_rows) || stage.width() < c.px(least_wall)) return l;
  const float space = c.px(12);
  float top = stage.least.y;
  const float of_tokens = stage.height() >= c.px(titled) ? c.px(104) : stage.height() >= c.px(400) ? c.px(40) : 0;
  if (of_tokens > 0) {
    l.tokens = {stage.least, {stage.greatest.x, top + of_tokens}};
    top += of_tokens + space;
  }
  const float rest = stage.greatest.y - top, upper = rest * 0.42f, split = top + upper, width = stage.width();
  l.score.least.y = split + space;
  l.rotations = {{stage.least.x, top}, {stage.greatest.x, split}};
  float& right = l.rotations.greatest.x;
  // The number alone where the plane would leave the dials too little.
  const float plane = std::clamp(width * 0.33f, c.px(290), std::max(c.px(290), upper * 1.35f)), number = c.px(190);
  const float of_chain = width - plane - space >= c.px(least_wall + 110) && upper >= c.px(190) ? plane : number;
  if (width - of_chain - space < c.px(least_wall) && of_tokens > 0) {
    // Without the chain there is nothing to lead through, and the tokens go too.
    l.rotations.least.y = stage.least.y;
    l.tokens = {};
  }
  if (width - of_chain - space >= c.px(least_wall)) {
    l.chain = {{right - of_chain, top}, {right, split}};
    right -= of_chain + space;
  }
  const float of_pair = std::clamp(width * 0.16f, c.px(248), std::max(c.px(248), upper * 0.45f));
  if (l.rotations.width() - of_pair - space >= c.px(least_wall) && upper >= c.px(high)) {
    l.pair = {{right - of_pair, top}, {right, split}};
    right -= of_pair + space;
  }
  const float of_wavelengths = std::clamp(width * 0.26f, c.px(300), c.px(760));
  if (width - of_wavelengths - space >= c.px(500) && l.score.height() >= c.px(220)) {
    l.wavelengths = {{stage.greatest.x - of_wavelengths, l.score.least.y}, stage.greatest};
    l.score.greatest.x -= of_wavelengths + space;
  }
  return l;
}

constexpr std::string_view parts[] = {"rotations", "pair", "score", "wavelengths"};

void update(const Scene& scene, Derived& derived, gpu::Engines& engines, Patience patience) {
  for (const std::string_view part : parts)
    if (const auto update_part = find_picture(part)->update) update_part(scene, derived, engines, patience);
  update_overview_chain(scene, derived);
}

/// The first of some words that fits into a width behind a title and the number before it; empty where none does.
std::string_view fitting(const Canvas& c, float width, std::string_view title,
                         std::span<const std::string_view> words) {
  const float free = width - c.px(36 + 34 + 16) - text_width(c.fonts.title, title);
  for (const std::string_view each : words)
    if (text_width(c.fonts.small, each) <= free) return each;
  return {};
}

/// "18 of 64 never turn once in training", or less of it.
std::string_view slow_words(const Canvas& c, float width, std::string_view title, const Derived& derived) {
  const std::vector<double>& theta = derived.trained().inv_freq;
  const std::int64_t slow = incomplete_pairs(theta, derived.trained_reach());
  const std::string_view words[] = {slow == 0 ? "every pair turns at least once in training"
                                              : c.words("{} of {} never turn once in training", slow, theta.size()),
                                    c.words("{} of {} never turn once", slow, theta.size()),
                                    c.words("{} below a turn", slow)};
  return fitting(c, width, title, words);
}

/// The titles of the parts read as one sentence, in the order of their numbers.
void draw(const Canvas& c, Rect stage, const Scene& scene, const Derived& derived, Scene& next) {
  const Layout l = layout_of(c, stage);
  if (l.pair.width() > 0) panel(c, {l.rotations.least, l.pair.greatest}); // one ground for both
  const auto part = [&](int step, std::string_view title, std::string_view remark = {}) {
    Canvas of_part = c;
    of_part.step = step;
    of_part.title = title;
    of_part.remark = remark;
    return of_part;
  };
  const auto draw_picture = [&](std::string_view name, const Canvas& canvas, Rect place) {
    if (place.width() > 0) find_picture(name)->draw(canvas, place, scene, derived, next);
  };
  if (l.chain.width() == 0) { // nothing to lead through
    draw_picture("rotations", c, l.rotations);
    if (l.pair.width() > 0) draw_one_pair(c, l.pair, scene, derived, next);
    return draw_picture("score", c, l.score);
  }
  if (l.tokens.width() > 0)
    draw_tokens(part(1, c.words("Two tokens, {} apart", grouped(c, static_cast<double>(std::abs(scene.m - scene.n))))),
                l.tokens, scene, derived, next);
  draw_picture("rotations",
               part(2, c.words("turn {} dials, each at its own speed", derived.current().spectrum.pairs())),
               l.rotations);
  if (l.pair.width() > 0) draw_one_pair(c, l.pair, scene, derived, next);
  const std::string_view whole = "their angles, as arrows end to end";
  const bool fits = text_width(c.fonts.title, whole) <= l.chain.width() - c.px(36 + 34);
  draw_overview_chain(part(3, fits ? whole : "the score"), l.chain, scene, derived, next);
  draw_picture("score",
               part(4, derived.head().equal ? "and so it falls with the distance" : "and so at every distance"),
               l.score);
  const std::string_view slowness = "as pairs turn ever slower";
  draw_picture("wavelengths", part(5, slowness, slow_words(c, l.wavelengths.width(), slowness, derived)),
               l.wavelengths);
}

} // namespace

const Picture overview_picture{
    .name = "overview",
    .title = "Overview",
    .line = "the whole window: two tokens, dials, the chain, the score at every distance, wavelengths",
    .group = Group::overview,
    .tab = "overview",
    .update = update,
    .draw = draw,
    .compares = true,
    .fills_window = true,
};

} // namespace ropescope::pictures
