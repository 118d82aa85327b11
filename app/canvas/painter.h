#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include <imgui.h>

#include "app/canvas/geometry.h"

namespace ropescope::canvas {

/// What pictures are drawn with, and all they know of where they go: the screen (ScreenPainter) or a file
/// (SvgPainter, PdfPainter). Lengths are pixels, y counts downwards, angles are rad and turn counter-clockwise from the
/// right, colours are Dear ImGui's. What is drawn later lies on top, except grounds.
class Painter {
public:
  Painter() = default;
  virtual ~Painter() = default;
  Painter(const Painter&) = delete;
  Painter& operator=(const Painter&) = delete;

  /// A straight line of a width.
  virtual void line(ImVec2 from, ImVec2 to, ImU32 colour, float width) = 0;

  /// A line through points, dashed by its length. A point that is not finite is a gap.
  virtual void polyline(std::span<const ImVec2>, ImU32 colour, float width, const Dash& = {}) = 0;

  /// A filled convex polygon.
  virtual void polygon(std::span<const ImVec2>, ImU32 colour) = 0;

  /// A filled rectangle, and the outline of one that reaches to `outer`.
  virtual void box(Rect, ImU32 colour, float rounding = 0) = 0;
  virtual void frame(Rect outer, ImU32 colour, float width, float rounding = 0) = 0;

  /// A filled circle. `covered_edge`: another stroke covers its edge, which needs no smoothing.
  virtual void disc(ImVec2 centre, float radius, ImU32 colour, bool covered_edge = false) = 0;

  /// The outline of a circle, and a part of it.
  virtual void circle(ImVec2 centre, float radius, ImU32 colour, float width) = 0;
  virtual void arc(ImVec2 centre, float radius, double from, double angle, ImU32 colour, float width) = 0;

  /// A filled sector of a circle, 0 … 2π wide. Opaque.
  virtual void wedge(ImVec2 centre, float radius, double from, double angle, ImU32 colour) = 0;

  /// The area between neighbouring columns, from the top to the bottom of each. A column that is not finite is a gap.
  virtual void band(std::span<const Span> columns, ImU32 colour) = 0;

  /// `columns` × `rows` opaque colours, row by row from the top, stretched over a rectangle without blending them.
  virtual void image(Rect, std::int64_t columns, std::int64_t rows, std::span<const ImU32> colours) = 0;

  /// Words whose top left corner is `at`.
  virtual void text(ImVec2 at, ImFont*, ImU32 colour, std::string_view) = 0;

  /// What follows is seen within the rectangle alone, and within those pushed before.
  virtual void push_clip(Rect) = 0;
  virtual void pop_clip() = 0;

  /// An opaque area below everything else, whenever it is asked for; later ones lie on earlier ones.
  virtual void ground(Rect, ImU32 colour, float rounding = 0) = 0;

  /// What follows belongs together and has a name ("yarn", "axes"), for whoever opens the file.
  virtual void begin_group(std::string_view name) = 0;
  virtual void end_group() = 0;

  void triangle(ImVec2 a, ImVec2 b, ImVec2 c, ImU32 colour) {
    const ImVec2 corners[] = {a, b, c};
    polygon(corners, colour);
  }
};

/// How large a pixel is where nobody says: 1/96 inch, as CSS has it. In points, 1/72 inch.
inline constexpr double points_of_css_pixel = 0.75;

/// What a file says beside what was drawn.
struct Page {
  ImVec2 size;                                   ///< pixels
  ImU32 ground;                                  ///< fills it, below all else
  std::string_view title;                        ///< for whoever lists files, where the format has a place for it
  std::string_view scene;                        ///< JSON that the file carries
  double points_per_pixel = points_of_css_pixel; ///< how large it is on paper
};

/// A painter whose picture becomes a file.
class FilePainter : public Painter {
public:
  /// The whole file: the page's ground, then grounds, then all else. Throws Error where it cannot be made.
  virtual std::string document(const Page&) const = 0;
};

} // namespace ropescope::canvas
