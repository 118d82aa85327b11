#pragma once
#include <string>
#include <vector>

#include "app/pictures/parts.h"
#include "core/analysis/axis_places.h"
#include "core/io/position_source.h"

// The two halves of the picture of positions.

namespace ropescope::pictures {

/// What is drawn, or why nothing can be.
struct Places {
  std::vector<AxisPlaces> axes;
  std::vector<double> tokens; ///< 0, 1, 2 …
  std::string grid;           ///< "21x30x52"; empty of text
  std::string trouble;        ///< one sentence; empty where all is well
};

/// Writes into a scene what a hand did to a plot along x; along y these plots always show all.
void keep_x(Scene& next, const Property& row, const Plot&);

/// The position of every token on each axis, a strip an axis, above the tokens; m and n can be dragged.
void draw_strips(const Canvas&, Rect room, const Scene&, const Places&, const Property& view_x, Scene& next);

/// How far the pairs of each axis turn within the grid and within the trained one, side by side. A side of the grid can
/// be dragged, and RIFLEx's pair.
void draw_axis_turns(const Canvas&, Rect room, const Scene&, const Places&, const Property& grid_row,
                     const Property& view_turns, Scene& next);

} // namespace ropescope::pictures
