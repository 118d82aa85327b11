#include "app/scene/base_map_fill.h"

#include <algorithm>
#include <chrono>
#include <thread>

#include <doctest/doctest.h>

using namespace ropescope;

namespace {

// Two pairs, so that rows that reach to two million tokens are quick.
constexpr BaseMapWish small_wish{.rotary_dim = 4, .first = 4 * 2560, .last = 6 * 2560, .step = 128, .base = 31415};
constexpr double others[] = {2e4, 5e5};
constexpr double near_base = 1e5;

void wait_for(BaseMapFill& fill, const BaseMapWish& wish) {
  for (int i = 0; i < 60000 && (i == 0 || fill.working()); ++i) {
    fill.update(wish, others, near_base, false);
    if (fill.working()) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  REQUIRE(!fill.working());
}

bool has_row(const BaseMapFill& fill, double base) {
  return std::any_of(fill.rows().begin(), fill.rows().end(),
                     [&](const LeastScores& row) { return row.base == base && row.reach == base_map_reach; });
}

} // namespace

TEST_CASE("a map filled beside the frame has the rows of one that was waited for, its own base and others among them") {
  BaseMapFill beside, waited;
  wait_for(beside, small_wish);
  waited.update(small_wish, others, near_base, true);
  CHECK(!waited.working());
  CHECK(waited.share() == 1);
  REQUIRE(beside.rows().size() == waited.rows().size());
  for (std::size_t i = 0; i < beside.rows().size(); ++i) {
    const LeastScores &a = beside.rows()[i], &b = waited.rows()[i];
    if (i > 0) CHECK(a.base > beside.rows()[i - 1].base);
    CHECK(a.base == b.base);
    CHECK(a.reach == b.reach);
    CHECK(a.first_negative() == b.first_negative());
    CHECK(a.reach == base_map_reach);
  }
  for (std::int64_t k = small_wish.first; k <= small_wish.last; k += small_wish.step)
    CHECK(has_row(beside, fine_base_grid.base(k)));
  for (const double base : {31415.0, 2e4, 5e5}) CHECK(has_row(beside, base));
}

TEST_CASE("rows come coarse first: those that are there at any time are every eighth, then every fourth …") {
  BaseMapFill fill;
  BaseMapWish wish = small_wish;
  wish.rotary_dim = 128; // slow enough to be seen on its way
  std::size_t seen = 0;
  for (int i = 0; i < 30000 && seen < 40; ++i) {
    fill.update(wish, others, near_base, false);
    seen = fill.rows().size();
    const auto known = [&](std::int64_t k) { return has_row(fill, fine_base_grid.base(k)); };
    bool any_finer = false, all_coarse = true;
    for (std::int64_t k = wish.first; k <= wish.last; k += wish.step)
      if (k % (4 * wish.step) == 0)
        all_coarse = all_coarse && known(k);
      else
        any_finer = any_finer || known(k);
    if (any_finer) CHECK(all_coarse);
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
  CHECK(seen >= 40);
  fill.stop();
  CHECK(!fill.working());
}

TEST_CASE("what was filled stays when the view changes, and is not computed again; another head has rows of its own") {
  BaseMapFill fill;
  fill.update(small_wish, others, near_base, true);
  const std::uint64_t version = fill.version();
  const std::size_t count = fill.rows().size();
  fill.update(small_wish, others, near_base, false);
  CHECK(!fill.working());
  CHECK(fill.version() == version);
  BaseMapWish part = small_wish;
  part.first = 5 * 2560;
  fill.update(part, others, near_base, false);
  CHECK(!fill.working()); // all of it is known
  part.step /= 2;
  fill.update(part, others, near_base, true);
  CHECK(fill.rows().size() > count);
  BaseMapWish other = small_wish;
  other.rotary_dim = 2;
  fill.update(other, others, near_base, false);
  CHECK(std::none_of(fill.rows().begin(), fill.rows().end(), [](const LeastScores& row) { return row.falls.empty(); }));
  CHECK(fill.rows().size() < count);
  for (int i = 0; i < 2; ++i) { // back to the first one, of which all is known
    fill.update(small_wish, others, near_base, false);
    CHECK(!fill.working());
    CHECK(fill.rows().size() > count);
    fill.update(other, others, near_base, true);
  }
}

TEST_CASE("a wish that changes stops the work of the one before, and none of its unfinished rows arrives") {
  BaseMapFill fill;
  BaseMapWish wish = small_wish;
  wish.rotary_dim = 128;
  for (int i = 0; i < 5; ++i) {
    wish.base = 20000.0 + i;
    fill.update(wish, others, near_base, false);
    CHECK(fill.working());
  }
  for (int i = 0; i < 20000 && !has_row(fill, wish.base); ++i) {
    fill.update(wish, others, near_base, false);
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  CHECK(has_row(fill, wish.base));
  for (const LeastScores& row : fill.rows()) CHECK(row.reach == base_map_reach);
  fill.stop();
}
