#pragma once
#include <functional>
#include <utility>
#include <vector>

#include "app/canvas/painter.h"

namespace ropescope::canvas {

/// An opaque area below everything else: it is cleared, which costs a fraction of a blended triangle.
struct Ground {
  Rect area;
  ImU32 colour;
};

/// A texture of OpenGL that holds `columns` × `rows` colours until the frame is drawn, the first row uppermost, and
/// blends none of them; 0 where there is none of this size.
using TextureOfColours = std::function<unsigned(std::int64_t columns, std::int64_t rows, std::span<const ImU32>)>;

/// Draws into whatever window of Dear ImGui is being filled.
class ScreenPainter final : public Painter {
public:
  /// Requires that `grounds` outlive it: they are added there, for a GroundPainter. Images are drawn from the textures
  /// that `texture_of` makes, else as rectangles.
  explicit ScreenPainter(std::vector<Ground>& grounds, TextureOfColours texture_of = {})
      : grounds_(grounds), texture_of_(std::move(texture_of)) {}

  /// Draws above all windows until it is given null again.
  void draw_above(ImDrawList* above) { above_ = above; }

  void line(ImVec2 from, ImVec2 to, ImU32 colour, float width) override;
  void polyline(std::span<const ImVec2>, ImU32 colour, float width, const Dash&) override;
  void polygon(std::span<const ImVec2>, ImU32 colour) override;
  void box(Rect, ImU32 colour, float rounding) override;
  void frame(Rect outer, ImU32 colour, float width, float rounding) override;
  void disc(ImVec2 centre, float radius, ImU32 colour, bool covered_edge) override;
  void circle(ImVec2 centre, float radius, ImU32 colour, float width) override;
  void arc(ImVec2 centre, float radius, double from, double angle, ImU32 colour, float width) override;
  void wedge(ImVec2 centre, float radius, double from, double angle, ImU32 colour) override;
  void band(std::span<const Span> columns, ImU32 colour) override;
  void image(Rect, std::int64_t columns, std::int64_t rows, std::span<const ImU32> colours) override;
  void text(ImVec2 at, ImFont*, ImU32 colour, std::string_view) override;
  void push_clip(Rect) override;
  void pop_clip() override;
  void ground(Rect, ImU32 colour, float rounding) override;
  void begin_group(std::string_view) override {}
  void end_group() override {}

private:
  ImDrawList& list() const { return above_ ? *above_ : *ImGui::GetWindowDrawList(); }

  void rectangles(Rect, std::int64_t columns, std::int64_t rows, std::span<const ImU32> colours);

  std::vector<Ground>& grounds_;
  TextureOfColours texture_of_;
  ImDrawList* above_ = nullptr;
};

} // namespace ropescope::canvas
