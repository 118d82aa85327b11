#include "core/check/search/axis_units.h"

#include <algorithm>
#include <cmath>

#include "core/check/basics/array_numbers.h"
#include "core/check/basics/thresholds.h"
#include "core/parallel.h"

namespace ropescope {

UnitSums::UnitSums(const Reduced& reduced, const Noise& noise)
    : noise_(noise), at_(reduced.at), units_(static_cast<std::size_t>(reduced.pairs)), tokens_(reduced.tokens),
      rest_(reduced.rest) {
  // |out − z·in|² = |out|² − 2 Re(z*·out·conj(in)) + |z|²·|in|²
  for (const PairSums& sum : reduced.sums) sums_.push_back({sum.out, sum.cross_re, -sum.cross_im, sum.in, sum.in, 0});
}

UnitSums::UnitSums(const KernelRun& run, const PairComponents& at, std::vector<std::int64_t> tokens, const Noise& noise)
    : noise_(noise), at_(&at), mixed_(true), units_(2 * static_cast<std::size_t>(at.pairs())),
      tokens_(std::move(tokens)), sums_(tokens_.size() * units_), rest_(tokens_.size()) {
  const RowShape& shape = run.shape;
  with_numbers(run.in, [&](auto in) {
    with_numbers(run.out, [&](auto out) {
      in_parallel(tokens_.size(), 0, [&](std::size_t t) {
        for (std::int64_t outer = 0; outer < shape.outer; ++outer)
          for (std::int64_t inner = 0; inner < shape.inner; ++inner) {
            const auto row = static_cast<std::size_t>(run.first_number(outer, tokens_[t], inner));
            for (std::size_t i = 0; i < units_ / 2; ++i) {
              const auto x = static_cast<double>(in[row + static_cast<std::size_t>(at.in_first[i])]),
                         y = static_cast<double>(in[row + static_cast<std::size_t>(at.in_second[i])]);
              // The second component is y·cos − (−x)·sin.
              for (const bool second : {false, true}) {
                const double a = second ? y : x, b = second ? -x : y;
                const auto o = static_cast<double>(
                    out[row + static_cast<std::size_t>(second ? at.out_second[i] : at.out_first[i])]);
                UnitSum& sum = sums_[t * units_ + 2 * i + (second ? 1 : 0)];
                sum.oo += o * o, sum.ox += o * a, sum.oy += o * b;
                sum.xx += a * a, sum.yy += b * b, sum.xy += a * b;
              }
            }
            for (const std::int64_t j : at.rest) {
              const auto before = static_cast<double>(in[row + static_cast<std::size_t>(j)]),
                         after = static_cast<double>(out[row + static_cast<std::size_t>(j)]);
              rest_[t].in += before * before;
              rest_[t].error += (after - before) * (after - before);
            }
          }
      });
    });
  });
}

Reduced UnitSums::as_turns() const {
  Reduced turns;
  turns.tokens = tokens_;
  turns.pairs = static_cast<std::int64_t>(units_);
  turns.rest = rest_;
  for (const UnitSum& sum : sums_) {
    // Least squares of out = x·cos − y·sin; of one row any angle fits, and none is told.
    constexpr double told = 1e-6;
    const double det = sum.xx * sum.yy - sum.xy * sum.xy;
    const bool known = det > told * sum.xx * sum.yy && det > 0;
    const double c = known ? (sum.ox * sum.yy - sum.oy * sum.xy) / det : 0,
                 s = known ? (sum.xy * sum.ox - sum.xx * sum.oy) / det : 0;
    turns.sums.push_back({known ? 1.0 : 0.0, c * c + s * s, c, s});
    turns.phasors.push_back({std::hypot(c, s), std::atan2(s, c)});
  }
  return turns;
}

UnitScore UnitSums::score(std::size_t token, std::size_t unit, double angle, double gain) const {
  return score(token, unit, angle, gain * std::cos(angle), gain * std::sin(angle));
}

UnitScore UnitSums::score(std::size_t token, std::size_t unit, double angle, double cos, double sin) const {
  const UnitSum& sum = of(token, unit);
  const double length = cos * cos * sum.xx + sin * sin * sum.yy - 2 * cos * sin * sum.xy;
  UnitScore scored;
  scored.energy = std::max(0.0, length);
  scored.error = std::max(0.0, sum.oo - 2 * (cos * sum.ox - sin * sum.oy) + length);
  // Of a component both products are rounded, whatever their difference comes to.
  const double in = (sum.xx + sum.yy) / 2,
               scale = std::max(cos * cos * sum.xx + sin * sin * sum.yy, thresholds::least_length * in);
  const std::size_t i = pair(unit);
  const double floor = noise_.floor_of(at_, tokens_[token], i) * (mixed_ ? 0.5 : 1),
               turned = noise_.angle.empty() ? 0 : noise_.of_angle(i, angle), wide = mixed_ ? 2 * in : in;
  scored.allowed = scale * noise_.rms * noise_.rms + wide * turned * (turned + 2 * noise_.rms) + floor;
  const double bound = std::sqrt(scale) * noise_.bound + std::sqrt(wide) * thresholds::angle_bound * turned;
  scored.outlier = scored.error > bound * bound + thresholds::floor_bound * floor +
                                      thresholds::pair_sum_error * (sum.oo + scale) + thresholds::nothing;
  return scored;
}

} // namespace ropescope
