#pragma once
#include <cstddef>
#include <functional>

namespace ropescope {

/// Runs work(i) for i = 0 … count − 1, in no order, on so many threads; 0: on every processor. `work` is called from
/// several threads at once and does not throw.
void in_parallel(std::size_t count, int threads, const std::function<void(std::size_t)>& work);

} // namespace ropescope
