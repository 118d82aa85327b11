#include "core/check/evidence/changes.h"

#include <algorithm>
#include <cmath>

#include "core/check/basics/array_numbers.h"

namespace ropescope {

Changes changes(const KernelRun& run, std::span<const std::int64_t> tokens, double slack) {
  const RowShape& shape = run.shape;
  const auto width = static_cast<std::size_t>(shape.head_dim);
  // Two questions in one pass: which rows are as they were, and which components of a head are.
  std::vector<double> before(width), after(width);
  Changes result;
  with_numbers(run.in, [&](auto in) {
    with_numbers(run.out, [&](auto out) {
      for (std::int64_t outer = 0; outer < shape.outer; ++outer)
        for (std::int64_t inner = 0; inner < shape.inner; ++inner) {
          std::size_t unchanged = 0;
          for (const std::int64_t token : tokens) {
            bool same = true;
            const std::int64_t at = run.first_number(outer, token, inner);
            for (std::size_t j = 0; j < width; ++j) {
              const auto x = static_cast<double>(in[static_cast<std::size_t>(at) + j]),
                         y = static_cast<double>(out[static_cast<std::size_t>(at) + j]);
              before[j] += x * x;
              after[j] += (y - x) * (y - x);
              // A row is unchanged where every number is, each within its own rounding: a row that turns a little shows
              // in some.
              same &= std::abs(y - x) <= slack * std::abs(x);
            }
            unchanged += same ? 1 : 0;
          }
          result.unchanged.push_back(static_cast<double>(unchanged) / static_cast<double>(tokens.size()));
        }
    });
  });
  // Squared and summed over all rows: a slow pair moves by little in each.
  for (std::size_t j = 0; j < width; ++j) result.moved.push_back(after[j] > slack * slack * before[j]);
  return result;
}

} // namespace ropescope
