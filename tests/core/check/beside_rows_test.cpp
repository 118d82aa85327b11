#include <algorithm>
#include <cmath>
#include <functional>

#include <doctest/doctest.h>

#include "core/check/causes/rows_wrong.h"
#include "core/check/check.h"
#include "tests/core/check/part_kernels.h"

using namespace ropescope;

// Rows that lie elsewhere, were never written or have a constant added, and a second mistake that hides them.

namespace {

using test::PartCase;
using test::PartRows;

constexpr unsigned seeds[] = {0, 1, 2, 4, 8};

/// Every row turned one token further, or by a base ten times as great: what the second mistake is called.
const char* second_mistake(PartCase& made, bool offset) {
  test::PartModel other = made.model;
  if (!offset) other.base *= 10;
  const std::vector<double> theta = other.theta();
  made.for_rows([&](std::int64_t, std::int64_t, std::int64_t t, const double* x, double* y) {
    const auto position = static_cast<double>(made.in.positions[0][static_cast<std::size_t>(t)]) + (offset ? 1.0 : 0.0);
    for (std::int64_t i = 0; i < made.model.pairs(); ++i)
      made.turn(i, position * theta[static_cast<std::size_t>(i)], x, y);
  });
  return offset ? "position_offset" : "base";
}

/// Each kind of the first mistake beside both second ones, in every format.
void named_beside(const std::string& cause,
                  const std::function<void(PartCase&, const PartRows& turned)>& first_mistake) {
  for (const unsigned seed : seeds)
    for (const bool offset : {true, false}) {
      PartCase made = test::part_case(seed);
      const std::string second = second_mistake(made, offset);
      const PartRows turned = made.out;
      first_mistake(made, turned);
      const Finding finding = check(made.run());
      CAPTURE(seed);
      CAPTURE(made.words());
      CAPTURE(finding.sentence);
      CHECK(test::find_cause(finding, second));
      CHECK(test::find_cause(finding, cause));
    }
}

} // namespace

TEST_CASE("heads that hold another's rows are named beside the offset or the base that is wrong in all of them") {
  named_beside("heads_wrong", [](PartCase& made, const PartRows& turned) {
    made.for_rows([&](std::int64_t b, std::int64_t h, std::int64_t t, const double*, double* y) {
      std::copy_n(turned.row(b, h < 2 ? 1 - h : h, t), turned.width, y);
    });
  });
}

TEST_CASE(
    "rows that are written three tokens late are named beside the offset or the base that is wrong in all of them") {
  named_beside("row_shift", [](PartCase& made, const PartRows& turned) {
    made.for_rows([&](std::int64_t b, std::int64_t h, std::int64_t t, const double*, double* y) {
      std::copy_n(turned.row(b, h, (t + turned.tokens - 3) % turned.tokens), turned.width, y);
    });
  });
}

TEST_CASE("tokens that were never written are named beside the offset or the base that is wrong in the others") {
  named_beside("rows_wrong", [](PartCase& made, const PartRows&) {
    made.for_rows([&](std::int64_t, std::int64_t, std::int64_t t, const double* x, double* y) {
      if (t % 4 == 3) std::copy_n(x, made.in.width, y);
    });
  });
}

TEST_CASE("a constant that is added is named beside the offset or the base that is wrong in all rows") {
  for (const unsigned seed : {0u, 1u, 8u}) // of a row or two in a token no mean is known
    for (const bool offset : {true, false}) {
      PartCase made = test::part_case(seed);
      REQUIRE(made.in.batch * made.in.heads >= 4);
      const std::string second = second_mistake(made, offset);
      made.for_rows([&](std::int64_t, std::int64_t, std::int64_t, const double*, double* y) {
        for (std::int64_t j = 0; j < made.in.width; ++j) y[j] += 0.7 * std::sin(1.0 + 1.7 * static_cast<double>(j));
      });
      const Finding finding = check(made.run());
      CAPTURE(made.words());
      CAPTURE(finding.sentence);
      CHECK(test::find_cause(finding, second));
      CHECK(test::find_cause(finding, "constant_added"));
    }
}

TEST_CASE("numbers that were never written here and there are named beside the offset that is wrong in all rows") {
  for (const unsigned seed : {0u, 3u, 6u}) {
    PartCase made = test::part_case(seed);
    second_mistake(made, true);
    std::uint32_t state = seed + 1;
    made.for_rows([&](std::int64_t, std::int64_t, std::int64_t, const double*, double* y) {
      for (std::int64_t j = 0; j < made.in.width; ++j) {
        state = state * 1664525u + 1013904223u;
        if (state >> 16 < 330) y[j] = 0; // 0.5 %
      }
    });
    const Finding finding = check(made.run());
    CAPTURE(made.words());
    CAPTURE(finding.sentence);
    CHECK(test::find_cause(finding, "position_offset"));
    CHECK(test::find_cause(finding, "elements_wrong"));
  }
}

TEST_CASE("tokens that are turned by chance are named beside those that are right, though those be few") {
  for (const unsigned seed : {0u, 1u, 2u}) {
    PartCase made = test::part_case(seed);
    made.for_rows([&](std::int64_t, std::int64_t, std::int64_t t, const double* x, double* y) {
      if (t < made.in.tokens / 4) return;
      for (std::int64_t i = 0; i < made.model.pairs(); ++i)
        made.turn(i, 1e4 * std::sin(12.9898 * static_cast<double>(i) + 78.233 * static_cast<double>(t)), x, y);
    });
    const Finding finding = check(made.run());
    CAPTURE(made.words());
    CAPTURE(finding.sentence);
    const Cause* rows = test::find_cause(finding, "rows_wrong");
    REQUIRE(rows);
    const auto wrong = test::parameter<std::vector<std::int64_t>>(*rows, "rows");
    CHECK(wrong.front() == made.in.tokens / 4);
    CHECK(wrong.size() == static_cast<std::size_t>(made.in.tokens - made.in.tokens / 4));
  }
}

TEST_CASE("components that should pass are told as zeros or by their factor, and as no function of every number") {
  // Many numbers of 16 bits, most of which are met more than once.
  for (const bool zero : {true, false})
    for (unsigned seed = 1; seed < 40; seed += 3) {
      PartCase made = test::part_case(seed, false, true);
      if (made.in.batch * made.in.heads < 8) continue;
      made.for_rows([&](std::int64_t, std::int64_t, std::int64_t, const double* x, double* y) {
        for (std::int64_t j = made.model.rotary_dim; j < made.in.width; ++j) y[j] = zero ? 0 : 1.25 * x[j];
      });
      const Finding finding = check(made.run());
      CAPTURE(made.words());
      CAPTURE(finding.sentence);
      // A weight of each component's own says the same as a factor of the rest.
      CHECK(finding.sentence.find(zero ? "writes zeros to components" : "by 1.25") != std::string::npos);
      CHECK(finding.causes.front().name() != "elements_wrong");
    }
}
