#include "core/rope/engine.h"

#include <algorithm>

#include <fmt/format.h>

#include "core/error.h"

namespace ropescope {

namespace {

void validate_table(const Rotation& rotation, const RowShape& shape) {
  if (rotation.table.empty()) return;
  const auto pairs = static_cast<std::size_t>(std::max<std::int64_t>(1, rotation.pairs())),
             tokens = static_cast<std::size_t>(shape.tokens), axes = static_cast<std::size_t>(rotation.positions.axes);
  if (rotation.places.empty()) {
    if (rotation.table.size() != pairs * tokens)
      throw Error("the table of cos and sin has another size than tokens × pairs");
    return;
  }
  const std::size_t rows = rotation.table.size() / pairs;
  if (rows * pairs != rotation.table.size() || rotation.places.size() != axes * tokens)
    throw Error("the table of cos and sin has another size than places × pairs, or not a place for every token");
  std::uint32_t greatest = 0; // of all, in vectors: a search that may end early is slower
  for (const std::uint32_t place : rotation.places) greatest = std::max(greatest, place);
  if (greatest >= rows && !rotation.places.empty()) throw Error("the table of cos and sin has no row for a place");
}

} // namespace

void validate(const Rotation& rotation, const RowShape& shape, std::int64_t rotary_dim, bool table_follows) {
  if (rotary_dim % 2 != 0)
    throw Error(fmt::format("rotary_dim is {}, and a rotation turns pairs: expected an even number", rotary_dim));
  if (rotation.layout.offset < 0 || 2 * rotation.pairs() + rotation.layout.offset > shape.head_dim)
    throw Error(fmt::format("rotary_dim is {}, more than the {} components of a head", rotary_dim, shape.head_dim));
  if (rotation.layout.blocks < 1 || rotation.pairs() % rotation.layout.blocks != 0)
    throw Error(fmt::format("{} pairs, expected a multiple of the layout's {} blocks", rotation.pairs(),
                            rotation.layout.blocks));
  validate_table(rotation, shape);
  if (!rotation.pair_axis.empty() && rotation.pair_axis.size() != rotation.turns.size())
    throw Error(fmt::format("{} pairs have an axis, and there are {}", rotation.pair_axis.size(), rotation.pairs()));
  if (rotation.positions.tokens() != shape.tokens)
    throw Error(fmt::format("there are positions for {} tokens, and the array has {}", rotation.positions.tokens(),
                            shape.tokens));
  if (!rotation.positions.whole() && rotation.table.empty() && !table_follows)
    throw Error("a position is no whole number, and frequencies as fractions of a turn need whole ones: expected a "
                "table of cos and sin");
  // Checked for every engine at one place: kernels assume it and would return inexact angles in silence.
  if (rotation.positions.ids.empty()) return;
  const auto [least, greatest] = extent(rotation.positions.ids);
  for (const std::int64_t position : {least, greatest})
    if (position < -greatest_position || position > greatest_position)
      throw Error(fmt::format("position {} is beyond ±2^31, where the phase is no longer exact", position));
}

} // namespace ropescope
