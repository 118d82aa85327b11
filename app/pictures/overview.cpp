#include <string_view>

#include "app/pictures/parts.h"

namespace ropescope::pictures {

namespace {

/// Where the pictures of the overview lie.
struct Layout {
  Rect rotations, pair, wavelengths, score;
};

/// The score gets the whole width and 56 % of the height, as its distances need columns. Above it the pair and the
/// wavelengths are of fixed width, and the wall of dials takes what is left.
Layout layout_of(const Canvas& c, Rect stage) {
  const float space = c.px(12), split = stage.least.y + stage.height() * 0.435f;
  const float right = stage.greatest.x - c.px(300), pair_left = right - space - c.px(248);
  return {.rotations = {stage.least, {pair_left, split}},
          .pair = {{pair_left, stage.least.y}, {right - space, split}},
          .wavelengths = {{right, stage.least.y}, {stage.greatest.x, split}},
          .score = {{stage.least.x, split + space}, stage.greatest}};
}

constexpr std::string_view parts[] = {"rotations", "pair", "wavelengths", "score"};

void update(const Scene& scene, Derived& derived, gpu::Engines& engines, Patience patience) {
  for (const std::string_view part : parts)
    if (const auto update_part = find_picture(part)->update) update_part(scene, derived, engines, patience);
}

void draw(const Canvas& c, Rect stage, const Scene& scene, const Derived& derived, Scene& next) {
  const Layout l = layout_of(c, stage);
  panel(c, {l.rotations.least, l.pair.greatest}); // one ground for both
  const Rect places[] = {l.rotations, l.pair, l.wavelengths, l.score};
  for (std::size_t i = 0; i < std::size(parts); ++i) find_picture(parts[i])->draw(c, places[i], scene, derived, next);
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
