#pragma once
#include "app/canvas/plot.h"

namespace ropescope::canvas {

/// How the view of one axis may move. Every view it returns is at least AxisSpec::fewest wide and reaches at most 20 %
/// of all there is beyond it. A view that keeps these limits already comes back unchanged, bit for bit.
class AxisView {
public:
  /// A spec that no axis can have (not a number, empty, not positive on a logarithmic scale) is mended: see all().
  explicit AxisView(const AxisSpec&);

  Range all() const { return all_; }

  double linear_within() const { return within_; }

  /// What the spec's view shows.
  Range shown() const { return shown_; }

  /// Shows `factor` times as much of the scale. The value at `share` (0 … 1) of the view stays where it is.
  Range zoomed(Range before, double share, double factor) const;

  /// Moved towards greater values by a share of its own width; a negative share moves it back. It keeps its width on
  /// the scale and stops at the limits.
  Range panned(Range before, double share) const;

  /// The part of the view between two shares (0 … 1), in any order.
  Range part(Range before, double from, double to) const;

private:
  /// A range laid out along the scale.
  struct Stretch {
    double from, to;
    double width() const { return to - from; }
  };

  double place(double value) const { return forward(scale_, within_, value); }
  double value(double place) const { return inverse(scale_, within_, place); }
  Stretch stretch(Range r) const { return {place(r.least), place(r.greatest)}; }
  bool narrow(Stretch) const;
  bool holds(Range) const;
  Stretch grown(Stretch, double around) const;
  Range held(Stretch, double around) const;

  Scale scale_;
  double fewest_, within_ = 1;
  Range all_, shown_;
  Stretch limits_{}; ///< all of it and 20 % at either side
  double narrowest_ = 0;
};

} // namespace ropescope::canvas
