#pragma once
#include "app/pictures/extension_parts.h"
#include "core/analysis/turns.h"

// Bars of turns, which turns.cpp draws large for the scheme in force and turns_schemes.cpp small for every scheme.

namespace ropescope::pictures {

/// One for each of Derived's series, in their order.
struct Ledger {
  std::vector<Turns> of_series;
};

/// A range of whole decades that holds every bar, and 1. Bars begin at 0, which a logarithmic axis has not: they reach
/// its left end, a decade before the shortest.
Range all_turns(const Ledger&);

/// Where the rows of a ledger lie; the same for the large one and for the small ones.
struct Rows {
  Axis turns, pairs;
  Rect area;
  float gap; ///< between two bars, pixels

  Rect bar(std::size_t pair, double from, double to) const {
    const auto i = static_cast<double>(pair);
    const float top = pairs.pixel(i - 0.5), bottom = pairs.pixel(i + 0.5);
    return {{end(from), top + gap / 2}, {end(to), bottom - gap / 2}};
  }
  /// A bar of 0 turns reaches nowhere.
  float end(double count) const {
    return count > turns.least ? std::min(turns.pixel(count), area.greatest.x) : area.least.x;
  }
};

ImU32 trained_colour(const Canvas&);
/// The same of a pair that has not made one turn.
ImU32 incomplete_colour(const Canvas&);
ImU32 target_colour(const Canvas&, const Series&);

/// Turns of training, turns added up to the target, and of pairs that never completed one the piece of the circle that
/// training has not shown: hatched up to one turn, pale beyond, where the pair comes round again.
void draw_bars(const Canvas&, const Rows&, const Turns&, const Series&);

/// Marks where training ends. `width` in pixels.
void draw_ticks(const Canvas&, const Rows&, const Turns&, float width);

/// Bars fade out at the left, over a width (pixels): they begin at 0, which lies nowhere on the axis.
void fade_left(const Canvas&, Rect area, float width);

/// The hatch of angles that training never showed.
void hatch_unseen(const Canvas&, Rect);

/// How many pairs meet unseen angles under every scheme, with its bars. A click puts it in force.
void draw_schemes(const Canvas&, Rect column, const Derived&, Scene& next);

/// The same in one row of numbers, where there is no room for pictures. Returns its height.
float draw_counts(const Canvas&, Rect room, const Derived&, Scene& next);

} // namespace ropescope::pictures
