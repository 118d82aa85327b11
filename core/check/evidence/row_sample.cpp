#include "core/check/evidence/row_sample.h"

#include <algorithm>

#include "core/check/basics/array_numbers.h"
#include "core/check/evidence/reduce.h"

namespace ropescope {

RowSample read_rows(const KernelRun& run, std::int64_t tokens) {
  // Numbers that a sample holds at most: 32 MB of doubles, read in some hundredths of a second.
  constexpr std::int64_t most_numbers = std::int64_t{1} << 21, fewest_tokens = 4;
  const RowShape& shape = run.shape;
  const std::int64_t room = most_numbers / (shape.outer * shape.inner * shape.head_dim);
  return read_rows(run, sample_tokens(shape.tokens, std::min(tokens, std::max(room, fewest_tokens))));
}

RowSample read_rows(const KernelRun& run, std::span<const std::int64_t> tokens) {
  const RowShape& shape = run.shape;
  RowSample sample{{tokens.begin(), tokens.end()}, shape.outer * shape.inner, shape.head_dim, {}, {}, shape};
  const auto read = [&](const Array& array, std::vector<double>& to) {
    to.reserve(tokens.size() * static_cast<std::size_t>(sample.rows * sample.width));
    with_numbers(array, [&](auto numbers) {
      for (const std::int64_t token : tokens)
        for (std::int64_t outer = 0; outer < shape.outer; ++outer) {
          // The rows of a token that follow one another in memory.
          const auto first = numbers.begin() + run.first_number(outer, token, 0);
          to.insert(to.end(), first, first + shape.inner * shape.head_dim);
        }
    });
  };
  read(run.in, sample.in);
  read(run.out, sample.out);
  return sample;
}

RowPlace place_of_row(const KernelRun& run, std::int64_t row, std::int64_t token) {
  const std::int64_t outer = row / run.shape.inner;
  return {run.head_of(outer, row % run.shape.inner), run.batch_of(outer), token};
}

} // namespace ropescope
