#pragma once
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "app/canvas/canvas.h"

namespace ropescope::canvas {

/// A small table on a picture: a title, and rows of sample · name · value · unit in the order in which they were added.
class ReadOut {
public:
  /// Requires that the words last as long as the frame.
  ReadOut(const Canvas& c, std::string_view title) : c_(c), title_(title), rows_(&c.memory), avoided_(&c.memory) {}

  /// A row of a curve: a piece of it in its dashes stands before the name.
  void add(ImU32 colour, const Dash& dash, std::string_view name, std::string_view value, std::string_view unit = {}) {
    rows_.push_back({colour, dash, true, name, value, unit});
  }
  /// Of anything else: a square. A colour of 0 has none.
  void add(ImU32 colour, std::string_view name, std::string_view value, std::string_view unit = {}) {
    rows_.push_back({colour, {}, false, name, value, unit});
  }

  /// What the table should not cover: the points of the curves that it reads, pixels.
  void avoid(ImVec2 point) { avoided_.push_back(point); }

  /// Within a rectangle: beside the point, or in a corner, where it covers the fewest of the points to be avoided. The
  /// place at the right of the point and above comes first, then its left, then the corners. Other words count as many
  /// points. `may_go`: where the table cannot but cover words, or in a small plot the curves, it is not drawn.
  void draw(ImVec2 at, Rect within, bool may_go = false) const;

private:
  std::string_view copied() const;

  struct Row {
    ImU32 colour;
    Dash dash;
    bool curve;
    std::string_view name, value, unit;
  };
  ImVec2 corner(ImVec2 at, Rect within, ImVec2 size) const;

  const Canvas& c_;
  std::string_view title_;
  std::pmr::vector<Row> rows_;
  std::pmr::vector<ImVec2> avoided_;
};

/// A thin upright line across a plot's area, where the mouse is or where what is read out lies.
void read_out_rule(const Canvas&, Rect area, float x);

/// A dot on a curve, with an edge in the colour of the words.
void read_out_dot(const Canvas&, ImVec2 at, ImU32 colour);

/// The point nearest to the mouse, where one is within `reach` pixels at scale 1; points that are not finite are none.
std::optional<std::size_t> snapped(const Canvas&, std::span<const ImVec2> points, float reach = 12);

} // namespace ropescope::canvas
