#include "core/check/rotary_tables.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "core/error.h"
#include "core/io/tensor_file.h"

namespace ropescope {

namespace {

Array read_table(const std::string& file) {
  Array table = read_array(file);
  if (table.holds_integers() || table.shape.size() < 2 || table.size() == 0)
    throw Error(fmt::format("{}: shape ({}){}, expected numbers [tokens, pairs] or [tokens, twice the pairs]", file,
                            fmt::join(table.shape, ", "), table.holds_integers() ? " of integers" : ""));
  return table;
}

/// How many entries differ from the one that would be of the same pair if the copies were `apart`, one pair every
/// `step`.
std::int64_t unlike(const Array& table, std::int64_t pairs, std::int64_t step, std::int64_t apart) {
  std::int64_t count = 0;
  for (std::int64_t row = 0; row < table.size(); row += 2 * pairs)
    for (std::int64_t i = 0; i < pairs; ++i)
      count += table.number(row + i * step) != table.number(row + i * step + apart);
  return count;
}

/// Whether the copies of an angle are neighbours; where both could be, as the model pairs components.
bool copies_are_neighbours(const Array& cos, const Array& sin, std::int64_t pairs, Pairing pairing) {
  const std::int64_t halves = unlike(cos, pairs, 1, pairs) + unlike(sin, pairs, 1, pairs),
                     neighbours = unlike(cos, pairs, 2, 1) + unlike(sin, pairs, 2, 1);
  return halves == neighbours ? pairing == Pairing::interleaved : neighbours < halves;
}

/// Where the angles stand, and whether the model's way to rotate finds them there: the numbers alone would pass.
std::string note_of(std::int64_t pairs, bool twice, bool neighbours, const PairLayout& layout) {
  std::string note = fmt::format("Tables of {} pairs.", pairs);
  if (!twice) return note;
  const std::string side_by_side = "2i and 2i + 1", apart = fmt::format("i and i + {}", pairs);
  note += fmt::format(" Each angle stands at {}.", neighbours ? side_by_side : apart);
  // Blocks have halves of their own, and what writes in another order reorders first.
  if (layout.blocks > 1 || layout.pairing != layout.output) return note;
  if (neighbours && layout.pairing == Pairing::half)
    note +=
        fmt::format(" Code that pairs i with i+{} (rotate_half), as this model does, needs them at {}.", pairs, apart);
  if (!neighbours && layout.pairing == Pairing::interleaved)
    note += fmt::format(" Code that pairs 2i with 2i+1, as this model does, needs them at {}.", side_by_side);
  return note;
}

} // namespace

KernelArrays read_rotary_tables(const KernelFiles& files, const RopeConfig& rope) {
  const Array cos = read_table(files.in), sin = read_table(files.out);
  const std::int64_t pairs = pair_count(rope), width = cos.shape.back();
  if (cos.shape != sin.shape)
    throw Error(fmt::format("{} has shape ({}) and {} has ({}), expected the same", files.in,
                            fmt::join(cos.shape, ", "), files.out, fmt::join(sin.shape, ", ")));
  if (width != pairs && width != 2 * pairs)
    throw Error(fmt::format("{}: shape ({}), expected a last axis of {} pairs, or of {} where each angle stands twice",
                            files.in, fmt::join(cos.shape, ", "), pairs, 2 * pairs));
  const std::int64_t copies = width / pairs, rows = cos.size() / width, head_dim = rope.layout.head_dim;
  const bool neighbours = copies == 2 && copies_are_neighbours(cos, sin, pairs, rope.layout.pairs.pairing);
  const PairIndex at = pair_index(rope.layout.pairs, head_dim, pairs);
  KernelArrays arrays;
  arrays.file_axes = cos.shape.size();
  arrays.split = true;
  arrays.in.shape.assign(cos.shape.begin(), cos.shape.end() - 1);
  arrays.in.shape.insert(arrays.in.shape.end(), {copies, head_dim});
  arrays.in.dtype = cos.dtype;
  arrays.out = arrays.in;
  const auto fill = [&](auto& in, auto& out) {
    in.assign(static_cast<std::size_t>(rows * copies * head_dim), 0);
    out = in;
    for (std::int64_t row = 0; row < rows; ++row)
      for (std::int64_t copy = 0; copy < copies; ++copy)
        for (std::int64_t i = 0; i < pairs; ++i) {
          const std::int64_t entry = row * width + (neighbours ? 2 * i + copy : copy * pairs + i),
                             head = (row * copies + copy) * head_dim;
          const auto put = [&](auto& numbers, std::int64_t component, double number) {
            numbers[static_cast<std::size_t>(head + component)] =
                static_cast<typename std::decay_t<decltype(numbers)>::value_type>(number);
          };
          put(in, at.in_first(i), 1);
          put(out, at.out_first(i), cos.number(entry));
          put(out, at.out_second(i), rope.layout.pairs.direction * sin.number(entry));
        }
  };
  cos.dtype == NumberFormat::float64 ? fill(arrays.in.doubles, arrays.out.doubles)
                                     : fill(arrays.in.floats, arrays.out.floats);
  arrays.notes.push_back(note_of(pairs, copies == 2, neighbours, rope.layout.pairs));
  return arrays;
}

} // namespace ropescope
