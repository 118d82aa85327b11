#include "app/canvas/screen_painter.h"

#include <numbers>

#include "app/canvas/curves.h"
#include "app/canvas/imgui_compat.h"
#include "app/canvas/shapes.h"

namespace ropescope::canvas {

namespace {

constexpr double turn = 2 * std::numbers::pi;

/// Straight pieces that make an arc of this radius and angle look round: within a quarter of a pixel, and of large
/// ones, which are few and whose corners the eye follows, within a twentieth.
int pieces(float radius, double angle) {
  // A chord over the angle α lies r·(1 − cos(α/2)) inside its arc; that is as many pixels as allowed for this α.
  const double allowed = radius < 60 ? 0.25 : 0.05;
  const double of_one = 2 * std::acos(1 - allowed / std::max(1.0, static_cast<double>(radius)));
  return std::max(2, static_cast<int>(std::ceil(std::abs(angle) / of_one)));
}

void arc_path(ImDrawList& list, ImVec2 centre, float radius, double from, double angle) {
  const int parts = pieces(radius, angle);
  for (int i = 0; i <= parts; ++i) list.PathLineTo(on_circle(centre, radius, from + angle * i / parts));
}

} // namespace

void ScreenPainter::line(ImVec2 from, ImVec2 to, ImU32 colour, float width) { list().AddLine(from, to, colour, width); }

void ScreenPainter::polyline(std::span<const ImVec2> points, ImU32 colour, float width, const Dash& dash) {
  for_each_stretch(points, [&](std::span<const ImVec2> stretch) { draw_line(&list(), stretch, colour, width, dash); });
}

void ScreenPainter::polygon(std::span<const ImVec2> corners, ImU32 colour) {
  list().AddConvexPolyFilled(corners.data(), static_cast<int>(corners.size()), colour);
}

void ScreenPainter::box(Rect r, ImU32 colour, float rounding) {
  list().AddRectFilled(r.least, r.greatest, colour, rounding);
}

void ScreenPainter::frame(Rect outer, ImU32 colour, float width, float rounding) {
  compat::rectangle(&list(), outer.least, outer.greatest, colour, rounding, width);
}

void ScreenPainter::disc(ImVec2 centre, float radius, ImU32 colour, bool covered_edge) {
  if (!covered_edge) return list().AddCircleFilled(centre, radius, colour);
  // A smooth edge costs Dear ImGui twice the vertices of the disc.
  const ImDrawListFlags flags = list().Flags;
  list().Flags &= ~ImDrawListFlags_AntiAliasedFill;
  list().AddCircleFilled(centre, radius, colour, pieces(radius, turn));
  list().Flags = flags;
}

void ScreenPainter::circle(ImVec2 centre, float radius, ImU32 colour, float width) {
  // Small circles take Dear ImGui's own number of corners, from a table.
  constexpr float small = 8;
  list().AddCircle(centre, radius, colour, radius < small ? 0 : pieces(radius, turn), width);
}

void ScreenPainter::arc(ImVec2 centre, float radius, double from, double angle, ImU32 colour, float width) {
  arc_path(list(), centre, radius, from, angle);
  compat::path_stroke(&list(), colour, false, width);
}

/// One fan without inner edges: triangles blended one by one would show their seams.
void ScreenPainter::wedge(ImVec2 centre, float radius, double from, double angle, ImU32 colour) {
  ImDrawList& l = list();
  const int parts = pieces(radius, angle);
  const ImVec2 white = ImGui::GetFontTexUvWhitePixel();
  l.PrimReserve(3 * parts, parts + 2);
  const auto first = static_cast<unsigned>(l._VtxCurrentIdx);
  l.PrimWriteVtx(centre, white, colour);
  for (int i = 0; i <= parts; ++i) l.PrimWriteVtx(on_circle(centre, radius, from + angle * i / parts), white, colour);
  for (unsigned i = 0; i < static_cast<unsigned>(parts); ++i)
    for (const unsigned corner : {0u, i + 1, i + 2}) l.PrimWriteIdx(static_cast<ImDrawIdx>(first + corner));
  arc_path(l, centre, radius, from, angle);
  compat::path_stroke(&l, colour, false, 1); // the edge, smoothed
}

void ScreenPainter::band(std::span<const Span> columns, ImU32 colour) {
  for_each_stretch(columns, [&](std::span<const Span> stretch) { draw_band(&list(), stretch, colour); });
}

static_assert(IM_COL32_R_SHIFT == 0 && IM_COL32_B_SHIFT == 16, "a texture's colours are bytes R, G, B, A");

/// A map has a cell for nearly every pixel: as rectangles that is a hundred thousand vertices, as a texture four.
void ScreenPainter::image(Rect r, std::int64_t columns, std::int64_t rows, std::span<const ImU32> colours) {
  constexpr std::size_t few = 128; // rectangles cost less than a draw call of their own
  const unsigned texture = texture_of_ && colours.size() > few ? texture_of_(columns, rows, colours) : 0;
  if (texture == 0) return rectangles(r, columns, rows, colours);
  // Whole pixels, each of which has the colour that lies under its middle.
  const ImVec2 least{std::round(r.least.x), std::round(r.least.y)},
      greatest{std::round(r.greatest.x), std::round(r.greatest.y)};
  const auto place = [&](ImVec2 at) {
    return ImVec2{(at.x - r.least.x) / r.width(), (at.y - r.least.y) / r.height()};
  };
  if (greatest.x > least.x && greatest.y > least.y)
    list().AddImage(compat::texture_id(texture), least, greatest, place(least), place(greatest));
}

void ScreenPainter::rectangles(Rect r, std::int64_t columns, std::int64_t rows, std::span<const ImU32> colours) {
  ImDrawList& l = list();
  const auto x = [&](std::int64_t column) {
    return std::round(r.least.x + r.width() * static_cast<float>(column) / static_cast<float>(columns));
  };
  const auto y = [&](std::int64_t row) {
    return std::round(r.least.y + r.height() * static_cast<float>(row) / static_cast<float>(rows));
  };
  for (std::int64_t row = 0; row < rows; ++row) {
    const float top = y(row), bottom = y(row + 1);
    if (bottom <= top) continue;
    const auto line = colours.subspan(static_cast<std::size_t>(row * columns), static_cast<std::size_t>(columns));
    // Neighbours of one colour become one rectangle: most of a map is even, and each rectangle costs four vertices.
    for (std::int64_t begin = 0, end = 0; begin < columns; begin = end) {
      const ImU32 colour = line[static_cast<std::size_t>(begin)];
      for (end = begin + 1; end < columns && line[static_cast<std::size_t>(end)] == colour;) ++end;
      if (x(end) <= x(begin)) continue;
      l.PrimReserve(6, 4);
      l.PrimRect({x(begin), top}, {x(end), bottom}, colour);
    }
  }
}

void ScreenPainter::text(ImVec2 at, ImFont* font, ImU32 colour, std::string_view words) {
  list().AddText(font, compat::font_size(font), at, colour, words.data(), words.data() + words.size());
}

void ScreenPainter::push_clip(Rect r) { list().PushClipRect(r.least, r.greatest, true); }

void ScreenPainter::pop_clip() { list().PopClipRect(); }

void ScreenPainter::ground(Rect r, ImU32 colour, float rounding) {
  // Whole pixels, since glClear knows no others: neighbours then share an edge without a gap.
  const float left = std::round(r.least.x), top = std::round(r.least.y), right = std::round(r.greatest.x),
              bottom = std::round(r.greatest.y), round = std::round(rounding);
  if (round <= 0) return grounds_.push_back({{{left, top}, {right, bottom}}, colour});
  // Two cleared rectangles leave out the squares at the four corners. In each of those Dear ImGui draws a quarter of a
  // disc, with a smooth edge.
  grounds_.push_back({{{left + round, top}, {right - round, bottom}}, colour});
  grounds_.push_back({{{left, top + round}, {left + round, bottom - round}}, colour});
  grounds_.push_back({{{right - round, top + round}, {right, bottom - round}}, colour});
  ImDrawList& l = list();
  const auto corner = [&](float x, float y, int quarter) {
    l.PathLineTo({x, y});
    // Dear ImGui counts this arc in twelfths of a turn, clockwise from the right.
    l.PathArcToFast({x, y}, round, 3 * quarter, 3 * quarter + 3);
    l.PathFillConvex(colour);
  };
  corner(right - round, bottom - round, 0);
  corner(left + round, bottom - round, 1);
  corner(left + round, top + round, 2);
  corner(right - round, top + round, 3);
}

} // namespace ropescope::canvas
