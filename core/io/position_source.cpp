#include "core/io/position_source.h"

#include <charconv>
#include <cmath>
#include <filesystem>
#include <system_error>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "core/error.h"
#include "core/io/tensor_file.h"
#include "core/text.h"

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
  // from_chars and not a stream: no blanks, no sign +, and no locale are accepted.
  if (first.ec == std::errc{} && first.ptr != end && *first.ptr == 'x')
    last = std::from_chars(first.ptr + 1, end, grid.columns);
  if (first.ec != std::errc{} || last.ec != std::errc{} || last.ptr != end || grid.rows < 1 || grid.columns < 1 ||
      grid.rows > greatest_grid_side || grid.columns > greatest_grid_side)
    throw Error(fmt::format("the grid {}: expected rows x columns of patches, as in 14x14, up to {} a side",
                            in_quotes(words), greatest_grid_side));
  return grid;
}

/// "0,1,5" instead of a file's name; a file that is really called so goes first.
std::optional<Array> read_list(const std::string& words) {
  std::error_code ignored;
  if (words.find_first_not_of("0123456789,-") != std::string::npos || std::filesystem::exists(words, ignored))
    return std::nullopt;
  Array list;
  list.dtype.reset();
  const char *at = words.data(), *end = at + words.size();
  while (true) {
    std::int64_t number = 0;
    const auto [rest, error] = std::from_chars(at, end, number);
    if (error != std::errc{} || (rest != end && (*rest != ',' || rest + 1 == end)))
      throw Error(fmt::format("the positions {}: expected integers, as in 0,1,5, or a file", in_quotes(words)));
    list.integers.push_back(number);
    if (rest == end) break;
    at = rest + 1;
  }
  list.shape = {static_cast<std::int64_t>(list.integers.size())};
  return list;
}

/// PyTorch's arange of floats makes such positions; a fraction would have to be rounded, and is refused.
void take_whole_numbers(Array& array, const std::string& file) {
  array.integers.resize(static_cast<std::size_t>(array.size()));
  for (std::int64_t i = 0; i < array.size(); ++i) {
    const double number = array.number(i);
    if (!(std::abs(number) <= 0x1p53) || number != std::floor(number))
      throw Error(fmt::format("{}: position {} at index {} is no whole number, expected integers", file, number, i));
    array.integers[static_cast<std::size_t>(i)] = static_cast<std::int64_t>(number);
  }
  array.dtype.reset();
  array.floats.clear();
  array.doubles.clear();
}

} // namespace

bool PositionSource::given() const {
  return offset || !file.empty() || !grid.empty() || !cu_seqlens.empty() || !start_positions.empty();
}

std::optional<std::int64_t> PositionSource::count() const {
  if (!file.empty()) {
    const Array array = table();
    return array.shape.empty() ? 1 : array.shape.back();
  }
  if (!grid.empty()) {
    const auto [rows, columns] = read_grid(grid);
    return grid_tokens(rows, columns, prefix);
  }
  // Values may be wrong still (read() refuses them): a division by 0 must not come first.
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
  const std::int64_t wanted = grid_tokens(rows, columns, prefix);
  if (wanted != tokens)
    throw Error(fmt::format("the grid {}x{} with {} prefix {}: {} tokens, and {} has {}", rows, columns, prefix,
                            prefix == 1 ? "token" : "tokens", wanted, in, tokens));
  return grid_positions(rope, rows, columns, merge, prefix);
}

std::int64_t PositionSource::tokens_of_all_ranks(std::int64_t tokens, const std::string& in) const {
  check_ranks(cp_size, cp_rank);
  // The quotient, as the product could overflow.
  if (tokens > greatest_packed_tokens / cp_size)
    throw Error(fmt::format("{} has {} tokens{}, expected at most {} in all", in, tokens,
                            cp_size > 1 ? fmt::format(" of each of {} ranks", cp_size) : "", greatest_packed_tokens));
  return tokens * cp_size;
}

Positions PositionSource::of_packed(std::int64_t tokens, const std::string& in) const {
  const std::int64_t expected = tokens_of_all_ranks(tokens, in);
  if (cu_seqlens.back() != expected)
    throw Error(fmt::format("cu_seqlens ends at {}, expected {} as {} has tokens{}", cu_seqlens.back(), expected, in,
                            cp_size > 1 ? ", times the number of ranks" : ""));
  return packed_positions(cu_seqlens, start_positions, cp_size, cp_rank);
}

Positions PositionSource::of_offset(std::int64_t tokens, const std::string& in) const {
  const std::int64_t first = offset.value_or(0), whole[] = {0, tokens_of_all_ranks(tokens, in)};
  if (first < -greatest_position || first > greatest_position)
    throw Error(fmt::format("the first position is {}, expected one within ±2^31", first));
  Positions positions = packed_positions(whole, start_positions, cp_size, cp_rank);
  for (std::int64_t& id : positions.ids) id += first;
  return positions;
}

Array PositionSource::table() const {
  if (auto list = read_list(file)) return std::move(*list);
  Array array = read_array(file);
  if (!array.holds_integers()) take_whole_numbers(array, file);
  return array;
}

Positions PositionSource::of_file() const {
  Array array = table();
  if (array.shape.empty() || array.shape.size() > 2)
    throw Error(fmt::format("{}: shape ({}), expected [tokens] or [axes, tokens]", file, fmt::join(array.shape, ", ")));
  return {array.shape.size() == 2 ? array.shape[0] : 1, std::move(array.integers)};
}

Positions PositionSource::read(const RopeConfig& rope, std::int64_t tokens, const std::string& in) const {
  check_ranks(cp_size, cp_rank);
  if (!grid.empty()) return of_grid(rope, tokens, in);
  Positions positions = !file.empty() ? of_file() : !cu_seqlens.empty() ? of_packed(tokens, in) : of_offset(tokens, in);
  // Without this a vision model's patches would be turned as text in a row, and the result would look plausible.
  if (rope.rotates && of_patches(rope.axes.rule) && positions.axes == 1)
    throw Error(
        fmt::format("this model's positions are {}rows and columns: expected the grid of its patches, or a file "
                    "of positions [{}, tokens]",
                    axis_count(rope) == 3 ? "frames, " : "", axis_count(rope)));
  return positions;
}

} // namespace ropescope
