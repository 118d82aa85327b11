#pragma once
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "app/canvas/canvas.h"

namespace ropescope::canvas {

/// A small table on a picture: a title, and rows of swatch · name · value · unit in the order in which they were added.
class ReadOut {
public:
  /// Requires that the words last as long as the frame.
  ReadOut(const Canvas& c, std::string_view title) : c_(c), title_(title), rows_(&c.memory) {}

  /// A colour of 0 has no swatch.
  void add(ImU32 colour, std::string_view name, std::string_view value, std::string_view unit = {}) {
    rows_.push_back({colour, name, value, unit});
  }

  /// Beside a point, within a rectangle: to the right and above where there is room, and off other words where it can
  /// be. `may_go`: where it cannot, it is not drawn.
  void draw(ImVec2 at, Rect within, bool may_go = false) const;

private:
  struct Row {
    ImU32 colour;
    std::string_view name, value, unit;
  };
  const Canvas& c_;
  std::string_view title_;
  std::pmr::vector<Row> rows_;
};

/// A thin upright line across a plot's area, where the mouse is or where what is read out lies.
void read_out_rule(const Canvas&, Rect area, float x);

/// A dot on a curve, with an edge in the colour of the words.
void read_out_dot(const Canvas&, ImVec2 at, ImU32 colour);

/// The point nearest to the mouse, where one is within `reach` pixels at scale 1; points that are not finite are none.
std::optional<std::size_t> snapped(const Canvas&, std::span<const ImVec2> points, float reach = 12);

} // namespace ropescope::canvas
