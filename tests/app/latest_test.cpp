#include "app/scene/latest.h"

#include <atomic>
#include <chrono>
#include <stdexcept>

#include <doctest/doctest.h>

using namespace ropescope;

namespace {

using Numbers = Latest<int, int>;

/// Everything the worker gives until it is done.
std::vector<int> all_of(Numbers& worker) {
  std::vector<int> all;
  for (bool working = true; working;) {
    working = worker.working();
    for (const int piece : worker.take()) all.push_back(piece);
    std::this_thread::yield();
  }
  return all;
}

} // namespace

TEST_CASE("the newest wish alone comes home, whatever older ones still give") {
  std::atomic<bool> first_runs = false;
  Numbers worker([&](int& wish, Numbers::Run& run) {
    if (wish == 1) {
      first_runs = true;
      while (!run.stopped()) std::this_thread::yield();
    }
    run.give(wish, 0.5);
    run.give(wish * 10, 1);
  });
  worker.begin(1);
  while (!first_runs) std::this_thread::yield();
  worker.begin(2);
  CHECK(all_of(worker) == std::vector<int>{2, 20});
  CHECK(worker.share() == 1);
}

TEST_CASE("whatever the work throws comes home once, and the worker goes on") {
  Numbers worker([](int& wish, Numbers::Run& run) {
    if (wish == 1) throw std::runtime_error("one");
    if (wish == 2) throw 2; // not even an exception
    run.give(wish, 1);
  });
  worker.begin(1);
  CHECK_THROWS_WITH_AS(all_of(worker), "one", std::runtime_error);
  worker.begin(2);
  CHECK_THROWS_AS(all_of(worker), int);
  CHECK(worker.take().empty());
  worker.begin(3);
  CHECK(all_of(worker) == std::vector<int>{3});
}

TEST_CASE("what is abandoned gives nothing, and does not keep its owner waiting") {
  using Clock = std::chrono::steady_clock;
  const auto begin = Clock::now();
  {
    Numbers worker([](int&, Numbers::Run& run) {
      const auto until = Clock::now() + std::chrono::seconds(20);
      while (!run.stopped() && Clock::now() < until) std::this_thread::sleep_for(std::chrono::milliseconds(1));
      run.give(7, 1);
    });
    worker.begin(1);
    worker.abandon();
    CHECK(!worker.working());
    CHECK(worker.take().empty());
    worker.begin(2); // destroyed while it works
  }
  CHECK(Clock::now() - begin < std::chrono::seconds(10));
}
