#pragma once
#include <optional>

#include "app/pictures/extension_parts.h"

// The transfer curve, which two pictures draw: `transfer` beside other panels, and `wavelengths` alone where its option
// says so.

namespace ropescope::pictures {

/// How far each scheme slows each pair, θ′/θ, in a panel of its own.
void draw_transfer_curve(const Canvas&, Rect panel, const Scene&, const Derived&, Scene& next);

/// The wavelengths, whatever the option says.
void draw_wavelengths(const Canvas&, Rect panel, const Scene&, const Derived&, Scene& next);

/// Attention factors of all series as bars from 1, and what they do to a score.
void draw_attention_factors(const Canvas&, Rect panel, const Scene&, const Derived&);

/// Whether what the scheme keeps, blends and interpolates is tinted (`wavelengths.zones`).
bool shows_zones(const Scene&);

/// Edges between which the scheme in force blends, in turns within the trained context: YaRN's β, Llama 3's factors.
struct BlendEdges {
  const Parameter *high, *low; ///< of the fast and of the slow pairs
  double fast, slow;           ///< turns
};
std::optional<BlendEdges> blend_edges(const Scene&);

/// A number of turns that people would choose: of two digits where one is less than a percent away, else of three.
double snapped_turns(double turns);

/// What a drag of an edge means: the other edge stays, and is not crossed.
double dragged_turns(const BlendEdges&, bool fast, double turns);

} // namespace ropescope::pictures
