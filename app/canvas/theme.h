#pragma once
#include <array>

#include <imgui.h>

#include "app/canvas/geometry.h"
#include "app/canvas/theme_name.h"
#include "core/analysis/precision_curves.h"
#include "core/rope/rope_type.h"

namespace ropescope::canvas {

/// Every colour of one theme.
struct Theme {
  bool dark = true;
  bool panels = true;    ///< pictures lie on panels; on paper they do not
  float line_weight = 1; ///< widths of lines are multiplied by it
  ImU32 ground, panel, raised, track, text, dim, faint, grid, accent, on_accent, dial, outline;
  ImU32 query, key;          ///< blue and orange belong to q and k alone
  ImU32 seen;                ///< angles seen in training
  ImU32 beyond, beyond_fill; ///< out of the trained range
  ImU32 good, bad;
  ImU32 below_zero, above_zero;                       ///< ends of signed_colour()
  ImU32 method[std::size(all_rope_types)];            ///< by RopeType
  ImU32 kept, blended, interpolated;                  ///< what a scheme did to a pair (PairFate)
  ImU32 own_factor;                                   ///< a pair that is divided by a number of its own
  ImU32 axis[4];                                      ///< of positions with several: t, h, w and a fourth, in order
  std::array<ImU32, std::size(shown_recipes)> recipe; ///< curves of the precision picture

  ImU32 of(RopeType type) const { return method[static_cast<int>(type)]; }
  ImU32 of_axis(std::size_t index) const { return axis[index % std::size(axis)]; }
};

const Theme& theme(ThemeName);

/// Dashes of a scheme's curves, pixels at scale 1.
Dash method_dash(RopeType);

/// The same of the curves of a model's other layer types, which have the colour of words.
inline constexpr Dash layer_dash{{12, 4, 3, 4}};

/// The same of a recipe's curve, by its place among shown_recipes.
Dash recipe_dash(std::size_t recipe);

/// A phase (rad) on the ring of constant lightness: OKLCH, L 0.70, C 0.11, hue = phase. An angle of 0 and one of
/// 2π have the same colour, and no hue looks nearer than another.
ImU32 phase_colour(double phase, float alpha);

/// Dark blue to yellow, of lightness that rises evenly: 0 … 1 on 256 steps. Told apart without colour vision.
ImU32 error_colour(double share);

/// The colour of a pair by its place, from the fastest (0) to the slowest (1), along error_colour()'s steps; cut so
/// that both ends differ from the theme's ground.
ImU32 pair_colour(const Theme&, double place);

/// Signed numbers −1 … 1: blue below 0, vermilion above, the theme's ground at 0. |x|^0.7 goes as the distance in
/// OKLab, so that small numbers are seen.
ImU32 signed_colour(const Theme&, double x);

/// From colour `a` (0) to `b` (1) along a straight line in OKLab, where equal steps look equal; opaque.
ImU32 mix_oklab(ImU32 a, ImU32 b, float of_b);

ImU32 with_alpha(ImU32 colour, float alpha);
ImU32 mix(ImU32 a, ImU32 b, float of_b);

/// What a colour shows laid over an opaque one.
ImU32 over(ImU32 opaque, ImU32 colour);

/// Contrast ratio after WCAG 2, 1…21.
double contrast(ImU32 a, ImU32 b);

/// Colours, spacing and rounding of Dear ImGui's own widgets (menus, popups, text fields).
void apply_style(const Theme&, float scale);

} // namespace ropescope::canvas
