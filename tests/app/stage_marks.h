#pragma once
#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "app/canvas/canvas.h"
#include "app/canvas/imgui_compat.h"
#include "app/canvas/painter.h"
#include "app/canvas/svg_painter.h"

namespace ropescope::test {

/// Where anything is seen in a frame, and which words.
struct StageMarks {
  struct Word {
    std::string text;
    ImVec2 at;
    float em; ///< the letters' size, pixels
    canvas::Rect area; ///< what of it is seen
    bool operator==(const Word& other) const {
      return text == other.text && at.x == other.at.x && at.y == other.at.y && em == other.em;
    }
  };
  std::vector<canvas::Rect> marks; ///< around each, words too, without what is clipped away
  std::vector<Word> words;

  bool says(std::string_view part) const {
    return std::any_of(words.begin(), words.end(), [&](const Word& w) { return w.text.find(part) != w.text.npos; });
  }

  /// How many cells of a grid over the area hold anything.
  static constexpr int across = 12, down = 8;
  int filled_cells(canvas::Rect area) const {
    bool filled[down][across] = {};
    for (const canvas::Rect& mark : marks) {
      const auto cell = [](float at, float from, float length, int count) {
        return std::clamp(static_cast<int>(std::floor((at - from) / length * static_cast<float>(count))), 0, count - 1);
      };
      if (mark.greatest.x < area.least.x || mark.least.x > area.greatest.x || mark.greatest.y < area.least.y ||
          mark.least.y > area.greatest.y)
        continue;
      for (int y = cell(mark.least.y, area.least.y, area.height(), down);
           y <= cell(mark.greatest.y, area.least.y, area.height(), down); ++y)
        for (int x = cell(mark.least.x, area.least.x, area.width(), across);
             x <= cell(mark.greatest.x, area.least.x, area.width(), across); ++x)
          filled[y][x] = true;
    }
    int count = 0;
    for (const auto& row : filled) count += static_cast<int>(std::count(std::begin(row), std::end(row), true));
    return count;
  }
};

/// A painter that keeps what is seen instead of drawing it. Grounds are nothing to be seen.
class StageMarksPainter final : public canvas::Painter {
public:
  StageMarks seen;

  void forget() {
    seen = {};
    clips_.clear();
  }

  void line(ImVec2 from, ImVec2 to, ImU32 colour, float) override { piece(from, to, colour); }
  void polyline(std::span<const ImVec2> points, ImU32 colour, float, const canvas::Dash&) override {
    for (std::size_t i = 1; i < points.size(); ++i) piece(points[i - 1], points[i], colour);
  }
  void polygon(std::span<const ImVec2> corners, ImU32 colour) override {
    canvas::Rect around{{1e9f, 1e9f}, {-1e9f, -1e9f}};
    for (const ImVec2& each : corners) {
      around.least = {std::min(around.least.x, each.x), std::min(around.least.y, each.y)};
      around.greatest = {std::max(around.greatest.x, each.x), std::max(around.greatest.y, each.y)};
    }
    add(around, colour);
  }
  void box(canvas::Rect r, ImU32 colour, float) override { add(r, colour); }
  void frame(canvas::Rect r, ImU32 colour, float, float) override {
    piece(r.least, {r.greatest.x, r.least.y}, colour);
    piece({r.greatest.x, r.least.y}, r.greatest, colour);
    piece(r.least, {r.least.x, r.greatest.y}, colour);
    piece({r.least.x, r.greatest.y}, r.greatest, colour);
  }
  void disc(ImVec2 centre, float radius, ImU32 colour, bool) override { round(centre, radius, colour); }
  void circle(ImVec2 centre, float radius, ImU32 colour, float) override { round(centre, radius, colour); }
  void arc(ImVec2 centre, float radius, double, double, ImU32 colour, float) override { round(centre, radius, colour); }
  void wedge(ImVec2 centre, float radius, double, double, ImU32 colour) override { round(centre, radius, colour); }
  void band(std::span<const canvas::Span> columns, ImU32 colour) override {
    for (const canvas::Span& each : columns)
      if (std::isfinite(each.top) && std::isfinite(each.bottom))
        add({{each.x, std::min(each.top, each.bottom)}, {each.x, std::max(each.top, each.bottom)}}, colour);
  }
  void image(canvas::Rect r, std::int64_t, std::int64_t, std::span<const ImU32>) override { add(r, IM_COL32_WHITE); }
  void text(ImVec2 at, ImFont* font, ImU32 colour, std::string_view text) override {
    const float height = compat::font_size(font);
    const std::size_t before = seen.marks.size();
    add({at, {at.x + canvas::text_width(font, text), at.y + height}}, colour);
    if (seen.marks.size() > before) seen.words.push_back({std::string(text), at, height * canvas::em_of_height, seen.marks.back()});
  }
  void push_clip(canvas::Rect r) override { clips_.push_back(clips_.empty() ? r : common(r, clips_.back())); }
  void pop_clip() override { clips_.pop_back(); }
  void ground(canvas::Rect, ImU32, float) override {}
  void begin_group(std::string_view) override {}
  void end_group() override {}

private:
  static canvas::Rect common(canvas::Rect a, canvas::Rect b) {
    return {{std::max(a.least.x, b.least.x), std::max(a.least.y, b.least.y)},
            {std::min(a.greatest.x, b.greatest.x), std::min(a.greatest.y, b.greatest.y)}};
  }
  void add(canvas::Rect r, ImU32 colour) {
    if ((colour & IM_COL32_A_MASK) == 0) return;
    if (!clips_.empty()) r = common(r, clips_.back());
    if (r.greatest.x >= r.least.x && r.greatest.y >= r.least.y) seen.marks.push_back(r);
  }
  void piece(ImVec2 a, ImVec2 b, ImU32 colour) {
    if (!std::isfinite(a.x + a.y + b.x + b.y)) return;
    add({{std::min(a.x, b.x), std::min(a.y, b.y)}, {std::max(a.x, b.x), std::max(a.y, b.y)}}, colour);
  }
  void round(ImVec2 centre, float radius, ImU32 colour) {
    add({{centre.x - radius, centre.y - radius}, {centre.x + radius, centre.y + radius}}, colour);
  }

  std::vector<canvas::Rect> clips_;
};

} // namespace ropescope::test
