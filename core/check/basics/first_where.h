#pragma once
#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "core/check/basics/array_numbers.h"
#include "core/parallel.h"

namespace ropescope {

/// The least index of an array at which `wrong` holds, looked for on every processor.
template <typename Wrong>
std::optional<std::int64_t> first_where(const Array& array, Wrong wrong) {
  // A megabyte of floats: long beside what starting a task costs, short beside the arrays.
  constexpr std::size_t numbers_of_a_task = std::size_t{1} << 18, looked_at_once = 1024;
  return with_numbers(array, [&](auto numbers) -> std::optional<std::int64_t> {
    // The least of all tasks: each stops at its first, and where another has found one before it.
    std::atomic<std::size_t> first = numbers.size();
    in_parallel((numbers.size() + numbers_of_a_task - 1) / numbers_of_a_task, 0, [&](std::size_t task) {
      const std::size_t end = std::min(numbers.size(), (task + 1) * numbers_of_a_task);
      for (std::size_t i = task * numbers_of_a_task; i < end && i < first; i += looked_at_once) {
        const std::size_t last = std::min(end, i + looked_at_once);
        // Without a way out, so that several numbers are looked at at once; most arrays hold none that is wrong.
        unsigned any = 0;
        for (std::size_t n = i; n < last; ++n) any |= wrong(numbers[n]) ? 1u : 0u;
        if (any == 0) continue;
        while (!wrong(numbers[i])) ++i;
        for (std::size_t now = first; i < now && !first.compare_exchange_weak(now, i);) {
        }
        return;
      }
    });
    return first < numbers.size() ? std::optional(static_cast<std::int64_t>(first)) : std::nullopt;
  });
}

} // namespace ropescope
