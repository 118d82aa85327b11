#pragma once
#include <cstdint>
#include <vector>

#include "core/check/choices/prediction.h"
#include "core/check/evidence/comparison.h"

namespace ropescope {

/// Tokens with an entry that is more than so many bounds off, in rising order.
struct OddTokens {
  const std::vector<std::int64_t>& tokens;
  double from;
};

/// A table of so many steps a turn, or a phase in fixed point, is off by an angle whatever the size of the entry that
/// is made of it, while rounding of floating point is a share of the entry: where x·cos and y·sin are both small such a
/// kernel's entry is odd and the kernel right, as long as the rows' own rounding could turn the pair as far.
///
/// Returns those of the odd tokens that no such angles explain. They explain a token where one angle for all
/// rows of each pair does, up to `allowed` (rad), and where other pairs whose entries tell as small an angle are turned
/// too: a single wrong entry is no table.
std::vector<std::int64_t> odd_beyond_angles(const KernelRun&, const PairComponents& at, const Prediction& expected,
                                            const Multipliers&, const EntryBounds&, const OddTokens&, double allowed);

} // namespace ropescope
