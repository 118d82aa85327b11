#include "core/rope/layout.h"

#include <set>

#include <doctest/doctest.h>

using namespace ropescope;

TEST_CASE("a rotary part of several blocks pairs within each, and an offset moves it whole") {
  PairLayout layout;
  layout.blocks = 2;
  const PairIndex gemma = pair_index(layout, 64, 32); // Gemma 4's vision: 0…15 with 16…31, 32…47 with 48…63
  CHECK((gemma.in_first(0) == 0 && gemma.in_second(0) == 16));
  CHECK((gemma.in_first(15) == 15 && gemma.in_second(15) == 31));
  CHECK((gemma.in_first(16) == 32 && gemma.in_second(16) == 48));
  CHECK((gemma.in_first(31) == 47 && gemma.in_second(31) == 63));
  layout.offset = 128;
  CHECK(pair_index(layout, 192, 32).in_first(0) == 128);
  CHECK(pair_index({Pairing::half, Pairing::half, true, +1, 8}, 64, 8).in_first(0) == 40);
}

TEST_CASE("every layout reads and writes each component of its rotary part exactly once") {
  for (const Pairing in : {Pairing::half, Pairing::interleaved})
    for (const Pairing out : {Pairing::half, Pairing::interleaved})
      for (const bool trailing : {false, true}) {
        const std::int64_t head_dim = 24, pairs = 5;
        const PairIndex index = pair_index({in, out, trailing, +1}, head_dim, pairs);
        std::set<std::int64_t> read, written;
        for (std::int64_t i = 0; i < pairs; ++i) {
          read.insert({index.in_first(i), index.in_second(i)});
          written.insert({index.out_first(i), index.out_second(i)});
        }
        const std::int64_t first = trailing ? head_dim - 2 * pairs : 0;
        CHECK(read.size() == 10);
        CHECK(read == written);
        CHECK(*read.begin() == first);
        CHECK(*read.rbegin() == first + 2 * pairs - 1);
      }
}

TEST_CASE("half-split pairs i with i + n, interleaved pairs 2i with 2i + 1") {
  const PairIndex half = pair_index({}, 128, 64);
  CHECK(half.in_first(3) == 3);
  CHECK(half.in_second(3) == 67);
  const PairIndex interleaved = pair_index({Pairing::interleaved, Pairing::interleaved, false, +1}, 128, 64);
  CHECK(interleaved.in_first(3) == 6);
  CHECK(interleaved.in_second(3) == 7);
}
