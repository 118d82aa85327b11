#include "core/parallel.h"

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <exception>
#include <latch>
#include <optional>
#include <thread>
#include <vector>

#include <tbb/global_control.h>
#include <tbb/parallel_for.h>
#include <tbb/task_arena.h>

// Whether the thread sanitizer is in the program, as GCC and as clang say it.
#if defined(__SANITIZE_THREAD__)
#define ROPESCOPE_THREAD_SANITIZER
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define ROPESCOPE_THREAD_SANITIZER
#endif
#endif

namespace ropescope {

namespace {

/// How many threads, up to `wanted`, the system gives this process at the same time.
int threads_given(int wanted) {
  // All are started and kept waiting until the last one is there: threads that ended at once would make room for the
  // next, and a limit on threads at the same time would not show.
  std::latch all_asked_for(1);
  std::vector<std::jthread> threads;
  try {
    threads.reserve(static_cast<std::size_t>(wanted));
    while (static_cast<int>(threads.size()) < wanted) threads.emplace_back([&] { all_asked_for.wait(); });
  } catch (const std::exception&) { // these are all
  }
  all_asked_for.count_down();
  return static_cast<int>(threads.size());
}

/// Threads that may work at once, the caller's among them. TBB's own workers start further workers, and the process
/// aborts where one cannot be had (oneTBB 2021.8, rml_thread_monitor.h); so it is told before the first how many can.
int most_threads() {
  // Asked once: the answer costs a start of every thread. The limit must live as long as TBB works, so it is static.
  static const int most = [] {
    const int wanted = tbb::this_task_arena::max_concurrency();
    const int given = 1 + threads_given(wanted - 1);
    static std::optional<tbb::global_control> limit;
    if (given < wanted) limit.emplace(tbb::global_control::max_allowed_parallelism, static_cast<std::size_t>(given));
    return given;
  }();
  return most;
}

/// TBB's library comes without the thread sanitizer, which so cannot see that all work begins after the caller asked
/// for it, and ends before the caller goes on. It sees it by these two numbers, and can then find what races within the
/// work; to suppress TBB's frames would hide that too.
#ifdef ROPESCOPE_THREAD_SANITIZER
class SeenBySanitizer {
public:
  explicit SeenBySanitizer(const std::function<void(std::size_t)>& work) : work_(work) { begun_ = 1; }
  ~SeenBySanitizer() { ended_.load(); }
  void operator()(std::size_t i) const {
    const Ending ending{ended_}; // also where the work throws
    begun_.load();
    work_(i);
  }

private:
  struct Ending {
    std::atomic<std::size_t>& ended;
    ~Ending() { ++ended; }
  };
  const std::function<void(std::size_t)>& work_;
  std::atomic<int> begun_ = 0;
  mutable std::atomic<std::size_t> ended_ = 0;
};
#else
using SeenBySanitizer = const std::function<void(std::size_t)>&;
#endif

} // namespace

void in_parallel(std::size_t count, int threads, const std::function<void(std::size_t)>& work) {
  // Without TBB: nothing to share, or nobody to share it with.
  if (count <= 1 || threads == 1 || most_threads() == 1) {
    for (std::size_t i = 0; i < count; ++i) work(i);
    return;
  }
  const SeenBySanitizer seen(work);
  // Isolated: a thread that has done its part and waits takes no other caller's work, which could wait for this one.
  const auto all = [&] { tbb::this_task_arena::isolate([&] { tbb::parallel_for(std::size_t{0}, count, seen); }); };
  if (threads == 0)
    all();
  else
    tbb::task_arena(std::min(threads, most_threads())).execute(all);
}

} // namespace ropescope
