#include "app/canvas/axis_view.h"

#include <algorithm>
#include <cmath>

namespace ropescope::canvas {

namespace {

constexpr double beyond = 0.2; ///< of all there is, at either side
/// What is beyond a limit by less than this share of the whole is rounding, and not held back: a view that was put at
/// the limit stays as it is.
constexpr double rounding = 1e-9;

bool can_be(Range r, Scale scale) {
  return std::isfinite(r.least) && std::isfinite(r.greatest) && r.least < r.greatest &&
         (scale != Scale::log || r.least > 0);
}

constexpr double huge = 1e200; // on every scale, what is 20 % beyond is then still finite and not 0

/// A range that an axis can have, as near to the given one as there is a natural one.
Range mended(Range r, Scale scale) {
  if (r.least > r.greatest) std::swap(r.least, r.greatest);
  if (!std::isfinite(r.least) || !std::isfinite(r.greatest)) r = {0, scale == Scale::log ? 10.0 : 1.0};
  r = {std::clamp(r.least, -huge, huge), std::clamp(r.greatest, -huge, huge)};
  if (scale == Scale::log) {
    if (r.greatest <= 0) r.greatest = 10;
    if (r.least <= 0) r.least = r.greatest / 1000;
    r = {std::max(r.least, 1 / huge), std::max(r.greatest, 1 / huge)};
  }
  // One value alone stands in the middle. 1e-9: nearer ends would leave no room to zoom within the digits of double.
  if (r.greatest - r.least <= 1e-9 * std::max(std::abs(r.least), std::abs(r.greatest))) {
    if (scale == Scale::log) return {r.least / 2, r.greatest * 2};
    const double half = r.least == 0 ? 0.5 : std::abs(r.least) / 2;
    return {r.least - half, r.greatest + half};
  }
  return r;
}

/// As `huge`: 1e-30 of the greatest value is not seen on any scale.
double mended_within(double within, Range all) {
  const double greatest = std::max(std::abs(all.least), std::abs(all.greatest));
  return std::isfinite(within) && within > 0 ? std::max(within, 1e-30 * greatest) : std::max(1.0, 1e-30 * greatest);
}

} // namespace

AxisView::AxisView(const AxisSpec& spec)
    : scale_(spec.scale), fewest_(std::isfinite(spec.fewest) ? std::max(0.0, spec.fewest) : 0),
      all_(mended(spec.all, spec.scale)) {
  within_ = mended_within(spec.linear_within, all_);
  const Stretch all = stretch(all_);
  limits_ = {all.from - beyond * all.width(), all.to + beyond * all.width()};
  // Of integers there may be fewer than the fewest; all of them are then enough.
  fewest_ = std::min(fewest_, all_.greatest - all_.least);
  // As the scale allows: a billionth of it, but no less than a double can tell apart, with room for ticks between.
  narrowest_ = std::max(1e-9 * all.width(), 1e-11 * std::max(std::abs(limits_.from), std::abs(limits_.to)));
  shown_ = all_;
  if (spec.view && can_be(*spec.view, scale_)) {
    const Stretch view = stretch(*spec.view);
    shown_ = holds(*spec.view) ? *spec.view : held(view, (view.from + view.to) / 2);
  }
}

bool AxisView::narrow(Stretch s) const {
  return s.width() < narrowest_ * (1 - rounding) || value(s.to) - value(s.from) < fewest_ * (1 - rounding);
}

/// Whether a view keeps to the limits.
bool AxisView::holds(Range r) const {
  const Stretch s = stretch(r);
  const double slack = rounding * limits_.width();
  return !narrow(s) && s.from >= limits_.from - slack && s.to <= limits_.to + slack;
}

/// Wide enough, by as little as that takes. On a curved scale there is no formula for it, hence the bisection.
AxisView::Stretch AxisView::grown(Stretch s, double around) const {
  if (!narrow(s)) return s;
  if (s.width() < narrowest_ / 2) s = {around - narrowest_ / 4, around + narrowest_ / 4};
  const auto by = [&](double factor) {
    return Stretch{around + (s.from - around) * factor, around + (s.to - around) * factor};
  };
  double less = 1, enough = std::max(1.0, limits_.width() / s.width());
  if (narrow(by(enough))) return limits_;
  for (int i = 0; i < 60; ++i) { // a double has 53 bits
    const double middle = std::sqrt(less * enough);
    (narrow(by(middle)) ? less : enough) = middle;
  }
  return by(enough);
}

Range AxisView::held(Stretch s, double around) const {
  // Twice: what is moved down a logarithmic scale holds fewer values there, and grows from the limit on.
  for (int i = 0; i < 2; ++i) {
    s = grown(s, around);
    if (s.width() >= limits_.width()) return {value(limits_.from), value(limits_.to)};
    if (s.from < limits_.from) s = {limits_.from, limits_.from + s.width()}, around = s.from;
    if (s.to > limits_.to) s = {limits_.to - s.width(), limits_.to}, around = s.to;
  }
  return {value(s.from), value(s.to)};
}

Range AxisView::zoomed(Range before, double share, double factor) const {
  const Stretch s = stretch(before);
  const double around = s.from + s.width() * share;
  return held({around + (s.from - around) * factor, around + (s.to - around) * factor}, around);
}

Range AxisView::panned(Range before, double share) const {
  const Stretch s = stretch(before);
  const double by = s.width() * share;
  return held({s.from + by, s.to + by}, s.from + s.width() / 2 + by);
}

Range AxisView::part(Range before, double from, double to) const {
  const Stretch s = stretch(before);
  const Stretch chosen{s.from + s.width() * std::min(from, to), s.from + s.width() * std::max(from, to)};
  return held(chosen, (chosen.from + chosen.to) / 2);
}

} // namespace ropescope::canvas
