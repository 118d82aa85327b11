#pragma once
#include <algorithm>
#include <cmath>
#include <span>
#include <string_view>

#include <imgui.h>

#include "app/canvas/geometry.h"
#include "app/canvas/imgui_compat.h"

// What painters share: which shapes are seen at all, and where Dear ImGui puts them. A file must look like the screen.

namespace ropescope::canvas {

/// Dear ImGui draws lines, and outlines of rectangles and circles, half a pixel within what it is asked for, so that a
/// line of one pixel fills a row of pixels. It does not so to polylines, arcs and whatever is filled.
inline constexpr float half_pixel = 0.5f;

/// What lies a million pixels outside is not seen; greater numbers cost viewers of files their precision.
inline constexpr float far_outside = 1e6f;

template <typename... Lengths>
bool finite(Lengths... lengths) {
  return (std::isfinite(lengths) && ...);
}
inline bool finite(ImVec2 p) { return finite(p.x, p.y); }
inline bool finite(const Span& s) { return finite(s.x, s.top, s.bottom); }
inline bool finite(Rect r) { return finite(r.least) && finite(r.greatest); }

/// One of red, green, blue and opacity, 0 … 255, by its shift in Dear ImGui's colours.
inline unsigned channel(ImU32 colour, int shift) { return colour >> shift & 0xff; }

inline bool seen(ImU32 colour) { return channel(colour, IM_COL32_A_SHIFT) > 0; }
inline bool seen(ImU32 colour, float width) { return seen(colour) && finite(width) && width > 0; }

/// Calls `draw` with each stretch of neighbours that are finite.
template <typename Item, typename Draw>
void for_each_stretch(std::span<const Item> items, Draw draw) {
  for (std::size_t begin = 0, end = 0; begin < items.size(); begin = end + 1) {
    for (end = begin; end < items.size() && finite(items[end]);) ++end;
    draw(items.subspan(begin, end - begin));
  }
}

/// The rectangle with its corners in order, and no further outside than is good for a file. Half as far as a point may
/// be, since the width is a length too.
inline Rect ordered(Rect r) {
  const auto edge = [](float at) { return std::clamp(at, -far_outside / 2, far_outside / 2); };
  return {{edge(std::min(r.least.x, r.greatest.x)), edge(std::min(r.least.y, r.greatest.y))},
          {edge(std::max(r.least.x, r.greatest.x)), edge(std::max(r.least.y, r.greatest.y))}};
}

/// Dear ImGui rounds corners by less where a side is short.
inline float round_corners(Rect r, float rounding) {
  return std::max(0.0f, std::min({rounding, r.width() / 2 - 1, r.height() / 2 - 1}));
}

/// A clip that is not finite hides nothing that another one does not; one whose corners are exchanged hides all.
inline Rect clipped_area(Rect r) {
  if (!finite(r)) return {{-far_outside, -far_outside}, {far_outside, far_outside}};
  return {r.least, {std::max(r.least.x, r.greatest.x), std::max(r.least.y, r.greatest.y)}};
}

/// Grounds lie on whole pixels, since glClear knows no others.
inline Rect on_whole_pixels(Rect r) {
  return {{std::round(r.least.x), std::round(r.least.y)}, {std::round(r.greatest.x), std::round(r.greatest.y)}};
}

/// Calls `draw` with each line of a text that is more than spaces, and where its top left corner lies: Dear ImGui
/// begins a text on a whole pixel, and another line at each newline.
template <typename Draw>
void for_each_line(ImVec2 at, const ImFont* font, std::string_view words, Draw draw) {
  for (ImVec2 begin{std::floor(at.x), std::floor(at.y)}; !words.empty(); begin.y += compat::font_size(font)) {
    const std::string_view line = words.substr(0, words.find('\n'));
    if (line.find_first_not_of(' ') != std::string_view::npos) draw(begin, line);
    words.remove_prefix(std::min(line.size() + 1, words.size()));
  }
}

} // namespace ropescope::canvas
