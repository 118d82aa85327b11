#include <algorithm>
#include <cmath>
#include <functional>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "core/check/causes/constant_added.h"
#include "core/check/causes/elements_wrong.h"
#include "core/check/causes/precision.h"
#include "core/check/causes/row_gain.h"
#include "core/check/causes/row_shift.h"
#include "core/check/causes/rows_wrong.h"
#include "core/check/check.h"
#include "tests/core/check/part_kernels.h"

using namespace ropescope;

namespace {

using test::PartCase;
using test::PartRows;

/// Seeds of models and shapes of every format.
constexpr unsigned seeds[] = {0, 1, 2, 4, 8};

/// Each row of the output from the row of another token that `source` names.
PartCase rows_of(unsigned seed, const std::function<std::int64_t(std::int64_t t, std::int64_t tokens)>& source) {
  PartCase made = test::part_case(seed);
  const PartRows right = made.out;
  made.for_rows([&](std::int64_t b, std::int64_t h, std::int64_t t, const double*, double* y) {
    std::copy_n(right.row(b, h, source(t, right.tokens)), right.width, y);
  });
  return made;
}

/// Every row turned by the position of `position`, at the case's frequencies.
PartCase turned(unsigned seed, const std::function<double(std::int64_t h, std::int64_t t)>& position, double base = 0) {
  PartCase made = test::part_case(seed);
  test::PartModel other = made.model;
  if (base > 0) other.base = base;
  made.for_rows([&](std::int64_t, std::int64_t h, std::int64_t t, const double* x, double* y) {
    for (std::int64_t i = 0; i < made.model.pairs(); ++i)
      made.turn(i, position(h, t) * other.theta()[static_cast<std::size_t>(i)], x, y);
  });
  return made;
}

Finding found(const PartCase& made) { return check(made.run()); }

/// A number that looks like chance.
bool by_chance(std::int64_t b, std::int64_t h, std::int64_t t, double share) {
  const double x = std::abs(std::sin(static_cast<double>(b * 7919 + h * 104729 + t) * 12.9898)) * 43758.5453;
  return x - std::floor(x) < share;
}

} // namespace

TEST_CASE("rows that lie in another order are told by the rule of that order") {
  struct Order {
    std::function<std::int64_t(std::int64_t, std::int64_t)> source;
    std::string words;
  };
  const Order orders[] = {
      {[](std::int64_t t, std::int64_t n) { return n - 1 - t; }, "reverse order"},
      {[](std::int64_t t, std::int64_t n) { return std::min(t ^ 1, n - 1); }, "neighbours exchanged"},
      {[](std::int64_t t, std::int64_t) { return t / 2; }, "t ÷ 2"},
      {[](std::int64_t, std::int64_t) { return std::int64_t{0}; }, "the same for all t"},
      {[](std::int64_t t, std::int64_t n) { return t < n / 8 * 8 ? (t / 8 * 5 + 3) % (n / 8) * 8 + t % 8 : t; },
       "blocks of 8 tokens"},
  };
  for (const Order& order : orders)
    for (const unsigned seed : seeds) {
      const PartCase made = rows_of(seed, order.source);
      if (made.in.tokens % 2 != 0 || made.in.tokens / 8 % 5 == 0) continue; // where those are no orders
      const Finding finding = found(made);
      INFO(made.words() << ", " << order.words << ", was found to be " << finding.sentence);
      CHECK(test::find_cause(finding, "row_shift") != nullptr);
      CHECK(finding.sentence.find(order.words) != std::string::npos);
    }
}

TEST_CASE("rows that hold something else by chance are counted, with what they hold") {
  for (const std::string what : {"input", "zero", "twice", "other"})
    for (const unsigned seed : seeds) {
      PartCase made = test::part_case(seed);
      std::int64_t count = 0;
      made.for_rows([&](std::int64_t b, std::int64_t h, std::int64_t t, const double* x, double* y) {
        if (made.in.positions[0][static_cast<std::size_t>(t)] == 0 || !by_chance(b, h, t, 0.3)) return;
        ++count;
        for (std::int64_t i = 0; i < made.model.pairs(); ++i) made.turn(i, 2 * made.angle(i, t), x, y);
        for (std::int64_t j = 0; j < made.in.width && what != "twice"; ++j)
          y[j] = what == "input" ? x[j] : what == "zero" ? 0 : std::sin(static_cast<double>(7 * j + t));
      });
      const Finding finding = found(made);
      INFO(made.words() << ", " << what << ", was found to be " << finding.sentence);
      const Cause* cause = test::find_cause(finding, "rows_wrong");
      REQUIRE(cause != nullptr);
      const auto& rows = *cause->as<cause::RowsWrong>();
      CHECK(rows.equal_to == (what == "other" ? "" : what));
      // Zeros are told by heads and tokens.
      if (what == "zero") continue;
      CHECK(rows.count == count);
      CHECK(finding.sentence.find("the other rows are right") != std::string::npos);
    }
}

TEST_CASE("a pointer that is off is told by its numbers, where it reads and where it writes") {
  for (const std::int64_t by : {1, 4, -3})
    for (const bool reads : {false, true})
      for (const unsigned seed : {0u, 1u, 2u}) {
        PartCase made = test::part_case(seed);
        made.heads_inside = false;
        const auto size = static_cast<std::int64_t>(made.in.numbers.size());
        const auto moved = [&](const std::vector<double>& of) {
          std::vector<double> to = of;
          for (std::int64_t n = 0; n < size; ++n)
            if (n - by >= 0 && n - by < size) to[static_cast<std::size_t>(n)] = of[static_cast<std::size_t>(n - by)];
          return to;
        };
        if (reads) {
          const std::vector<double> input = made.in.numbers;
          made.in.numbers = moved(input);
          made.out = made.in;
          made.for_rows([&](std::int64_t, std::int64_t, std::int64_t t, const double* x, double* y) {
            for (std::int64_t i = 0; i < made.model.pairs(); ++i) made.turn(i, made.angle(i, t), x, y);
          });
          made.in.numbers = input;
        } else {
          made.out.numbers = moved(made.out.numbers);
        }
        const Finding finding = found(made);
        INFO(made.words() << ", by " << by << ", was found to be " << finding.sentence);
        const Cause* cause = test::find_cause(finding, "row_shift");
        REQUIRE(cause != nullptr);
        CHECK(cause->as<cause::RowShift>()->by == by);
        CHECK(cause->as<cause::RowShift>()->unit == "numbers");
        CHECK(cause->as<cause::RowShift>()->turned_here == reads);
      }
}

TEST_CASE("components in another order, or combined with others, are told by the rule") {
  for (const unsigned seed : seeds) {
    PartCase made = test::part_case(seed);
    made.for_rows([&](std::int64_t, std::int64_t, std::int64_t, const double*, double* y) {
      std::reverse(y, y + made.in.width);
    });
    const Finding finding = found(made);
    INFO(made.words() << " was found to be " << finding.sentence);
    CHECK(test::find_cause(finding, "halves_exchanged") != nullptr);
    CHECK(finding.sentence.find("in reverse order") != std::string::npos);
  }
  for (const unsigned seed : seeds) {
    PartCase made = test::part_case(seed);
    if (made.model.interleaved) continue;
    const std::int64_t pairs = made.model.pairs();
    made.for_rows([&](std::int64_t, std::int64_t, std::int64_t t, const double* x, double* y) {
      for (std::int64_t j = 0; j < 2 * pairs; ++j) {
        const double angle = made.angle(j % pairs, t);
        y[j] = x[j] * std::cos(angle) + (j < pairs ? -1 : 1) * x[j ^ 4] * std::sin(angle);
      }
    });
    const Finding finding = found(made);
    INFO(made.words() << " was found to be " << finding.sentence);
    CHECK(test::find_cause(finding, "pairing") != nullptr);
    CHECK(finding.sentence.find("combines component") != std::string::npos);
  }
}

TEST_CASE("a constant that is added is measured, before the rotation and after it") {
  for (const bool after : {false, true})
    for (const unsigned seed : seeds) {
      PartCase made = test::part_case(seed);
      const auto constant = [&](std::int64_t h, std::int64_t j) {
        return 0.4 * std::sin(static_cast<double>(j + 9 * h));
      };
      made.for_rows([&](std::int64_t, std::int64_t h, std::int64_t t, const double* x, double* y) {
        std::vector<double> biased(x, x + made.in.width);
        for (std::int64_t j = 0; j < made.in.width; ++j)
          (after ? y[j] : biased[static_cast<std::size_t>(j)]) += constant(h, j);
        for (std::int64_t i = 0; i < made.model.pairs() && !after; ++i)
          made.turn(i, made.angle(i, t), biased.data(), y);
      });
      const Finding finding = found(made);
      INFO(made.words() << " was found to be " << finding.sentence);
      const Cause* cause = test::find_cause(finding, "constant_added");
      REQUIRE(cause != nullptr);
      const auto& added = *cause->as<cause::ConstantAdded>();
      CHECK(added.after == after);
      CHECK(std::abs(added.constant[static_cast<std::size_t>(made.in.width + 5)] - constant(1, 5)) < 0.01);
    }
}

TEST_CASE("what is done to every number for itself is told as that") {
  struct Function {
    std::function<double(double)> of;
    std::string equal_to;
  };
  const Function functions[] = {{[](double y) { return std::abs(y); }, "absolute"},
                                {[](double y) { return std::max(y, 0.0); }, "negative_zero"},
                                {[](double y) { return std::clamp(y, -1.5, 1.5); }, "clipped"},
                                {[](double y) { return std::tanh(y); }, "function_of_right"}};
  for (const Function& function : functions)
    for (const unsigned seed : seeds) {
      PartCase made = test::part_case(seed);
      for (double& y : made.out.numbers) y = function.of(y);
      const Finding finding = found(made);
      INFO(made.words() << ", " << function.equal_to << ", was found to be " << finding.sentence);
      const Cause* cause = test::find_cause(finding, "elements_wrong");
      REQUIRE(cause != nullptr);
      CHECK(cause->as<cause::ElementsWrong>()->equal_to == function.equal_to);
    }
}

TEST_CASE("numbers that were never written are told by their share, however many they are") {
  for (const double share : {0.3, 0.6, 0.9})
    for (const unsigned seed : seeds) {
      PartCase made = test::part_case(seed);
      std::mt19937 random(seed);
      made.for_rows([&](std::int64_t, std::int64_t, std::int64_t, const double* x, double* y) {
        for (std::int64_t j = 0; j < made.in.width; ++j)
          if (static_cast<double>(random() % 1000) < 1000 * share) y[j] = x[j];
      });
      const Finding finding = found(made);
      INFO(made.words() << " was found to be " << finding.sentence);
      const Cause* cause = test::find_cause(finding, "elements_wrong");
      REQUIRE(cause != nullptr);
      CHECK(cause->as<cause::ElementsWrong>()->equal_to == "input");
      CHECK(std::abs(cause->as<cause::ElementsWrong>()->share - share) < 0.03);
    }
}

TEST_CASE("a coarse table is a mismatch that says its steps and its greatest error, and passes with the budget") {
  for (const std::int64_t steps : {128, 256})
    for (const unsigned seed : seeds) {
      PartCase made = test::part_case(seed);
      const double step = 2 * std::acos(-1.0) / static_cast<double>(steps);
      made.for_rows([&](std::int64_t, std::int64_t, std::int64_t t, const double* x, double* y) {
        for (std::int64_t i = 0; i < made.model.pairs(); ++i)
          made.turn(i, std::round(made.angle(i, t) / step) * step, x, y);
      });
      KernelRun run = made.run();
      const Finding finding = check(run);
      INFO(made.words() << " was found to be " << finding.sentence);
      CHECK(finding.verdict == Verdict::mismatch);
      const Cause* cause = test::find_cause(finding, "precision");
      REQUIRE(cause != nullptr);
      const auto& arithmetic = *cause->as<cause::Precision>();
      CHECK(arithmetic.steps == steps);
      // Half a step, and what rows of 16 bits round beside it.
      CHECK(arithmetic.angle_off < 0.5 * step + 0x1p-8);
      CHECK(arithmetic.angle_off > 0.4 * step);
      run.budget = step;
      CHECK(check(run).verdict != Verdict::mismatch);
    }
}

TEST_CASE("tokens that are wrong beside right ones are told with what is done there") {
  for (const unsigned seed : seeds) {
    PartCase made = test::part_case(seed);
    const PartCase other = turned(
        seed,
        [&](std::int64_t, std::int64_t t) {
          return static_cast<double>(made.in.positions[0][static_cast<std::size_t>(t)]);
        },
        made.model.base * 3);
    const std::int64_t from = made.in.tokens / 2;
    made.for_rows([&](std::int64_t b, std::int64_t h, std::int64_t t, const double*, double* y) {
      if (t >= from) std::copy_n(other.out.row(b, h, t), made.in.width, y);
    });
    const Finding finding = found(made);
    INFO(made.words() << " was found to be " << finding.sentence);
    const Cause* cause = test::find_cause(finding, "rows_wrong");
    REQUIRE(cause != nullptr);
    CHECK(cause->as<cause::RowsWrong>()->rows.front() == from);
    CHECK(cause->as<cause::RowsWrong>()->inner.find("uses base") != std::string::npos);
  }
}

TEST_CASE("heads that are turned apart are told by their rule, or by the positions that were measured") {
  for (const unsigned seed : seeds) {
    const PartCase made = test::part_case(seed);
    const std::int64_t heads = made.in.heads, tokens = made.in.tokens, first = made.in.positions[0].front();
    const Finding by_rule = found(turned(
        seed, [&](std::int64_t h, std::int64_t t) { return static_cast<double>(first + (t * heads + h) / tokens); }));
    INFO(made.words() << " was found to be " << by_rule.sentence);
    CHECK(by_rule.sentence.find("(token × heads + head) ÷ tokens") != std::string::npos);
    const Finding measured = found(turned(
        seed, [&](std::int64_t h, std::int64_t t) { return static_cast<double>(first + t + ((2 * h + 1) * t) % 17); }));
    INFO("and " << measured.sentence);
    CHECK(test::find_cause(measured, "position_by_head") != nullptr);
  }
}
