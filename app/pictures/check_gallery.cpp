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

/// The errors alone, on whole pixels.
void draw_map(const Canvas& c, Rect area, const Signature& signature, const ErrorScale& scale) {
  area = {{std::round(area.least.x), std::round(area.least.y)},
          {std::round(area.greatest.x), std::round(area.greatest.y)}};
  draw_errors(c, area, signature.errors,
              {0, static_cast<double>(signature.errors.tokens()), 0, static_cast<double>(signature.errors.pairs())},
              scale);
}

/// One among the others, with its name below it. Returns whether it was clicked.
bool draw_signature(const Canvas& c, Rect box, const Signature& signature, const ErrorScale& scale,
                    const Layout& layout, bool chosen) {
  const Rect area{box.least, {box.greatest.x, box.greatest.y - layout.words}};
  // What stands below it is not said again over its neighbour.
  const bool told = layout.marks && text_width(c.fonts.small, signature.mark) <= area.width() &&
                    text_width(c.fonts.small, signature.name) <= area.width();
  const bool clicked = press(c, c.id("signature {}", signature.name), box,
                             told ? "Click: larger." : c.words("{}: {}", signature.name, signature.mark));
  const bool hovered = ImGui::IsItemHovered();
  draw_map(c, area, signature, scale);
  if (chosen || hovered) c.paint.frame(area.inset(-2, -2), chosen ? c.theme.accent : c.theme.outline, c.stroke(2));
  const std::string_view name = shortened(c, c.fonts.small, signature.name, area.width()),
                         mark = shortened(c, c.fonts.small, signature.mark, area.width());
  text(c, {area.least.x, area.greatest.y + c.px(3)}, c.fonts.small, c.theme.text, name);
  if (layout.marks) text(c, {area.least.x, area.greatest.y + c.px(20)}, c.fonts.small, c.theme.dim, mark);
  return clicked;
}

/// One of them large, with all its words; returns whether it was clicked.
bool draw_large(const Canvas& c, Rect room, const Signature& signature, const ErrorScale& scale) {
  const float words = c.px(64);
  const Rect area{room.least, {room.greatest.x, room.greatest.y - words}};
  draw_map(c, area, signature, scale);
  text(c, {area.least.x, area.greatest.y + c.px(6)}, c.fonts.bold, c.theme.text,
       shortened(c, c.fonts.bold, signature.name, area.width()));
  wrapped_text(c, {area.least.x, area.greatest.y + c.px(28)}, area.width(), c.fonts.small, c.theme.dim, signature.mark);
  return hit("large signature", area);
}

} // namespace

void check_gallery(const Canvas& c, Rect panel, const Scene& scene, const Derived& derived, Scene& next) {
  Rect room =
      heading(c, panel, "What bugs leave behind", "position downward, pair to the right; click one to enlarge it");
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
  if (room.width() < c.px(92) || room.height() < c.px(50)) return;
  const Value kept = scene.options[check_signature];
  const std::string* const wanted = std::get_if<std::string>(&kept);
  const auto chosen =
      std::find_if(all.begin(), all.end(), [&](const Signature& s) { return wanted && s.name == *wanted; });
  if (chosen != all.end() && room.width() > c.px(420) && room.height() > c.px(150)) {
    const float split = room.least.x + room.width() * 0.5f;
    if (draw_large(c, {room.least, {split - c.px(16), room.greatest.y}}, *chosen, scale))
      next.options.set(check_signature, Value());
    room.least.x = split;
  }
  const auto count = static_cast<int>(all.size());
  const Layout layout = layout_of(c, room, count);
  const float width = (room.width() + layout.gap) / static_cast<float>(layout.columns) - layout.gap,
              height = (room.height() + layout.gap) / static_cast<float>(layout.rows) - layout.gap;
  for (int s = 0; s < std::min(count, layout.columns * layout.rows); ++s) {
    const Signature& one = all[static_cast<std::size_t>(s)];
    const float x = room.least.x + static_cast<float>(s % layout.columns) * (width + layout.gap),
                y = room.least.y + static_cast<float>(s / layout.columns) * (height + layout.gap);
    const bool is_chosen = chosen != all.end() && &one == &*chosen;
    if (draw_signature(c, {{x, y}, {x + width, y + height}}, one, scale, layout, is_chosen))
      next.options.set(check_signature, is_chosen ? Value() : Value(one.name));
  }
}

} // namespace ropescope::pictures
