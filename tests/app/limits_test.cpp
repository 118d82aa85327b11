#include "app/bench/limits.h"

#include <algorithm>
#include <array>
#include <bit>
#include <new>
#include <numeric>
#include <vector>

#include <doctest/doctest.h>

#include "app/bench/clock.h"
#include "tests/instruction_sets.h"

using namespace ropescope;

namespace {

/// Most of what work() calls its amount that is done a second. Other programs can only make a round slower, so the
/// fastest of many short rounds is nearest to what the processor can do.
class Fastest {
public:
  template <typename Work>
  void round(Work work) {
    const double begin = bench::wall_ms();
    const double amount = work();
    a_second_ = std::max(a_second_, amount / (bench::wall_ms() - begin) * 1e3);
  }
  double a_second() const { return a_second_; }

private:
  double a_second_ = 0;
};

constexpr int rounds = 60;

/// Cycles in a chain of rotations and exclusive ors, each of which waits for the one before: every processor takes one
/// cycle for each, and none takes less.
double wait_cycles() {
  constexpr std::uint64_t length = 200'000;
  static volatile std::uint64_t kept = 0x9e3779b97f4a7c15;
  std::uint64_t x = kept;
  for (std::uint64_t i = 0; i < length; ++i) x = std::rotl(x, 7) ^ 0x2545f4914f6cdd1d;
  kept = x;
  return 2.0 * static_cast<double>(length);
}

#if defined(__x86_64__) || defined(__i386__)
constexpr double units = 2; // that multiply and add vectors, of one processor: no x86 has more
#else
constexpr double units = 4;
#endif

/// In code without vectors the compiler makes some of its own, of what every processor of its kind has.
double floats_of_vector(const bench::MultiplyAddRun& run) {
  constexpr std::size_t of_compiler = 4;
  return static_cast<double>(std::max(run.lanes, of_compiler));
}

constexpr double noise = 1.2; // clocks change from round to round, where the processor is warm or shared

} // namespace

TEST_CASE("no more multiply-adds are measured than width, units and clock allow, and a further chain adds none") {
  test::on_every_instruction_set([] {
    std::array<float, bench::multiply_add_values> values;
    Fastest clock, enough, twice;
    double lanes = 0;
    const auto run = [&](bench::Chains chains) {
      std::iota(values.begin(), values.end(), 1.0f);
      const bench::MultiplyAddRun result = bench::multiply_adds(10'000, chains, values);
      lanes = floats_of_vector(result);
      return static_cast<double>(result.done);
    };
    for (int i = 0; i < rounds; ++i) {
      clock.round(wait_cycles);
      enough.round([&] { return run(bench::Chains::enough); });
      twice.round([&] { return run(bench::Chains::twice); });
    }
    CAPTURE(lanes);
    CAPTURE(clock.a_second() / 1e9);
    CHECK(enough.a_second() <= noise * lanes * units * clock.a_second());
    // Chains that a compiler merges run in the time of one, so that twice as many would yield twice as much.
    CHECK(twice.a_second() <= noise * enough.a_second());
  });
}

TEST_CASE(
    "the limits of memory are measured by loops that move every number, and no faster than vectors and clock allow") {
  constexpr std::size_t count = 3 * 4096; // in the first cache, where a loop is as fast as it can be
  struct alignas(64) Rows {
    std::array<float, count> numbers;
  };
  Rows from, to;
  test::on_every_instruction_set([&] {
    std::iota(from.numbers.begin(), from.numbers.end(), 1.0f);
    to.numbers.fill(0);
    bench::streaming_copy(from.numbers.data(), to.numbers.data(), count);
    CHECK(to.numbers == from.numbers);
    bench::scale_in_place(to.numbers.data(), count, 2.0f);
    std::size_t doubled = 0;
    for (std::size_t i = 0; i < count; ++i) doubled += to.numbers[i] == 2 * from.numbers[i];
    CHECK(doubled == count);

    std::array<float, bench::multiply_add_values> values{};
    const double lanes = floats_of_vector(bench::multiply_adds(1, bench::Chains::enough, values));
    Fastest clock, copy, scale;
    for (int i = 0; i < rounds; ++i) {
      clock.round(wait_cycles);
      copy.round([&] {
        bench::streaming_copy(from.numbers.data(), to.numbers.data(), count);
        return static_cast<double>(count);
      });
      scale.round([&] {
        bench::scale_in_place(to.numbers.data(), count, 1.0f);
        return static_cast<double>(count);
      });
    }
    constexpr double stores = 2; // vectors a cycle: no processor of today stores more
    CHECK(copy.a_second() <= noise * lanes * stores * clock.a_second());
    CHECK(scale.a_second() <= noise * lanes * stores * clock.a_second());
  });
}
