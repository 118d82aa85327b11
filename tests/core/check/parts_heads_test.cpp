#include <algorithm>
#include <cmath>

#include <doctest/doctest.h>

#include "core/check/check.h"
#include "tests/core/check/part_kernels.h"

using namespace ropescope;

namespace {

using test::PartCase;
using Numbers = std::vector<std::int64_t>;

constexpr unsigned cases = 12; // of each kind: all formats, four times

void copy_row(PartCase& made, const double* from, double* to) { std::copy(from, from + made.in.width, to); }

/// The one cause of that name, with its parameter `how`.
const Cause& told(const PartCase& made, const Finding& finding, const std::string& name, const std::string& how) {
  INFO(made.words() << " was found to be " << finding.sentence);
  CHECK(finding.verdict == Verdict::mismatch);
  const Cause* found = test::find_cause(finding, name);
  REQUIRE(found);
  CHECK(test::parameter<std::string>(*found, "how") == how);
  return *found;
}

} // namespace

TEST_CASE("heads that are zero are named, and the others are not") {
  for (unsigned seed = 0; seed < cases; ++seed) {
    PartCase made = test::part_case(seed, seed % 4 == 3, seed % 2 == 1);
    const Numbers zero = made.in.heads > 2 ? Numbers{1, 2} : Numbers{1};
    made.for_rows([&](std::int64_t, std::int64_t h, std::int64_t, const double*, double* y) {
      if (std::find(zero.begin(), zero.end(), h) != zero.end()) std::fill(y, y + made.in.width, 0.0);
    });
    const Finding finding = check(made.run());
    CHECK(test::parameter<Numbers>(told(made, finding, "heads_wrong", "zero"), "heads") == zero);
  }
}

TEST_CASE("heads exchanged, repeated, and batch rows that repeat the first are told with where they come from") {
  for (unsigned seed = 0; seed < cases; ++seed) {
    const PartCase right = test::part_case(seed, seed % 4 == 3, seed % 2 == 1);
    const std::int64_t last = right.in.heads - 1;
    PartCase exchanged = right, repeated = right, batch = right;
    exchanged.for_rows([&](std::int64_t b, std::int64_t h, std::int64_t t, const double*, double* y) {
      if (h == 0 || h == last) copy_row(exchanged, right.out.row(b, last - h, t), y);
    });
    Finding finding = check(exchanged.run());
    const Cause& swapped = told(exchanged, finding, "heads_wrong", "exchanged");
    CHECK(test::parameter<Numbers>(swapped, "heads") == Numbers{0, last});
    CHECK(test::parameter<Numbers>(swapped, "from") == Numbers{last, 0});
    repeated.for_rows([&](std::int64_t b, std::int64_t h, std::int64_t t, const double*, double* y) {
      if (h == last) copy_row(repeated, right.out.row(b, 0, t), y);
    });
    finding = check(repeated.run());
    CHECK(test::parameter<Numbers>(told(repeated, finding, "heads_wrong", "repeated"), "from") == Numbers{0});
    if (right.in.batch == 1) continue;
    batch.for_rows([&](std::int64_t, std::int64_t h, std::int64_t t, const double*, double* y) {
      copy_row(batch, right.out.row(0, h, t), y);
    });
    finding = check(batch.run());
    const Cause& stride = told(batch, finding, "heads_wrong", "repeated");
    CHECK(test::parameter<Numbers>(stride, "batch").size() == static_cast<std::size_t>(right.in.batch - 1));
    CHECK(test::parameter<Numbers>(stride, "from_batch").front() == 0);
  }
}

TEST_CASE("a head that turns otherwise is named, with what it does where that has a name") {
  for (unsigned seed = 0; seed < cases; ++seed) {
    PartCase made = test::part_case(seed, seed % 4 == 3, seed % 2 == 1);
    const std::int64_t head = seed % made.in.heads;
    made.for_rows([&](std::int64_t, std::int64_t h, std::int64_t t, const double* x, double* y) {
      if (h != head) return;
      for (std::int64_t i = 0; i < made.model.pairs(); ++i) made.turn(i, -made.angle(i, t), x, y);
    });
    const Finding finding = check(made.run());
    const Cause& found = told(made, finding, "heads_wrong", "other");
    CHECK(test::parameter<Numbers>(found, "heads") == Numbers{head});
    CHECK(test::parameter<std::string>(found, "they").starts_with("rotates by the opposite angle"));
  }
}

TEST_CASE("components that should pass and do not are named, with what became of them") {
  for (unsigned seed = 0; seed < cases; ++seed) {
    const PartCase right = test::part_case(seed, false, true);
    const std::int64_t r = right.model.rotary_dim, d = right.model.head_dim, n = (d - r) / 2;
    PartCase zero = right, turned = right, other_row = right, shifted = right;
    zero.for_rows(
        [&](std::int64_t, std::int64_t, std::int64_t, const double*, double* y) { std::fill(y + r, y + d, 0.0); });
    Finding finding = check(zero.run());
    CHECK(test::parameter<Numbers>(told(zero, finding, "components_wrong", "zero"), "components").front() == r);
    turned.for_rows([&](std::int64_t, std::int64_t, std::int64_t t, const double* x, double* y) {
      for (std::int64_t i = 0; i < n; ++i) { // neighbours, by angles of their own
        const double angle = static_cast<double>(t) * 0.37 * std::pow(0.9, static_cast<double>(i));
        const double a = x[r + 2 * i], b = x[r + 2 * i + 1];
        y[r + 2 * i] = a * std::cos(angle) - b * std::sin(angle);
        y[r + 2 * i + 1] = b * std::cos(angle) + a * std::sin(angle);
      }
    });
    finding = check(turned.run());
    CHECK(test::parameter<Numbers>(told(turned, finding, "components_wrong", "rotated"), "components").back() == d - 1);
    other_row.for_rows([&](std::int64_t b, std::int64_t h, std::int64_t t, const double*, double* y) {
      const double* from = right.in.row(b, h, t == 0 ? 0 : t - 1);
      std::copy(from + r, from + d, y + r);
    });
    finding = check(other_row.run());
    told(other_row, finding, "components_wrong", "copied");
    shifted.for_rows([&](std::int64_t, std::int64_t, std::int64_t, const double* x, double* y) {
      std::copy(x, x + d - r, y + r); // the head's first components
    });
    finding = check(shifted.run());
    told(shifted, finding, "components_wrong", "copied");
  }
}

TEST_CASE("components that do not pass are told beside what else is wrong") {
  for (unsigned seed = 0; seed < cases; ++seed) {
    PartCase made = test::part_case(seed, false, true);
    made.for_rows([&](std::int64_t, std::int64_t, std::int64_t t, const double* x, double* y) {
      const double step = static_cast<double>(made.in.positions[0][1] - made.in.positions[0][0]);
      for (std::int64_t i = 0; i < made.model.pairs(); ++i)
        made.turn(i, made.angle(i, t) + 3 * step * made.model.theta()[static_cast<std::size_t>(i)], x, y);
      std::fill(y + made.model.rotary_dim, y + made.model.head_dim, 0.0);
    });
    const Finding finding = check(made.run());
    told(made, finding, "components_wrong", "zero");
    CHECK(test::find_cause(finding, "position_offset"));
  }
}

TEST_CASE("scattered wrong numbers are told by their share and by what they equal, and are no heads or pairs") {
  for (unsigned seed = 0; seed < cases; ++seed)
    for (const char* equal_to : {"input", "zero", "other"}) {
      PartCase made = test::part_case(seed, seed % 4 == 3, seed % 2 == 1);
      std::mt19937 random(seed);
      const unsigned one_in = seed % 2 == 0 ? 120 : 20;
      std::int64_t hit = 0;
      made.for_rows([&](std::int64_t, std::int64_t, std::int64_t, const double* x, double* y) {
        for (std::int64_t j = 0; j < made.model.rotary_dim; ++j) {
          if (random() % one_in != 0) continue;
          ++hit;
          y[j] = equal_to[0] == 'i' ? x[j] : equal_to[0] == 'z' ? 0 : y[j] + 1.5;
        }
      });
      const Finding finding = check(made.run());
      INFO(made.words() << ", " << hit << " hit, " << equal_to << ", was found to be " << finding.sentence);
      const Cause* found = test::find_cause(finding, "elements_wrong");
      REQUIRE(found);
      CHECK(test::parameter<std::string>(*found, "equal_to") == equal_to);
      const double share = test::parameter<double>(*found, "share"),
                   real = static_cast<double>(hit) / static_cast<double>(made.in.numbers.size());
      CHECK(share > 0.3 * real); // where a pair hardly turns the input is right
      CHECK(share < 1.2 * real);
    }
}

TEST_CASE("heads that are zero are told beside what the others do, and an output of zeros alone as zeros") {
  for (unsigned seed = 0; seed < cases; ++seed) {
    PartCase made = test::part_case(seed), nothing = made;
    made.for_rows([&](std::int64_t, std::int64_t h, std::int64_t t, const double* x, double* y) {
      for (std::int64_t i = 0; i < made.model.pairs(); ++i) made.turn(i, -made.angle(i, t), x, y);
      if (h == 0) std::fill(y, y + made.in.width, 0.0);
    });
    Finding finding = check(made.run());
    CHECK(test::parameter<Numbers>(told(made, finding, "heads_wrong", "zero"), "heads") == Numbers{0});
    CHECK(test::find_cause(finding, "inverse_rotation"));
    std::fill(nothing.out.numbers.begin(), nothing.out.numbers.end(), 0.0);
    finding = check(nothing.run());
    told(nothing, finding, "heads_wrong", "zero");
  }
}

TEST_CASE("rows written in the order of the other axis are told as that") {
  for (unsigned seed = 0; seed < cases; ++seed) {
    const PartCase right = test::part_case(seed, seed % 4 == 3, seed % 2 == 1);
    PartCase made = right;
    const std::int64_t heads = made.in.heads, tokens = made.in.tokens;
    made.for_rows([&](std::int64_t b, std::int64_t h, std::int64_t t, const double*, double* y) {
      const std::int64_t n = made.heads_inside ? t * heads + h : h * tokens + t;
      const double* row =
          made.heads_inside ? right.out.row(b, n / tokens, n % tokens) : right.out.row(b, n % heads, n / heads);
      std::copy(row, row + made.in.width, y);
    });
    const Finding finding = check(made.run());
    told(made, finding, "heads_wrong", "transposed");
  }
}

TEST_CASE("stretches of numbers that were never written are scattered numbers too") {
  for (unsigned seed = 0; seed < cases; ++seed) {
    PartCase made = test::part_case(seed);
    std::mt19937 random(seed);
    made.for_rows([&](std::int64_t, std::int64_t, std::int64_t, const double*, double* y) {
      for (std::int64_t j = 0; j < made.in.width; j += 16)
        if (random() % 25 == 0) std::fill(y + j, y + j + 16, 0.0);
    });
    const Finding finding = check(made.run());
    INFO(made.words() << " was found to be " << finding.sentence);
    REQUIRE(test::find_cause(finding, "elements_wrong"));
  }
}
