#pragma once
#include <span>

#include <imgui.h>

#include "app/canvas/geometry.h"

namespace ropescope::canvas {

/// A line through points from left to right, dashed by arc length.
void draw_line(ImDrawList*, std::span<const ImVec2> points, ImU32 colour, float thickness, const Dash&);

/// The area between neighbouring columns.
void draw_band(ImDrawList*, std::span<const Span> columns, ImU32 colour);

} // namespace ropescope::canvas
