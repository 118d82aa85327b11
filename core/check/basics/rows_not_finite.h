#pragma once
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/check/basics/array_numbers.h"
#include "core/parallel.h"

namespace ropescope {

/// Per row of so many numbers, 1 where one of them is NaN or infinite. Looked for on every processor.
inline std::vector<std::uint8_t> rows_not_finite(const Array& array, std::int64_t numbers_of_a_row) {
  const auto width = static_cast<std::size_t>(numbers_of_a_row);
  constexpr std::size_t rows_of_a_task = 1024;
  return with_numbers(array, [&](auto numbers) {
    std::vector<std::uint8_t> odd(numbers.size() / width);
    in_parallel((odd.size() + rows_of_a_task - 1) / rows_of_a_task, 0, [&](std::size_t task) {
      for (std::size_t row = task * rows_of_a_task; row < std::min(odd.size(), (task + 1) * rows_of_a_task); ++row) {
        unsigned any = 0; // without a way out, so that several numbers are looked at at once
        for (const auto x : numbers.subspan(row * width, width)) any |= std::isfinite(x) ? 0u : 1u;
        odd[row] = any != 0;
      }
    });
    return odd;
  });
}

} // namespace ropescope
