#include "core/check/evidence/angle_ranges.h"

#include <algorithm>

#include "core/check/evidence/entry_bounds.h"
#include "core/parallel.h"

namespace ropescope {

namespace {

/// Narrows a range to the angles under which one entry is within `bound`: it grows by `slope` times the angle.
void narrow(AngleRange& range, double off, double slope, double bound) {
  if (slope == 0) {
    if (std::abs(off) > bound) range = {1, -1};
    return;
  }
  const double middle = off / slope, half = bound / std::abs(slope);
  range.least = std::max(range.least, middle - half);
  range.most = std::min(range.most, middle + half);
}

} // namespace

std::vector<AngleRange> angle_ranges(const KernelRun& run, const PairComponents& at, const Multipliers& multipliers,
                                     const EntryBounds& bounds, std::span<const std::int64_t> tokens,
                                     double bounds_allowed) {
  const auto pairs = static_cast<std::size_t>(at.pairs());
  std::vector<AngleRange> ranges(tokens.size() * pairs);
  const EntryBound bound(run, bounds.noise);
  in_parallel(tokens.size(), 0, [&](std::size_t n) {
    const auto token = static_cast<std::size_t>(tokens[n]) * pairs;
    std::vector<double> first_step, second_step, rest_step;
    for (std::int64_t outer = 0; outer < run.shape.outer; ++outer)
      for (std::int64_t inner = 0; inner < run.shape.inner; ++inner) {
        const std::int64_t row = run.first_number(outer, tokens[n], inner);
        bound.steps(row / run.shape.head_dim, at.out_first, first_step);
        bound.steps(row / run.shape.head_dim, at.out_second, second_step);
        for (std::size_t i = 0; i < pairs; ++i) {
          const std::complex<double> z = multipliers[token + i];
          const double a = run.in.number(row + at.in_first[i]), b = run.in.number(row + at.in_second[i]);
          const double ac = a * z.real(), as = a * z.imag(), bc = b * z.real(), bs = b * z.imag();
          const double first = ac - bs, second = bc + as;
          const double turned = bounds.turned.empty() ? 0 : static_cast<double>(bounds.turned[token + i]);
          const double length = turned * (std::abs(a) + std::abs(b));
          AngleRange& range = ranges[n * pairs + i];
          narrow(range, run.out.number(row + at.out_first[i]) - first, -second,
                 bounds_allowed * bound.of(std::abs(ac) + std::abs(bs), first, length, first_step[i]));
          narrow(range, run.out.number(row + at.out_second[i]) - second, first,
                 bounds_allowed * bound.of(std::abs(bc) + std::abs(as), second, length, second_step[i]));
        }
        bound.steps(row / run.shape.head_dim, at.rest, rest_step);
        for (std::size_t r = 0; r < at.rest.size(); ++r) {
          const double before = run.in.number(row + at.rest[r]);
          const double most = bounds_allowed * bound.of(0, before, 0, rest_step[r]);
          narrow(ranges[n * pairs], run.out.number(row + at.rest[r]) - before, 0, most);
        }
      }
  });
  return ranges;
}

} // namespace ropescope
