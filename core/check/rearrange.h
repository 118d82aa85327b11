#pragma once
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "core/array.h"

namespace ropescope {

/// Rows of an array in another order. A row is what lies along the last axis, `width` numbers; the axes before it have
/// the extents given, whose product is the number of rows. The result has the axes `order`, and along each of them the
/// `indices` of the axis that it was. Requires an array that holds no integers.
Array rearranged(const Array&, std::span<const std::int64_t> extents, std::int64_t width,
                 std::span<const std::size_t> order, const std::vector<std::vector<std::int64_t>>& indices);

} // namespace ropescope
