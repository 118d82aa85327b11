#include "core/check/basics/run.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "core/check/basics/first_where.h"
#include "core/check/basics/rows_not_finite.h"
#include "core/error.h"
#include "core/parallel.h"

namespace ropescope {

namespace {

/// Whether every token is at position 0, where no frequency and no pairing can be seen. One other position is enough to
/// see whether the rotation is right.
bool nothing_turns(const KernelRun& run) {
  for (std::int64_t axis = 0; axis < run.positions.axes; ++axis)
    for (std::int64_t token = 0; token < run.positions.tokens(); ++token)
      if (run.position(axis, token) != 0) return false;
  return true;
}

} // namespace

double KernelRun::length() const {
  return seq_len.value_or(static_cast<double>(std::max<std::int64_t>(sequence_length(positions), 1)));
}

KernelRun without_rows(const KernelRun& run) {
  KernelRun copy;
  copy.rope = run.rope;
  copy.other_layers = run.other_layers;
  copy.positions = run.positions;
  copy.seq_len = run.seq_len;
  copy.out_name = run.out_name;
  copy.tables = run.tables;
  copy.budget = run.budget;
  copy.notes = run.notes;
  return copy;
}

Positions positions_of_tokens(const Positions& positions, std::span<const std::int64_t> tokens) {
  Positions some{positions.axes, {}};
  const std::int64_t all = positions.tokens();
  for (std::int64_t axis = 0; axis < positions.axes; ++axis)
    for (const std::int64_t token : tokens) {
      some.ids.push_back(positions.at(axis, token));
      if (!positions.whole())
        some.fractions.push_back(positions.fractions[static_cast<std::size_t>(axis * all + token)]);
    }
  return some;
}

bool one_position(const Positions& positions) {
  for (std::int64_t axis = 0; axis < positions.axes; ++axis)
    for (std::int64_t token = 1; token < positions.tokens(); ++token)
      if (positions.value(axis, token) != positions.value(axis, 0)) return false;
  return true;
}

void require_judgeable(const KernelRun& run) {
  // From what is easiest to mend to what takes a look at every number.
  if (run.in.shape != run.out.shape)
    throw Error(fmt::format("the input has shape ({}) and the output ({}), expected the same",
                            fmt::join(run.in.shape, ", "), fmt::join(run.out.shape, ", ")));
  if (run.positions.tokens() != run.shape.tokens)
    throw Error(fmt::format("there are positions for {} tokens, and the arrays have {}", run.positions.tokens(),
                            run.shape.tokens));
  if (run.rope.attention.xpos_scale_base) throw Error("xPos, which also grows and shrinks, cannot be checked yet");
  if (nothing_turns(run)) throw Error("every row is at position 0, where nothing turns: expected another position");
  if (const auto at = first_where(run.in, [](auto x) { return !std::isfinite(x); }))
    throw Error(fmt::format("the input holds a number at index {} that is not finite, so nothing can be expected of "
                            "the output",
                            *at));
  if (!first_where(run.in, [](auto x) { return x != 0; }))
    throw Error("the input holds zeros alone, and every rotation of zero is zero");
}

RowPlace KernelRun::place_of(std::int64_t index) const {
  const std::int64_t row = index / shape.head_dim, outer = row / (shape.inner * shape.tokens);
  return {head_of(outer, row % shape.inner), batch_of(outer), shape.token_of_row(row)};
}

std::optional<std::int64_t> first_not_finite(const KernelRun& run) {
  return first_where(run.out, [](auto x) { return !std::isfinite(x); });
}

namespace {

/// Its arrays side by side: they are most of it.
KernelRun copy_of(const KernelRun& run) {
  KernelRun copy = without_rows(run);
  copy.shape = run.shape;
  copy.heads = run.heads;
  copy.first_head = run.first_head;
  copy.token_axis = run.token_axis;
  copy.token_axis_reason = run.token_axis_reason;
  in_parallel(2, 0, [&](std::size_t which) { which == 0 ? copy.in = run.in : copy.out = run.out; });
  return copy;
}

} // namespace

FiniteRows finite_rows(const KernelRun& run) {
  FiniteRows finite{copy_of(run), {}, 0};
  const RowShape& shape = run.shape;
  const auto width = static_cast<std::size_t>(shape.head_dim);
  std::vector<std::uint8_t> lost(static_cast<std::size_t>(shape.tokens), 0);
  // Zeros tell nothing and break nothing: later stages pass over them.
  const auto clear = [&](Array& array, std::size_t row) {
    const auto zero = [&](auto& numbers) { std::fill_n(numbers.begin() + static_cast<std::ptrdiff_t>(row), width, 0); };
    array.dtype == NumberFormat::float64 ? zero(array.doubles) : zero(array.floats);
  };
  const std::vector<std::uint8_t> odd = rows_not_finite(run.out, shape.head_dim);
  for (std::size_t row = 0; row < odd.size(); ++row) {
    if (!odd[row]) continue;
    clear(finite.run.in, row * width);
    clear(finite.run.out, row * width);
    lost[row / static_cast<std::size_t>(shape.inner) % lost.size()] = 1;
  }
  finite.tokens_lost = std::count(lost.begin(), lost.end(), 1);
  finite.lost = std::move(lost);
  return finite;
}

NumberFormat format_held(const Array& array) {
  // Files of 16 bits are taken at their word; wider ones are looked through, for kernels are often saved as float32.
  if (array.dtype == NumberFormat::bfloat16) return NumberFormat::bfloat16;
  if (array.dtype == NumberFormat::float16) return NumberFormat::float16;
  for (const NumberFormat format : {NumberFormat::bfloat16, NumberFormat::float16})
    if (!first_where(array, [format](auto x) {
          const auto narrow = static_cast<float>(x);
          return static_cast<decltype(x)>(rounded(format, narrow)) != x;
        }))
      return format;
  if (array.dtype == NumberFormat::float64 &&
      first_where(array, [](auto x) { return static_cast<decltype(x)>(static_cast<float>(x)) != x; }))
    return NumberFormat::float64;
  return NumberFormat::float32;
}

double rms_of(const Array& array) {
  // Parts of one size, added in order: the same to the bit on any number of threads.
  constexpr std::size_t numbers_of_a_part = std::size_t{1} << 16;
  double sum = 0;
  with_numbers(array, [&](auto numbers) {
    std::vector<double> parts((numbers.size() + numbers_of_a_part - 1) / numbers_of_a_part);
    in_parallel(parts.size(), 0, [&](std::size_t part) {
      const std::size_t begin = part * numbers_of_a_part;
      for (const auto x : numbers.subspan(begin, std::min(numbers_of_a_part, numbers.size() - begin)))
        parts[part] += static_cast<double>(x) * static_cast<double>(x);
    });
    sum = std::accumulate(parts.begin(), parts.end(), 0.0);
  });
  return std::sqrt(sum / static_cast<double>(std::max<std::int64_t>(1, array.size())));
}

} // namespace ropescope
