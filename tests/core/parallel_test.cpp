#include "core/parallel.h"

#include <atomic>
#include <stdexcept>
#include <vector>

#include <doctest/doctest.h>

using namespace ropescope;

TEST_CASE("every part is done once, on however many threads") {
  for (const int threads : {0, 1, 2, 7})
    for (const std::size_t count : {0, 1, 2, 100, 5000}) {
      std::vector<std::atomic<int>> done(count);
      in_parallel(count, threads, [&](std::size_t i) { ++done[i]; });
      for (const std::atomic<int>& times : done) CHECK(times == 1);
    }
}

TEST_CASE("parts that are themselves parallel are all done") {
  std::atomic<int> done = 0;
  in_parallel(8, 0, [&](std::size_t) { in_parallel(8, 2, [&](std::size_t) { ++done; }); });
  CHECK(done == 64);
}

TEST_CASE("what a part throws reaches the caller, and parallel work goes on afterwards") {
  for (const int threads : {0, 1, 2})
    for (const std::size_t thrower : {0, 41, 99}) {
      const auto work = [&](std::size_t i) {
        if (i == thrower) throw std::runtime_error("part");
      };
      CHECK_THROWS_WITH_AS(in_parallel(100, threads, work), "part", std::runtime_error);
      std::atomic<int> done = 0;
      in_parallel(100, threads, [&](std::size_t) { ++done; });
      CHECK(done == 100);
    }
}
