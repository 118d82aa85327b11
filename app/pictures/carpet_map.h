#pragma once
#include "app/pictures/extension_parts.h"
#include "core/analysis/carpet.h"

// One map of the carpet: the colours of all angles, and what lies on them. carpet.cpp lays maps out and takes the
// mouse.

namespace ropescope::pictures {

/// One for each of Derived's series, in their order.
struct Carpets {
  std::vector<CarpetRows> of_series;
};

/// The colour of a mean phasor: its angle on the ring of phases, mixed towards the ground the weaker it is.
ImU32 carpet_colour(const Theme&, MeanPhasor);

/// The positions (tokens) that a column of pixels shows: those whose number lies in it, or where none does, the one
/// whose number came last. Positions below 0 do not exist: then `from` is negative.
struct ColumnTokens {
  std::int64_t from, to;
};
ColumnTokens column_tokens(const Axis& x, float pixel);

/// All cells of one series, computed at the pixels of the plot's area.
void draw_cells(const Canvas&, const Plot&, const Series&);

/// Hatches what training never showed.
void draw_unseen(const Canvas&, const Plot&, const CarpetRows&);

/// Frames the pairs that complete no turn in training, beyond it, and says that they meet what is unseen.
void name_unseen(const Canvas&, const Plot&, const CarpetRows&, double trained_length);

/// The staircase: where each pair has completed its first turn.
void draw_first_turns(const Canvas&, const Plot&, const Series&);

/// The ring of phases with its two ends, and why colours fade, at the left of a point.
void draw_phase_ring(const Canvas&, ImVec2 right_top, float room);

} // namespace ropescope::pictures
