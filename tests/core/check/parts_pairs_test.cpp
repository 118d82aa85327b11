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

/// Some pairs that are wrong are those from first on, so many.
template <typename Change>
void change_pairs(PartCase& made, std::int64_t first, std::int64_t count, Change change) {
  made.for_rows([&](std::int64_t, std::int64_t, std::int64_t t, const double* x, double* y) {
    for (std::int64_t i = first; i < first + count; ++i) change(i, t, x, y);
  });
}

const Cause& told(const PartCase& made, const Finding& finding, const std::string& name) {
  INFO(made.words() << " was found to be " << finding.sentence);
  CHECK(finding.verdict == Verdict::mismatch);
  const Cause* found = test::find_cause(finding, name);
  REQUIRE(found);
  return *found;
}

} // namespace

TEST_CASE("pairs that are wrong beside right ones are named, with the frequency by which they turn") {
  for (unsigned seed = 0; seed < cases; ++seed) {
    PartCase made = test::part_case(seed, false, seed % 2 == 1);
    const std::int64_t first = 1 + seed % 4, count = 1 + seed % 3;
    change_pairs(made, first, count, [&](std::int64_t i, std::int64_t t, const double* x, double* y) {
      made.turn(i, 1.3 * made.angle(i, t), x, y);
    });
    const Finding finding = check(made.run());
    const Cause& found = told(made, finding, "pairs_wrong");
    Numbers expected;
    for (std::int64_t i = first; i < first + count; ++i) expected.push_back(i);
    CHECK(test::parameter<Numbers>(found, "pairs") == expected);
    const auto frequency = test::parameter<std::vector<double>>(found, "frequency");
    REQUIRE(frequency.size() == expected.size());
    CHECK(frequency[0] == doctest::Approx(1.3 * made.model.theta()[static_cast<std::size_t>(first)]).epsilon(1e-3));
  }
}

TEST_CASE("pairs that start at another angle, are zero, do not turn or take cos for sin are told as that") {
  struct Kind {
    const char* like;
    void (*change)(const PartCase&, std::int64_t pair, double angle, const double* x, double* y);
  };
  const Kind kinds[] = {
      {"", [](const PartCase& c, std::int64_t i, double angle, const double* x,
              double* y) { c.turn(i, angle + 0.7, x, y); }},
      {"zero", [](const PartCase& c, std::int64_t i, double, const double*,
                  double* y) { y[c.model.first(i)] = y[c.model.second(i)] = 0; }},
      {"not_rotated",
       [](const PartCase& c, std::int64_t i, double, const double* x, double* y) { c.turn(i, 0, x, y); }},
      {"cos_for_sin",
       [](const PartCase& c, std::int64_t i, double angle, const double* x, double* y) {
         const std::int64_t a = c.model.first(i), b = c.model.second(i);
         y[a] = (x[a] - x[b]) * std::cos(angle);
         y[b] = (x[b] + x[a]) * std::cos(angle);
       }},
  };
  unsigned seed = 0;
  for (const Kind& kind : kinds)
    for (const unsigned end = seed + 5; seed < end; ++seed) {
      PartCase made = test::part_case(seed, false, seed % 2 == 1);
      const std::int64_t first = seed % 3, count = 2 + seed % 4;
      change_pairs(made, first, count, [&](std::int64_t i, std::int64_t t, const double* x, double* y) {
        kind.change(made, i, made.angle(i, t), x, y);
      });
      const Finding finding = check(made.run());
      INFO(kind.like);
      const Cause& found = told(made, finding, "pairs_wrong");
      CHECK(test::parameter<Numbers>(found, "pairs").size() == static_cast<std::size_t>(count));
      CHECK(test::parameter<std::string>(found, "like") == kind.like);
      if (kind.like[0] == 0) {
        const auto offset = test::parameter<std::vector<double>>(found, "offset");
        REQUIRE(!offset.empty());
        CHECK(offset[0] == doctest::Approx(0.7).epsilon(0.05));
      }
    }
}

TEST_CASE("one axis of M-RoPE at positions of its own is told with that axis and its rule, and no other is") {
  struct Kind {
    const char* name;
    std::int64_t (*position)(const PartCase&, std::int64_t axis, std::int64_t token);
  };
  const Kind kinds[] = {
      {"zero", [](const PartCase&, std::int64_t, std::int64_t) { return std::int64_t{0}; }},
      {"offset",
       [](const PartCase& c, std::int64_t a, std::int64_t t) {
         return c.in.positions[static_cast<std::size_t>(a)][static_cast<std::size_t>(t)] + 7;
       }},
      {"double",
       [](const PartCase& c, std::int64_t a, std::int64_t t) {
         return 2 * c.in.positions[static_cast<std::size_t>(a)][static_cast<std::size_t>(t)];
       }},
      {"row number", [](const PartCase&, std::int64_t, std::int64_t t) { return t; }},
      {"no rule", [](const PartCase&, std::int64_t, std::int64_t t) { return t * 7 % 11; }},
  };
  unsigned seed = 0; // each axis of each kind
  for (const Kind& kind : kinds)
    for (const unsigned end = seed + 3; seed < end; ++seed) {
      PartCase made = test::part_case(seed, true);
      const std::int64_t axis = seed % 3;
      made.for_rows([&](std::int64_t, std::int64_t, std::int64_t t, const double* x, double* y) {
        for (std::int64_t i = 0; i < made.model.pairs(); ++i)
          if (made.model.axis(i) == axis)
            made.turn(
                i, static_cast<double>(kind.position(made, axis, t)) * made.model.theta()[static_cast<std::size_t>(i)],
                x, y);
      });
      const Finding finding = check(made.run());
      INFO(kind.name << ", axis " << axis);
      const Cause& found = told(made, finding, "axis_positions");
      CHECK(test::parameter<std::string>(found, "axis") == std::string(1, "thw"[axis]));
      if (kind.name == std::string("offset")) CHECK(test::parameter<double>(found, "offset") == 7);
      if (kind.name == std::string("double")) CHECK(test::parameter<double>(found, "scale") == 2);
      if (kind.name == std::string("row number"))
        CHECK(test::parameter<std::string>(found, "rule") == "the row number");
      if (kind.name == std::string("no rule")) CHECK(!test::parameter<Numbers>(found, "positions").empty());
    }
}

TEST_CASE("plain positions on every axis of M-RoPE are told of all of them at once") {
  for (unsigned seed = 0; seed < cases; ++seed) {
    PartCase made = test::part_case(seed, true);
    made.for_rows([&](std::int64_t, std::int64_t, std::int64_t t, const double* x, double* y) {
      for (std::int64_t i = 0; i < made.model.pairs(); ++i)
        made.turn(i, static_cast<double>(t) * made.model.theta()[static_cast<std::size_t>(i)], x, y);
    });
    const Finding finding = check(made.run());
    const Cause& found = told(made, finding, "axis_positions");
    // The slow pairs of the last axis show nothing of it in a short run of coarse rows.
    CHECK(test::parameter<std::string>(found, "axis").starts_with("t,h"));
    CHECK(test::parameter<std::string>(found, "rule") == "the row number");
  }
}

TEST_CASE("frequencies that no scheme yields are given as a list that a config can take") {
  for (unsigned seed = 0; seed < cases; ++seed) {
    PartCase made = test::part_case(seed, false, seed % 2 == 1);
    const auto own = [&](std::int64_t i) {
      return made.model.theta()[static_cast<std::size_t>(i)] *
             (1 + 0.3 * std::sin(1.7 * static_cast<double>(i) + seed));
    };
    made.for_rows([&](std::int64_t, std::int64_t, std::int64_t t, const double* x, double* y) {
      for (std::int64_t i = 0; i < made.model.pairs(); ++i)
        made.turn(i, static_cast<double>(made.in.positions[0][static_cast<std::size_t>(t)]) * own(i), x, y);
    });
    const Finding finding = check(made.run());
    const auto list = test::parameter<std::vector<double>>(told(made, finding, "own_frequencies"), "inv_freq");
    REQUIRE(list.size() == static_cast<std::size_t>(made.model.pairs()));
    for (const std::int64_t i : {0, 1, 2})
      CHECK(list[static_cast<std::size_t>(i)] == doctest::Approx(own(i)).epsilon(1e-3));
  }
}

TEST_CASE("pairs that turn by another axis, as where a section begins too early, are told with that axis") {
  for (unsigned seed = 0; seed < cases; ++seed) {
    PartCase made = test::part_case(seed, true);
    made.model.interleaved_sections = false;
    const std::int64_t n = made.model.pairs() / 8;
    made.model.sections = {2 * n, 3 * n, made.model.pairs() - 5 * n};
    const std::vector<double> theta = made.model.theta();
    made.for_rows([&](std::int64_t, std::int64_t, std::int64_t t, const double* x, double* y) {
      for (std::int64_t i = 0; i < made.model.pairs(); ++i) // h begins two pairs too early
        made.turn(i,
                  i == 2 * n - 1 || i == 2 * n - 2
                      ? static_cast<double>(made.in.positions[1][static_cast<std::size_t>(t)]) *
                            theta[static_cast<std::size_t>(i)]
                      : made.angle(i, t),
                  x, y);
    });
    const Finding finding = check(made.run());
    const Cause& found = told(made, finding, "pairs_wrong");
    CHECK(test::parameter<Numbers>(found, "pairs") == Numbers{2 * n - 2, 2 * n - 1});
    CHECK(test::parameter<std::string>(found, "like") == "axis h");
  }
}
