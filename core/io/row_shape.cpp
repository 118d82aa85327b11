#include "core/io/row_shape.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "core/error.h"

namespace ropescope {

RowShape row_shape(const Array& array, std::int64_t token_axis, const RopeConfig& rope, const std::string& file) {
  const auto rank = static_cast<std::int64_t>(array.shape.size());
  if (array.size() == 0)
    throw Error(fmt::format("{}: shape ({}) holds no numbers", file, fmt::join(array.shape, ", ")));
  if (rank == 0)
    throw Error(fmt::format("{}: a single number, expected an array whose last axis is the head dimension", file));
  const std::int64_t width = array.shape.back();
  // Of models with a decoupled part an array may hold the part that turns alone, or the whole query.
  if (width != rope.layout.head_dim && width != rope.layout.head_dim + rope.layout.nope_dim) {
    std::string more = rope.layout.nope_dim > 0 ? fmt::format(", or {} with the part that does not turn",
                                                              rope.layout.head_dim + rope.layout.nope_dim)
                                                : "";
    if (rope.layout.spanned_heads > 1) // heads apart say nothing of which of them a row is
      more += fmt::format(": its frequencies run through {} heads, so a token's heads stand side by side",
                          rope.layout.spanned_heads);
    throw Error(fmt::format("{}: shape ({}), expected a last axis of {} (the model's head_dim{})", file,
                            fmt::join(array.shape, ", "), rope.layout.head_dim, more));
  }
  RowShape shape{1, 1, 1, width};
  if (rank == 1) return shape;
  const std::int64_t axis = token_axis < 0 ? rank + token_axis : token_axis;
  if (axis < 0 || axis >= rank - 1)
    throw Error(fmt::format("{}: shape ({}) has no axis {} before its last, expected one that counts the tokens", file,
                            fmt::join(array.shape, ", "), token_axis));
  for (std::int64_t a = 0; a < rank - 1; ++a) {
    const std::int64_t extent = array.shape[static_cast<std::size_t>(a)];
    // Row-major, so that axes on either side of the tokens join to one each without moving a number.
    (a < axis ? shape.outer : a == axis ? shape.tokens : shape.inner) *= extent;
  }
  return shape;
}

} // namespace ropescope
