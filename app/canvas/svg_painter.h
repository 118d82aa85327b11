#pragma once
#include <string>
#include <vector>

#include "app/canvas/fonts.h"
#include "app/canvas/painter.h"

namespace ropescope::canvas {

/// Dear ImGui (stb_truetype) asks a font for the height from its ascent to its descent, SVG for its em. The table hhea
/// of DejaVu Sans, its bold and its mono: ascent 1901, descent −483, of 2048 units to the em.
inline constexpr float em_of_height = 2048.0f / (1901 + 483);

/// Draws into an SVG file: text as text, curves as paths, images as PNG inside. Lines, circles and words lie where
/// ScreenPainter puts them, with the half pixels that Dear ImGui adds. Numbers have two decimals. A shape with a
/// coordinate that is not finite is left out.
class SvgPainter final : public FilePainter {
public:
  /// Requires that `fonts` outlive it and that every font asked for be one of these. text() needs Dear ImGui's frame.
  explicit SvgPainter(const Fonts& fonts) : fonts_(fonts) {}

  /// The whole file; `scene` is carried as metadata, see carried.h. Groups and clips still open are closed in it.
  std::string document(const Page&) const override;

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
  void begin_group(std::string_view name) override;
  void end_group() override;

private:
  struct Open {
    bool clip; ///< or a group
    std::string tag;
  };
  void open(bool clip, std::string tag);
  void close(bool clip);
  void line_of_text(ImVec2 at, ImFont*, ImU32 colour, std::string_view);

  const Fonts& fonts_;
  std::string grounds_, body_;
  std::vector<std::string> clips_; // the rectangles, each once; the number of one is its place here
  std::vector<Open> open_;
};

} // namespace ropescope::canvas
