#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "core/check/run.h"

namespace ropescope {

/// What differs between input and output at all, before anything is known of pairs.
struct Changes {
  std::vector<double> unchanged; ///< per [outer × inner]: share of the tokens whose row is as before, but for `slack`
  std::vector<std::uint8_t> moved; ///< per component of a head: whether it is another than before by `slack`
};

/// `slack`: relative, what rounding alone may change.
Changes changes(const KernelRun&, std::span<const std::int64_t> tokens, double slack);

} // namespace ropescope
