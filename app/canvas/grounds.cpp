#include "app/canvas/grounds.h"

#include <algorithm>

#include <epoxy/gl.h>

namespace ropescope::canvas {

namespace {

/// Fills a rectangle with an opaque colour. `height` is the window's: OpenGL counts rows from the bottom, the design
/// counts them from the top.
void clear(Rect area, float height, ImU32 colour) {
  const ImVec4 c = ImGui::ColorConvertU32ToFloat4(colour);
  glScissor(static_cast<int>(area.least.x), static_cast<int>(height - area.greatest.y),
            std::max(0, static_cast<int>(area.width())), std::max(0, static_cast<int>(area.height())));
  glClearColor(c.x, c.y, c.z, 1);
  glClear(GL_COLOR_BUFFER_BIT);
}

/// In rising order, each once, and none outside 0 … `end`.
void sort_edges(std::vector<float>& edges, float end) {
  for (float& edge : edges) edge = std::clamp(edge, 0.0f, end);
  std::sort(edges.begin(), edges.end());
  edges.erase(std::unique(edges.begin(), edges.end()), edges.end());
}

} // namespace

const std::vector<Rect>& GroundPainter::between(ImVec2 size, const std::vector<Ground>& grounds, ImU32 panel) {
  // The edges of all panels, prolonged, cut the window into a grid of cells. No edge runs through a cell, so a cell
  // lies wholly within a panel or wholly outside, and one of its corners tells which.
  x_.assign({0, size.x});
  y_.assign({0, size.y});
  for (const Ground& ground : grounds) {
    if (ground.colour != panel) continue;
    x_.insert(x_.end(), {ground.area.least.x, ground.area.greatest.x});
    y_.insert(y_.end(), {ground.area.least.y, ground.area.greatest.y});
  }
  sort_edges(x_, size.x);
  sort_edges(y_, size.y);
  between_.clear();
  for (std::size_t j = 0; j + 1 < y_.size(); ++j) {
    const std::size_t of_row = between_.size();
    for (std::size_t i = 0; i + 1 < x_.size(); ++i) {
      const Rect cell{{x_[i], y_[j]}, {x_[i + 1], y_[j + 1]}};
      const bool covered = std::any_of(grounds.begin(), grounds.end(), [&](const Ground& ground) {
        return ground.colour == panel && ground.area.contains(cell.least);
      });
      if (covered) continue;
      // A cell that touches the one before it in its row joins it: the fewer rectangles, the fewer calls of glClear.
      if (between_.size() > of_row && between_.back().greatest.x == cell.least.x)
        between_.back().greatest.x = cell.greatest.x;
      else
        between_.push_back(cell);
    }
  }
  return between_;
}

void GroundPainter::paint(ImVec2 size, const std::vector<Ground>& grounds, ImU32 panel, ImU32 colour) {
  // First the whole window in the colour of panels, which cover most of it; then what no panel covers; last the areas
  // that lie on panels, in the order in which they were asked for. The scissor test is what limits glClear to a
  // rectangle; it is off again when Dear ImGui draws.
  clear({{0, 0}, size}, size.y, panel);
  glEnable(GL_SCISSOR_TEST);
  for (const Rect& area : between(size, grounds, panel)) clear(area, size.y, colour);
  for (const Ground& ground : grounds)
    if (ground.colour != panel) clear(ground.area, size.y, ground.colour);
  glDisable(GL_SCISSOR_TEST);
}

} // namespace ropescope::canvas
