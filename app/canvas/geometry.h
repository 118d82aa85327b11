#pragma once
#include <algorithm>
#include <array>
#include <cmath>

#include <imgui.h>

namespace ropescope::canvas {

/// A rectangle of the window, in pixels; y counts downwards.
struct Rect {
  ImVec2 least, greatest;
  float width() const { return greatest.x - least.x; }
  float height() const { return greatest.y - least.y; }
  ImVec2 centre() const { return {(least.x + greatest.x) / 2, (least.y + greatest.y) / 2}; }
  bool contains(ImVec2 p) const { return p.x >= least.x && p.x < greatest.x && p.y >= least.y && p.y < greatest.y; }
  Rect inset(float x, float y) const { return {{least.x + x, least.y + y}, {greatest.x - x, greatest.y - y}}; }
};

/// One column of a band: everything between two heights, in pixels.
struct Span {
  float x, top, bottom;
};

/// Dashes of a line: lengths on, off, on, off; all zero is a solid line.
struct Dash {
  std::array<float, 4> length{};
  bool solid() const { return length[0] == 0; }
  bool operator==(const Dash&) const = default;
};

/// A width of a line in whole pixels: Dear ImGui draws such lines from a texture, others of three times the triangles.
inline float whole_stroke(float pixels) { return std::max(1.0f, std::round(pixels)); }

/// The point (pixels) on a circle at an angle (rad) that turns counter-clockwise from the right, as in mathematics. The
/// window counts y downwards, hence the minus.
inline ImVec2 on_circle(ImVec2 centre, float radius, double angle) {
  return {centre.x + radius * static_cast<float>(std::cos(angle)),
          centre.y - radius * static_cast<float>(std::sin(angle))};
}

} // namespace ropescope::canvas
