#pragma once
#include <string>
#include <vector>

#include "app/canvas/painter.h"

namespace ropescope::test {

/// A painter that keeps every shape that a picture asks for, instead of drawing it.
class DrawnPainter final : public canvas::Painter {
public:
  struct Line {
    std::vector<ImVec2> points;
    ImU32 colour;
    float width;
  };
  struct Disc {
    ImVec2 centre;
    float radius;
    ImU32 colour;
  };
  struct Box {
    canvas::Rect area;
    ImU32 colour;
  };
  struct Word {
    ImVec2 at;
    std::string text;
  };
  std::vector<Line> lines; ///< straight ones and polylines
  std::vector<Disc> discs, circles;
  std::vector<Box> boxes, frames;
  std::vector<Word> words;
  std::vector<std::vector<ImVec2>> polygons;
  struct Image {
    canvas::Rect area;
    std::int64_t columns, rows;
    std::vector<ImU32> colours;
  };
  std::vector<Image> images;

  void forget() {
    lines.clear(), discs.clear(), circles.clear(), boxes.clear(), frames.clear(), words.clear(), polygons.clear();
    images.clear();
  }
  /// Whether a word was drawn that holds this.
  bool says(std::string_view part) const {
    for (const Word& word : words)
      if (word.text.find(part) != std::string::npos) return true;
    return false;
  }

  void line(ImVec2 from, ImVec2 to, ImU32 colour, float width) override {
    lines.push_back({{from, to}, colour, width});
  }
  void polyline(std::span<const ImVec2> points, ImU32 colour, float width, const canvas::Dash&) override {
    lines.push_back({{points.begin(), points.end()}, colour, width});
  }
  void polygon(std::span<const ImVec2> corners, ImU32) override {
    polygons.emplace_back(corners.begin(), corners.end());
  }
  void box(canvas::Rect r, ImU32 colour, float) override { boxes.push_back({r, colour}); }
  void frame(canvas::Rect r, ImU32 colour, float, float) override { frames.push_back({r, colour}); }
  void disc(ImVec2 centre, float radius, ImU32 colour, bool) override { discs.push_back({centre, radius, colour}); }
  void circle(ImVec2 centre, float radius, ImU32 colour, float) override {
    circles.push_back({centre, radius, colour});
  }
  void arc(ImVec2, float, double, double, ImU32, float) override {}
  void wedge(ImVec2, float, double, double, ImU32) override {}
  void band(std::span<const canvas::Span>, ImU32) override {}
  void image(canvas::Rect r, std::int64_t columns, std::int64_t rows, std::span<const ImU32> colours) override {
    images.push_back({r, columns, rows, {colours.begin(), colours.end()}});
  }
  void text(ImVec2 at, ImFont*, ImU32, std::string_view text) override { words.push_back({at, std::string(text)}); }
  void push_clip(canvas::Rect) override {}
  void pop_clip() override {}
  void ground(canvas::Rect, ImU32, float) override {}
  void begin_group(std::string_view) override {}
  void end_group() override {}
};

} // namespace ropescope::test
