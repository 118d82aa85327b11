#include <algorithm>
#include <string_view>

#include "app/pictures/parts.h"

namespace ropescope::pictures {

namespace {

/// Where the pictures of the overview lie; one that has no room has no width.
struct Layout {
  Rect rotations, pair, wavelengths, score;
};

/// The score gets the whole width and 56 % of the height, as its distances need columns. Above it the wall of dials
/// takes what pair and wavelengths leave. In a small window the pair goes first, then the wavelengths, then the dials.
Layout layout_of(const Canvas& c, Rect stage) {
  // Pixels at scale 1: the least height of the stage with two rows, of the upper row with the pair in it, and the least
  // width of the wall.
  constexpr float two_rows = 330, high = 230, least_wall = 380;
  if (stage.height() < c.px(two_rows) || stage.width() < c.px(least_wall)) return {{}, {}, {}, stage};
  const float space = c.px(12), upper = stage.height() * 0.435f, split = stage.least.y + upper, width = stage.width();
  // A larger window gives all of them more, and the wall the most.
  const float of_pair = std::clamp(width * 0.16f, c.px(248), std::max(c.px(248), upper * 0.45f)),
              of_wavelengths = std::clamp(width * 0.2f, c.px(300), c.px(620));
  Layout l{.rotations = {stage.least, {stage.greatest.x, split}},
           .pair = {},
           .wavelengths = {},
           .score = {{stage.least.x, split + space}, stage.greatest}};
  float& right = l.rotations.greatest.x;
  if (width - of_wavelengths - space >= c.px(least_wall)) {
    l.wavelengths = {{right - of_wavelengths, stage.least.y}, {right, split}};
    right -= of_wavelengths + space;
  }
  if (l.rotations.width() - of_pair - space >= c.px(least_wall) && upper >= c.px(high)) {
    l.pair = {{right - of_pair, stage.least.y}, {right, split}};
    right -= of_pair + space;
  }
  return l;
}

constexpr std::string_view parts[] = {"rotations", "pair", "wavelengths", "score"};

void update(const Scene& scene, Derived& derived, gpu::Engines& engines, Patience patience) {
  for (const std::string_view part : parts)
    if (const auto update_part = find_picture(part)->update) update_part(scene, derived, engines, patience);
}

void draw(const Canvas& c, Rect stage, const Scene& scene, const Derived& derived, Scene& next) {
  const Layout l = layout_of(c, stage);
  if (l.pair.width() > 0) panel(c, {l.rotations.least, l.pair.greatest}); // one ground for both
  const Rect places[] = {l.rotations, l.pair, l.wavelengths, l.score};
  for (std::size_t i = 0; i < std::size(parts); ++i)
    if (places[i].width() > 0) find_picture(parts[i])->draw(c, places[i], scene, derived, next);
}

} // namespace

const Picture overview_picture{
    .name = "overview",
    .title = "Overview",
    .line = "the whole window: dials, one pair, wavelengths, score",
    .group = Group::overview,
    .tab = "overview",
    .update = update,
    .draw = draw,
    .compares = true,
    .fills_window = true,
};

} // namespace ropescope::pictures
