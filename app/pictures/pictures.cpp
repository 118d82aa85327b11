#include "app/pictures/pictures.h"

#include <algorithm>
#include <iterator>

namespace ropescope::pictures {

namespace {

constexpr Picture list[] = {
    {"rotations", "Rotations", "the wall of dials: every pair's query, key and the angle between them", rotations},
    {"pair", "Pair", "one pair, query and key, with its numbers", pair},
    {"wavelengths", "Wavelengths", "tokens per full turn of every pair, against the trained context", wavelengths},
    {"score", "Score", "score versus distance: local mean, least and greatest of every integer distance", score},
};

} // namespace

std::span<const Picture> all() { return list; }

const Picture* find(std::string_view name) {
  const auto found = std::find_if(std::begin(list), std::end(list), [&](const Picture& p) { return p.name == name; });
  return found == std::end(list) ? nullptr : found;
}

ui::Rect heading(const ui::Canvas& c, ui::Rect panel, std::string_view title, std::string_view remark) {
  ui::panel(c, panel);
  const ui::Rect inner = panel.inset(c.px(18), c.px(14));
  const float width = ui::text(c, inner.least, c.fonts.title, c.theme.text, title);
  const float left = width + c.px(12);
  if (!remark.empty() && inner.width() - left > c.px(40))
    ui::text(c, {inner.least.x + left, inner.least.y + c.px(4)}, c.fonts.small, c.theme.dim,
             ui::shortened(c.fonts.small, remark, inner.width() - left));
  return {{inner.least.x, inner.least.y + c.px(32)}, inner.greatest};
}

} // namespace ropescope::pictures
