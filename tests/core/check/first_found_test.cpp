#include "core/check/basics/first_found.h"

#include <optional>
#include <stdexcept>

#include <doctest/doctest.h>

namespace ropescope {

TEST_CASE("what is found side by side is what a loop finds first") {
  const auto multiple_of = [](std::size_t n) {
    return first_found(200, [=](std::size_t i) { return i > 0 && i % n == 0 ? std::optional(i) : std::nullopt; });
  };
  for (const std::size_t n : {1, 7, 60, 199}) CHECK(multiple_of(n) == n);
  CHECK(!multiple_of(200));
  CHECK(!first_found(0, [](std::size_t i) { return std::optional(i); }));
}

TEST_CASE("what a search side by side throws reaches the caller") {
  const auto stopped = [](std::size_t) -> std::optional<int> { throw std::runtime_error("stopped"); };
  CHECK_THROWS_AS(first_found(8, stopped), std::runtime_error);
}

} // namespace ropescope
