#include "app/canvas/curves.h"

#include <algorithm>
#include <cmath>

#include <glm/glm.hpp>

#include "app/canvas/imgui_compat.h"

namespace ropescope::canvas {

namespace {

constexpr std::size_t points_at_once = 8000; // Dear ImGui counts a line's vertices in 16 bits

/// Whether a line turns back there: Dear ImGui's joints become thin at sharp corners, and a zigzag gets gaps.
bool turns_back(ImVec2 before, ImVec2 at, ImVec2 after) {
  return (at.x - before.x) * (after.x - at.x) + (at.y - before.y) * (after.y - at.y) < 0;
}

/// Each piece begins with the last point of the one before, so that no gap is seen.
void draw_solid(ImDrawList* list, std::span<const ImVec2> points, ImU32 colour, float thickness) {
  for (std::size_t begin = 0, end = 0; begin + 1 < points.size(); begin = end) {
    end = begin + 1;
    while (end + 1 < points.size() && end - begin + 1 < points_at_once &&
           !turns_back(points[end - 1], points[end], points[end + 1]))
      ++end;
    compat::polyline(list, points.data() + begin, static_cast<int>(end - begin + 1), colour, false,
                     whole_stroke(thickness));
  }
}

} // namespace

void draw_line(ImDrawList* list, std::span<const ImVec2> points, ImU32 colour, float thickness, const Dash& dash) {
  if (points.size() < 2) return;
  if (dash.solid()) return draw_solid(list, points, colour, thickness);
  // The line is walked point by point. `left` is how much of the present dash or gap is still to go; where a segment is
  // longer than that, it is cut there and the next part begins. Dear ImGui's path collects the points of one dash.
  list->PathLineTo(points[0]);
  std::size_t part = 0; // even parts are drawn
  float left = dash.length[0];
  const auto finish = [&] {
    if (part % 2 == 0 && list->_Path.Size > 1)
      compat::path_stroke(list, colour, false, whole_stroke(thickness));
    else
      list->PathClear();
  };
  for (std::size_t i = 1; i < points.size(); ++i) {
    glm::vec2 from{points[i - 1].x, points[i - 1].y};
    const glm::vec2 to{points[i].x, points[i].y};
    for (float length = glm::distance(from, to); length >= left; length = glm::distance(from, to)) {
      // Two points at one place have no direction; the cut is then where both are.
      from += (to - from) * (length > 0 ? left / length : 0.0f);
      list->PathLineTo({from.x, from.y});
      finish();
      part = (part + 1) % 4;
      left = dash.length[part];
      list->PathLineTo({from.x, from.y});
    }
    left -= glm::distance(from, to);
    list->PathLineTo(points[i]);
  }
  finish();
}

namespace {

/// Trapezoids between neighbouring columns, from `top` to `bottom` of each. They are written as triangles without
/// smooth edges: a band is translucent, and smooth edges would be blended twice where two trapezoids meet.
template <typename Top, typename Bottom>
void draw_strip(ImDrawList* list, std::span<const Span> columns, ImU32 colour, Top top, Bottom bottom) {
  const ImVec2 white = ImGui::GetFontTexUvWhitePixel();
  const std::size_t count = columns.size();
  list->PrimReserve(static_cast<int>(6 * (count - 1)), static_cast<int>(2 * count));
  const auto first = static_cast<unsigned>(list->_VtxCurrentIdx);
  for (const Span& s : columns) {
    list->PrimWriteVtx({s.x, top(s)}, white, colour);
    list->PrimWriteVtx({s.x, bottom(s)}, white, colour);
  }
  for (unsigned i = 0; i + 1 < count; ++i)
    // Two triangles from this column's top (0) and bottom (1) and the next one's (2, 3).
    for (const unsigned corner : {0u, 1u, 2u, 2u, 1u, 3u})
      list->PrimWriteIdx(static_cast<ImDrawIdx>(first + 2 * i + corner));
}

} // namespace

void draw_band(ImDrawList* list, std::span<const Span> columns, ImU32 colour) {
  // What some columns have in common is one rectangle, as a rasteriser is slow at narrow triangles; above and below it
  // lies a strip of triangles. Neighbours share their edges, so that nothing is blended twice.
  // 12 columns and 8 pixels are judgements: more columns have less in common, and a lower rectangle saves
  // nothing. The picture is the same whatever they are.
  constexpr std::size_t together = 12;
  const auto own_top = [](const Span& s) { return s.top; };
  const auto own_bottom = [](const Span& s) { return s.bottom; };
  for (std::size_t begin = 0; begin + 1 < columns.size(); begin += together) {
    const std::span<const Span> group = columns.subspan(begin, std::min(together + 1, columns.size() - begin));
    float top = group.front().top, bottom = group.front().bottom;
    for (const Span& s : group) {
      top = std::max(top, s.top);
      bottom = std::min(bottom, s.bottom);
    }
    if (bottom - top < 8) {
      draw_strip(list, group, colour, own_top, own_bottom);
      continue;
    }
    draw_strip(list, group, colour, own_top, [top](const Span&) { return top; });
    draw_strip(
        list, group, colour, [bottom](const Span&) { return bottom; }, own_bottom);
    list->PrimReserve(6, 4);
    list->PrimRect({group.front().x, top}, {group.back().x, bottom}, colour);
  }
}

} // namespace ropescope::canvas
