#pragma once
#include <cmath>
#include <span>
#include <vector>

#include "core/check/evidence/comparison.h"

namespace ropescope {

/// rad; by how much a pair of a token may be turned further than predicted, the same for all of its rows, so that
/// rounding explains each of their entries. None does where `least` is greater than `most`.
struct AngleRange {
  double least = -HUGE_VAL, most = HUGE_VAL;

  bool empty() const { return least > most; }
  /// The smallest angle of the range by its size; 0 where rounding alone explains the entries.
  double nearest() const { return least > 0 ? least : most < 0 ? most : 0; }
  double width() const { return most - least; }
};

/// [of `tokens`][pair]. `bounds_allowed`: how many bounds (EntryBounds) an entry may be off. For angles below 0.05 rad
/// or so, where sines are their angles. Where a component that should pass is off, the range of the first pair is
/// empty. Runs on every processor.
std::vector<AngleRange> angle_ranges(const KernelRun&, const PairComponents& at, const Multipliers&, const EntryBounds&,
                                     std::span<const std::int64_t> tokens, double bounds_allowed);

} // namespace ropescope
