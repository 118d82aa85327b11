#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "app/pictures/check_parts.h"

namespace ropescope::pictures {

namespace {

void draw_signature(const ui::Canvas& c, ui::Rect box, const Signature& signature, const ErrorScale& scale) {
  const float words = c.px(40);
  const ui::Rect area{{std::round(box.least.x), std::round(box.least.y)},
                      {std::round(box.greatest.x), std::round(box.greatest.y - words)}};
  draw_errors(c, area, signature.errors,
              {0, static_cast<double>(signature.errors.tokens()), 0, static_cast<double>(signature.errors.pairs())},
              scale);
  ui::text(c, {area.least.x, area.greatest.y + c.px(3)}, c.fonts.small, c.theme.text,
           ui::shortened(c, c.fonts.small, signature.name, area.width()));
  ui::text(c, {area.least.x, area.greatest.y + c.px(20)}, c.fonts.small, c.theme.dim,
           ui::shortened(c, c.fonts.small, signature.sign, area.width()));
  ui::hit(c.words("signature {}{}", signature.name, '\0').data(), box);
  ui::tooltip(c.words("{}: {}{}", signature.name, signature.sign, '\0').data());
}

} // namespace

void check_gallery(const ui::Canvas& c, ui::Rect panel, const Derived& derived) {
  const ui::Rect room = heading(c, panel, "What bugs leave behind", "position downward, pair to the right");
  const std::vector<Signature>& all = derived.signatures();
  if (all.empty()) return;
  const CheckedKernel* kernel = derived.kernel().checked();
  const double unit = kernel ? std::max(kernel->rms, 1e-12) : 1.0;
  const ErrorScale scale =
      kernel ? ErrorScale{kernel->scale.least / unit, kernel->scale.greatest / unit} : ErrorScale{1e-5, 2};
  // As few rows as keep names readable.
  const auto count = static_cast<int>(all.size());
  const float least = c.px(118), gap = c.px(12);
  const int across = std::clamp(static_cast<int>((room.width() + gap) / (least + gap)), 1, count);
  const int fit = std::max(1, static_cast<int>((room.height() + gap) / (c.px(76) + gap)));
  const int down = std::min(fit, (count + across - 1) / across), columns = std::min(across, (count + down - 1) / down);
  const float width = (room.width() + gap) / static_cast<float>(columns) - gap,
              height = (room.height() - c.px(8) + gap) / static_cast<float>(down) - gap;
  for (int s = 0; s < std::min(count, columns * down); ++s) {
    const float x = room.least.x + static_cast<float>(s % columns) * (width + gap),
                y = room.least.y + c.px(8) + static_cast<float>(s / columns) * (height + gap);
    draw_signature(c, {{x, y}, {x + width, y + height}}, all[static_cast<std::size_t>(s)], scale);
  }
}

} // namespace ropescope::pictures
