#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "core/check/basics/run.h"

namespace ropescope {

/// What differs between input and output at all, before anything is known of pairs.
struct Changes {
  /// Per [outer × inner]: share of the tokens whose row came out as it went in, within `slack`.
  std::vector<double> unchanged;
  /// Per component of a head: whether the kernel changed it by more than `slack`, over all rows.
  std::vector<std::uint8_t> moved;
};

/// `slack`: relative, what rounding alone may change.
Changes changes(const KernelRun&, std::span<const std::int64_t> tokens, double slack);

} // namespace ropescope
