#pragma once
#include <cstddef>
#include <functional>

namespace ropescope {

/// Runs work(i) for i = 0 … count − 1, in no order, on so many threads; 0: on every processor. Where the system gives
/// fewer threads they do it, and the caller's thread alone where it gives none. `work` is called from several threads
/// at once. What it throws reaches the caller once no thread works any more; then some i may have been left out.
void in_parallel(std::size_t count, int threads, const std::function<void(std::size_t)>& work);

} // namespace ropescope
