#pragma once
#include <atomic>
#include <cstddef>
#include <utility>
#include <vector>

#include "core/parallel.h"

namespace ropescope {

/// What find(i), an optional, holds for the least i below `count` for which it holds anything; else nothing. They are
/// looked for side by side, those with small i first, and what comes behind one that was found is left out: the answer
/// is that of a loop over them. Requires a `find` that may be called from several threads at once.
template <typename Find>
auto first_found(std::size_t count, Find find) -> decltype(find(std::size_t{0})) {
  std::vector<decltype(find(std::size_t{0}))> found(count);
  std::atomic<std::size_t> next = 0, first = count;
  in_parallel(count, 0, [&](std::size_t) {
    // In turn, whichever task asks: ranges of them would begin with what mostly is not needed.
    const std::size_t i = next++;
    if (i >= first) return;
    found[i] = find(i);
    if (!found[i]) return;
    for (std::size_t now = first; i < now && !first.compare_exchange_weak(now, i);) {
    }
  });
  return first < count ? std::move(found[first]) : decltype(find(std::size_t{0}))();
}

} // namespace ropescope
