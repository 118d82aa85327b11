#pragma once
#include <cstdint>
#include <vector>

#include "core/rope/layout.h"

namespace ropescope {

/// How components of a head are read and written in pairs: a PairIndex spelled out.
struct PairComponents {
  std::vector<std::int64_t> in_first, in_second, out_first, out_second; ///< per pair
  std::vector<std::int64_t> rest; ///< components that no pair writes, which should pass unchanged
  std::int64_t pairs() const { return static_cast<std::int64_t>(in_first.size()); }
  bool operator==(const PairComponents&) const = default;
};

/// Requires pairs that fit into head_dim (pair_index).
PairComponents pair_components(const PairIndex&, std::int64_t head_dim, std::int64_t pairs);

} // namespace ropescope
