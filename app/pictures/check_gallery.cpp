#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "app/pictures/check_parts.h"

namespace ropescope::pictures {

namespace {

/// How signatures are laid out: as large as lets all of them in.
struct Layout {
  int columns = 1, rows = 1;
  float gap = 0, words = 0; ///< pixels; `words`: below each picture
  bool marks = true;        ///< what to look for, below the name; else in the tooltip alone
};

/// Names alone take less room than names with marks, which are tried first.
Layout layout_of(const Canvas& c, Rect room, int count) {
  struct Style {
    float width, height, gap, words; ///< least of a cell
    bool marks;
  };
  constexpr Style styles[] = {{118, 76, 12, 40, true}, {92, 50, 8, 20, false}};
  Layout layout;
  for (const Style& style : styles) {
    const float gap = c.px(style.gap);
    const int across = std::clamp(static_cast<int>((room.width() + gap) / (c.px(style.width) + gap)), 1, count),
              fit = std::max(1, static_cast<int>((room.height() + gap) / (c.px(style.height) + gap))),
              rows = (count + across - 1) / across;
    layout = {across, std::min(rows, fit), gap, c.px(style.words), style.marks};
    // Too many rows for the height: the next style needs less. If the last style does not fit either, what fits is
    // shown.
    if (rows > fit) continue;
    layout.columns = (count + rows - 1) / rows; // spread evenly over the rows
    return layout;
  }
  return layout;
}

void draw_signature(const Canvas& c, Rect box, const Signature& signature, const ErrorScale& scale,
                    const Layout& layout) {
  const Rect area{{std::round(box.least.x), std::round(box.least.y)},
                  {std::round(box.greatest.x), std::round(box.greatest.y - layout.words)}};
  draw_errors(c, area, signature.errors,
              {0, static_cast<double>(signature.errors.tokens()), 0, static_cast<double>(signature.errors.pairs())},
              scale);
  text(c, {area.least.x, area.greatest.y + c.px(3)}, c.fonts.small, c.theme.text,
       shortened(c, c.fonts.small, signature.name, area.width()));
  if (layout.marks)
    text(c, {area.least.x, area.greatest.y + c.px(20)}, c.fonts.small, c.theme.dim,
         shortened(c, c.fonts.small, signature.mark, area.width()));
  hit(c.id("signature {}", signature.name), box);
  explain(c, c.words("{}: {}", signature.name, signature.mark));
}

} // namespace

void check_gallery(const Canvas& c, Rect panel, const Derived& derived) {
  Rect room = heading(c, panel, "What bugs leave behind", "position downward, pair to the right");
  const Signatures* made = derived.numbers<Signatures>();
  if (!made || made->empty()) return;
  const Signatures& all = *made;
  const CheckedKernel* kernel = derived.kernel().checked();
  // Signatures are errors of rows of RMS 1. The kernel's colour scale is divided by its rows' RMS, so that one colour
  // means the same error, relative to the rows, in the map and in the gallery.
  const double unit = kernel ? std::max(kernel->finding.rms, 1e-12) : 1.0;
  const ErrorScale scale = kernel
                               ? ErrorScale{kernel->finding.scale.least / unit, kernel->finding.scale.greatest / unit}
                               : ErrorScale{1e-5, 2};
  room.least.y += c.px(8);
  const auto count = static_cast<int>(all.size());
  const Layout layout = layout_of(c, room, count);
  const float width = (room.width() + layout.gap) / static_cast<float>(layout.columns) - layout.gap,
              height = (room.height() + layout.gap) / static_cast<float>(layout.rows) - layout.gap;
  for (int s = 0; s < std::min(count, layout.columns * layout.rows); ++s) {
    const float x = room.least.x + static_cast<float>(s % layout.columns) * (width + layout.gap),
                y = room.least.y + static_cast<float>(s / layout.columns) * (height + layout.gap);
    draw_signature(c, {{x, y}, {x + width, y + height}}, all[static_cast<std::size_t>(s)], scale, layout);
  }
}

} // namespace ropescope::pictures
