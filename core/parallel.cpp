#include "core/parallel.h"

#include <algorithm>
#include <execution>
#include <numeric>
#include <vector>

#include <tbb/task_arena.h>

namespace ropescope {

void in_parallel(std::size_t count, int threads, const std::function<void(std::size_t)>& work) {
  if (count <= 1 || threads == 1) {
    for (std::size_t i = 0; i < count; ++i) work(i);
    return;
  }
  std::vector<std::size_t> tasks(count);
  std::iota(tasks.begin(), tasks.end(), std::size_t{0});
  const auto all = [&] { std::for_each(std::execution::par, tasks.begin(), tasks.end(), work); };
  if (threads == 0)
    all();
  else
    // What libstdc++'s parallel algorithms run in.
    tbb::task_arena(std::min(threads, tbb::this_task_arena::max_concurrency())).execute(all);
}

} // namespace ropescope
