#include "core/check/rearrange.h"

#include <algorithm>

#include "core/parallel.h"

namespace ropescope {

namespace {

/// Where each row of the result begins in the array, in rows.
std::vector<std::int64_t> rows_taken(std::span<const std::int64_t> extents, std::span<const std::size_t> order,
                                     const std::vector<std::vector<std::int64_t>>& indices) {
  std::vector<std::int64_t> step(extents.size(), 1);
  for (std::size_t axis = extents.size(); axis-- > 1;) step[axis - 1] = step[axis] * extents[axis];
  std::vector<std::int64_t> rows{0};
  for (const std::size_t axis : order) { // every axis multiplies the rows so far
    std::vector<std::int64_t> more;
    more.reserve(rows.size() * indices[axis].size());
    for (const std::int64_t row : rows)
      for (const std::int64_t index : indices[axis]) more.push_back(row + index * step[axis]);
    rows = std::move(more);
  }
  return rows;
}

} // namespace

Array rearranged(const Array& array, std::span<const std::int64_t> extents, std::int64_t width,
                 std::span<const std::size_t> order, const std::vector<std::vector<std::int64_t>>& indices) {
  const std::vector<std::int64_t> rows = rows_taken(extents, order, indices);
  Array result;
  result.dtype = array.dtype;
  for (const std::size_t axis : order) result.shape.push_back(static_cast<std::int64_t>(indices[axis].size()));
  result.shape.push_back(width);
  const auto copy = [&](const auto& from, auto& to) {
    to.resize(rows.size() * static_cast<std::size_t>(width));
    constexpr std::size_t rows_of_a_task = 4096;
    in_parallel((rows.size() + rows_of_a_task - 1) / rows_of_a_task, 0, [&](std::size_t task) {
      const std::size_t end = std::min(rows.size(), (task + 1) * rows_of_a_task);
      for (std::size_t row = task * rows_of_a_task; row < end; ++row)
        std::copy_n(from.begin() + rows[row] * width, width, to.begin() + static_cast<std::int64_t>(row) * width);
    });
  };
  array.dtype == NumberFormat::float64 ? copy(array.doubles, result.doubles) : copy(array.floats, result.floats);
  return result;
}

} // namespace ropescope
