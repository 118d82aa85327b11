#pragma once
#include <functional>
#include <optional>
#include <vector>

#include "app/pictures/extension_parts.h"

// The transfer curve, which two pictures draw: `transfer` beside other panels, and `wavelengths` alone where its option
// says so.

namespace ropescope::pictures {

/// How far each scheme slows each pair, θ′/θ, in a panel of its own.
void draw_transfer_curve(const Canvas&, Rect panel, const Scene&, const Derived&, Scene& next);

/// The wavelengths, whatever the option says.
void draw_wavelengths(const Canvas&, Rect panel, const Scene&, const Derived&, Scene& next);

/// Curves beside those of the schemes: what other bases, and other lengths of the text, give.
struct OtherCurve {
  double number; ///< the base, or the length in tokens
  std::vector<double> inv_freq;
};
struct OtherCurves {
  std::vector<OtherCurve> bases, lengths;
};

/// Computes them from the lists of two rows. A number with which the model cannot be computed has no curve.
void update_other_curves(const Scene&, Derived&, const Property& bases, const Property& lengths);

/// Draws them by where a pair of a frequency (rad/token) lies, and their numbers at the slow end: those of bases right
/// of the plot, in a room of width_of_bases() pixels, `base` the one in force.
using PlaceOfPair = std::function<ImVec2(std::size_t pair, double theta)>;
void draw_other_curves(const Canvas&, const Plot&, const OtherCurves&, const Scene&, const Derived&,
                       const PlaceOfPair&);
void label_other_curves(const Canvas&, const Plot&, const OtherCurves&, double base, const PlaceOfPair&);
float width_of_bases(const Canvas&, const OtherCurves&);

/// What both pictures compute, and the slider of the sequence length, which takes its room at the foot.
void update_wavelengths(const Scene&, Derived&);
void take_sequence_length(const Canvas&, Rect& room, const Scene&, Scene& next);

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
