#include "core/io/position_source.h"

#include <charconv>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "core/error.h"
#include "core/io/tensor_file.h"

namespace ropescope {

namespace {

struct Grid {
  std::int64_t rows = 0, columns = 0;
};

/// "14x14", or "14" for a square.
Grid read_grid(const std::string& words) {
  Grid grid;
  const char *text = words.data(), *end = text + words.size();
  const auto first = std::from_chars(text, end, grid.rows);
  auto last = first;
  grid.columns = grid.rows;
  if (first.ec == std::errc{} && first.ptr != end && *first.ptr == 'x')
    last = std::from_chars(first.ptr + 1, end, grid.columns);
  constexpr std::int64_t greatest = 65536;
  if (first.ec != std::errc{} || last.ec != std::errc{} || last.ptr != end || grid.rows < 1 || grid.columns < 1 ||
      grid.rows > greatest || grid.columns > greatest)
    throw Error(fmt::format("--grid {}: expected rows x columns of patches, as in 14x14", words));
  return grid;
}

} // namespace

bool PositionSource::given() const {
  return offset || !file.empty() || !grid.empty() || !cu_seqlens.empty() || !start_positions.empty();
}

std::optional<std::int64_t> PositionSource::count() const {
  if (!file.empty()) return of_file().tokens();
  if (!grid.empty()) {
    const auto [rows, columns] = read_grid(grid);
    return rows * columns + prefix;
  }
  if (!cu_seqlens.empty() && cp_size >= 1) return cu_seqlens.back() / cp_size;
  return std::nullopt;
}

void PositionSource::set_grid(RopeConfig& rope) const {
  if (rope.axes.rule != AxisRule::centred_grid || grid.empty()) return;
  const auto [rows, columns] = read_grid(grid);
  rope.axes.grid_height = rows;
  rope.axes.grid_width = columns;
}

Positions PositionSource::of_grid(const RopeConfig& rope, std::int64_t tokens, const std::string& in) const {
  const auto [rows, columns] = read_grid(grid);
  if (rows * columns != tokens - prefix)
    throw Error(fmt::format("--grid {} with --prefix {}: {} tokens, and {} has {}", grid, prefix,
                            rows * columns + prefix, in, tokens));
  return grid_positions(rope, rows, columns, merge, prefix);
}

// Packed sequences hold as many tokens as all ranks together.
Positions PositionSource::of_packed(std::int64_t tokens, const std::string& in) const {
  if (cu_seqlens.back() != tokens * cp_size)
    throw Error(fmt::format("--cu-seqlens ends at {}, expected {} as {} has tokens{}", cu_seqlens.back(),
                            tokens * cp_size, in, cp_size > 1 ? ", times the number of ranks" : ""));
  return packed_positions(cu_seqlens, start_positions, cp_size, cp_rank);
}

Positions PositionSource::of_file() const {
  const Array array = read_array(file);
  if (!array.holds_integers()) throw Error(fmt::format("{}: positions are floating point, expected integers", file));
  if (array.shape.empty() || array.shape.size() > 2)
    throw Error(fmt::format("{}: shape ({}), expected [tokens] or [axes, tokens]", file, fmt::join(array.shape, ", ")));
  return {array.shape.size() == 2 ? array.shape[0] : 1, array.integers};
}

Positions PositionSource::read(const RopeConfig& rope, std::int64_t tokens, const std::string& in) const {
  constexpr std::int64_t greatest_ranks = 1 << 20;
  if (cp_size < 1 || cp_size > greatest_ranks || cp_rank < 0 || cp_rank >= cp_size)
    throw Error(fmt::format("--cp-rank {} of --cp-size {}: expected a rank from 0", cp_rank, cp_size));
  if (!grid.empty()) return of_grid(rope, tokens, in);
  Positions positions;
  if (!file.empty())
    positions = of_file();
  else if (!cu_seqlens.empty())
    positions = of_packed(tokens, in);
  else {
    const std::int64_t first = offset.value_or(0), whole[] = {0, tokens * cp_size};
    if (first < -greatest_position || first > greatest_position)
      throw Error(fmt::format("--offset {}: expected a position within ±2^31", first));
    positions = packed_positions(whole, start_positions, cp_size, cp_rank);
    for (std::int64_t& id : positions.ids) id += first;
  }
  if (rope.rotates && of_patches(rope.axes.rule) && positions.axes == 1)
    throw Error("this model's positions are rows and columns: expected --grid, or --positions of [2, tokens]");
  return positions;
}

PairLayout layout_named(const std::string& name, const RopeConfig& rope) {
  PairLayout layout = rope.layout.pairs;
  if (const auto pairing = pairing_from_name(name)) {
    if (layout.output == layout.pairing) layout.output = *pairing;
    layout.pairing = *pairing;
  }
  return layout;
}

RowShape row_shape(const Array& array, std::int64_t token_axis, const RopeConfig& rope, const std::string& file) {
  const auto rank = static_cast<std::int64_t>(array.shape.size());
  if (array.size() == 0)
    throw Error(fmt::format("{}: shape ({}) holds no numbers", file, fmt::join(array.shape, ", ")));
  if (rank == 0)
    throw Error(fmt::format("{}: a single number, expected an array whose last axis is the head dimension", file));
  const std::int64_t width = array.shape.back();
  if (width != rope.layout.head_dim && width != rope.layout.head_dim + rope.layout.nope_dim) {
    const std::string with_nope = rope.layout.nope_dim > 0 ? fmt::format(", or {} with the part that does not turn",
                                                                         rope.layout.head_dim + rope.layout.nope_dim)
                                                           : "";
    throw Error(fmt::format("{}: shape ({}), expected a last axis of {} (the model's head_dim{})", file,
                            fmt::join(array.shape, ", "), rope.layout.head_dim, with_nope));
  }
  RowShape shape{1, 1, 1, width};
  if (rank == 1) return shape;
  const std::int64_t axis = token_axis < 0 ? rank + token_axis : token_axis;
  if (axis < 0 || axis >= rank - 1)
    throw Error(fmt::format("--token-axis {}: shape ({}) of {} has no such axis before its last", token_axis,
                            fmt::join(array.shape, ", "), file));
  for (std::int64_t a = 0; a < rank - 1; ++a) {
    const std::int64_t extent = array.shape[static_cast<std::size_t>(a)];
    (a < axis ? shape.outer : a == axis ? shape.tokens : shape.inner) *= extent;
  }
  return shape;
}

} // namespace ropescope
