#pragma once
#include <span>

#include <imgui.h>

#include "app/ui/theme.h"

namespace ropescope::plot {

/// A line through points from left to right, dashed by arc length.
void draw_line(ImDrawList*, std::span<const ImVec2> points, ImU32 colour, float thickness, const ui::Dash&,
               float scale);

/// One column of a band: everything between two heights, in pixels.
struct Span {
  float x, top, bottom;
};

/// The area between neighbouring columns.
void draw_band(ImDrawList*, std::span<const Span> columns, ImU32 colour);

/// A vertical or horizontal dashed rule.
void draw_rule(ImDrawList*, ImVec2 from, ImVec2 to, ImU32 colour, float thickness, float on, float off);

} // namespace ropescope::plot
