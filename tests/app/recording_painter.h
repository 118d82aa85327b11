#pragma once
#include <string>
#include <vector>

#include "app/canvas/canvas.h"
#include "app/canvas/imgui_compat.h"
#include "app/canvas/painter.h"

namespace ropescope::test {

/// A painter that keeps where words were drawn, and the panels below them, instead of drawing.
class RecordingPainter final : public canvas::Painter {
public:
  struct Word {
    std::string text;
    canvas::Rect area; ///< from the top of its letters to their foot, pixels
    canvas::Rect clip; ///< what of it would be seen
  };
  std::vector<Word> words;
  std::vector<canvas::Rect> panels; ///< grounds with round corners
  std::vector<canvas::Rect> tints;  ///< grounds without

  void forget() {
    words.clear();
    panels.clear();
    tints.clear();
    clips_.clear();
  }

  void text(ImVec2 at, ImFont* font, ImU32, std::string_view text) override {
    const std::size_t last = text.find_last_not_of(' ');
    if (last == std::string_view::npos) return;
    text = text.substr(0, last + 1); // spaces at the end cover nothing
    const float height = compat::font_size(font), width = canvas::text_width(font, text);
    // The line is higher than its letters: a twelfth above them and below is free.
    const float free = height / 12;
    words.push_back({std::string(text),
                     {{at.x, at.y + free}, {at.x + width, at.y + height - free}},
                     clips_.empty() ? canvas::Rect{{-1e9f, -1e9f}, {1e9f, 1e9f}} : clips_.back()});
  }
  void push_clip(canvas::Rect r) override {
    if (!clips_.empty()) {
      const canvas::Rect& outer = clips_.back();
      r = {{std::max(r.least.x, outer.least.x), std::max(r.least.y, outer.least.y)},
           {std::min(r.greatest.x, outer.greatest.x), std::min(r.greatest.y, outer.greatest.y)}};
    }
    clips_.push_back(r);
  }
  void pop_clip() override { clips_.pop_back(); }
  void ground(canvas::Rect r, ImU32, float rounding) override { (rounding > 0 ? panels : tints).push_back(r); }

  void line(ImVec2, ImVec2, ImU32, float) override {}
  void polyline(std::span<const ImVec2>, ImU32, float, const canvas::Dash&) override {}
  void polygon(std::span<const ImVec2>, ImU32) override {}
  void box(canvas::Rect, ImU32, float) override {}
  void frame(canvas::Rect, ImU32, float, float) override {}
  void disc(ImVec2, float, ImU32, bool) override {}
  void circle(ImVec2, float, ImU32, float) override {}
  void arc(ImVec2, float, double, double, ImU32, float) override {}
  void wedge(ImVec2, float, double, double, ImU32) override {}
  void band(std::span<const canvas::Span>, ImU32) override {}
  void image(canvas::Rect, std::int64_t, std::int64_t, std::span<const ImU32>) override {}
  void begin_group(std::string_view) override {}
  void end_group() override {}

private:
  std::vector<canvas::Rect> clips_;
};

} // namespace ropescope::test
