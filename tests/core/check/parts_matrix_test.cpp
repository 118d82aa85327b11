#include <cmath>

#include <doctest/doctest.h>

#include "core/check/check.h"
#include "tests/core/check/part_kernels.h"

using namespace ropescope;

namespace {

using test::PartCase;

constexpr unsigned cases = 12; // of each kind: all formats, four times

/// What a wrong kernel makes of a pair (x1, x2) under the expected cos and sin.
struct Matrix {
  const char* like;
  void (*write)(double c, double s, double x1, double x2, double& y1, double& y2);
};

constexpr Matrix matrices[] = {
    {"in_place_alias",
     [](double c, double s, double x1, double x2, double& y1, double& y2) {
       y1 = x1 * c - x2 * s;
       y2 = x2 * c + y1 * s;
     }},
    {"in_place_alias",
     [](double c, double s, double x1, double x2, double& y1, double& y2) {
       y2 = x2 * c + x1 * s;
       y1 = x1 * c - y2 * s;
     }},
    {"minus_lost",
     [](double c, double s, double x1, double x2, double& y1, double& y2) {
       y1 = x1 * c + x2 * s;
       y2 = x2 * c + x1 * s;
     }},
    {"minus_twice",
     [](double c, double s, double x1, double x2, double& y1, double& y2) {
       y1 = x1 * c - x2 * s;
       y2 = x2 * c - x1 * s;
     }},
    {"accumulates",
     [](double c, double s, double x1, double x2, double& y1, double& y2) {
       y1 = x1 + x1 * c - x2 * s;
       y2 = x2 + x2 * c + x1 * s;
     }},
    {"difference",
     [](double c, double s, double x1, double x2, double& y1, double& y2) {
       y1 = x1 * c - x2 * s - x1;
       y2 = x2 * c + x1 * s - x2;
     }},
    {"cos_for_sin",
     [](double c, double, double x1, double x2, double& y1, double& y2) {
       y1 = x1 * c - x2 * c;
       y2 = x2 * c + x1 * c;
     }},
    {"sin_for_cos",
     [](double, double s, double x1, double x2, double& y1, double& y2) {
       y1 = x1 * s - x2 * s;
       y2 = x2 * s + x1 * s;
     }},
    {"first_only",
     [](double c, double s, double x1, double x2, double& y1, double& y2) {
       y1 = x1 * c - x2 * s;
       y2 = x2;
     }},
    {"second_only_rest_zero",
     [](double c, double s, double x1, double x2, double& y1, double& y2) {
       y1 = 0;
       y2 = x2 * c + x1 * s;
     }},
    {"term_missing",
     [](double c, double s, double x1, double x2, double& y1, double& y2) {
       y1 = x1 * c - x2 * s;
       y2 = x2 * c;
     }},
    {"inputs_exchanged",
     [](double c, double s, double x1, double x2, double& y1, double& y2) {
       y1 = x2 * c - x1 * s;
       y2 = x1 * c + x2 * s;
     }},
    {"halves_not_exchanged",
     [](double c, double s, double x1, double x2, double& y1, double& y2) {
       y1 = x1 * c - x1 * s;
       y2 = x2 * c + x2 * s;
     }},
    {"one_component_written_twice",
     [](double c, double s, double x1, double x2, double& y1, double& y2) { y1 = y2 = x1 * c - x2 * s; }},
    {"other",
     [](double c, double s, double x1, double x2, double& y1, double& y2) {
       y1 = x1 * c - 2 * x2 * s;
       y2 = x2 * c + x1;
     }},
};

void through(PartCase& made, const Matrix& matrix) {
  made.for_rows([&](std::int64_t, std::int64_t, std::int64_t t, const double* x, double* y) {
    for (std::int64_t i = 0; i < made.model.pairs(); ++i) {
      const double angle = made.angle(i, t);
      const std::int64_t a = made.model.first(i), b = made.model.second(i);
      matrix.write(std::cos(angle), std::sin(angle), x[a], x[b], y[a], y[b]);
    }
  });
}

} // namespace

TEST_CASE("a kernel whose pairs go through a matrix that is no rotation is told with that matrix, in every format") {
  unsigned seed = 0; // three of each matrix, one of each format
  for (const Matrix& matrix : matrices)
    for (const unsigned end = seed + 3; seed < end; ++seed) {
      PartCase made = test::part_case(seed, seed % 4 == 3, seed % 2 == 1);
      through(made, matrix);
      const Finding finding = check(made.run());
      INFO(made.words() << ": " << matrix.like << " was found to be " << finding.sentence);
      REQUIRE(finding.causes.size() == 1);
      const Cause* found = test::find_cause(finding, "pair_matrix");
      REQUIRE(found);
      CHECK(test::parameter<std::string>(*found, "like") == matrix.like);
      CHECK(finding.verdict == Verdict::mismatch);
    }
}

TEST_CASE("a matrix is told of a run with one row a token too") {
  for (const Matrix& matrix : matrices) {
    PartCase made = test::part_case(3);
    made.in.batch = made.in.heads = made.out.batch = made.out.heads = 1; // the first rows of all
    through(made, matrix);
    const Finding finding = check(made.run());
    INFO(matrix.like << " was found to be " << finding.sentence);
    const Cause* found = test::find_cause(finding, "pair_matrix");
    REQUIRE(found);
    CHECK(test::parameter<std::string>(*found, "like") == matrix.like);
  }
}

TEST_CASE("an in-place kernel that overwrites in its rows' own format is told too") {
  for (unsigned seed = 0; seed < cases; ++seed) {
    PartCase made = test::part_case(seed, false, seed % 2 == 1);
    const auto stored = [&](double x) { return static_cast<double>(rounded(made.format, static_cast<float>(x))); };
    made.for_rows([&](std::int64_t, std::int64_t, std::int64_t t, const double* x, double* y) {
      for (std::int64_t i = 0; i < made.model.pairs(); ++i) {
        const double c = stored(std::cos(made.angle(i, t))), s = stored(std::sin(made.angle(i, t)));
        const std::int64_t a = made.model.first(i), b = made.model.second(i);
        y[a] = stored(stored(x[a] * c) - stored(x[b] * s)); // as PyTorch rounds each step
        y[b] = stored(stored(x[b] * c) + stored(y[a] * s));
      }
    });
    const Finding finding = check(made.run());
    INFO(made.words() << " was found to be " << finding.sentence);
    const Cause* found = test::find_cause(finding, "pair_matrix");
    REQUIRE(found);
    CHECK(test::parameter<std::string>(*found, "like") == "in_place_alias");
  }
}

TEST_CASE("a frequency for each component, or entries of the next position, are told as what they are") {
  for (unsigned seed = 0; seed < 3 * cases; seed += 3) {
    for (const bool next : {false, true}) {
      PartCase made = test::part_case(seed, false, next);
      const double d = static_cast<double>(made.model.rotary_dim);
      made.for_rows([&](std::int64_t, std::int64_t, std::int64_t t, const double* x, double* y) {
        const auto p = static_cast<double>(made.in.positions[0][static_cast<std::size_t>(t)]);
        for (std::int64_t i = 0; i < made.model.pairs(); ++i) {
          const std::int64_t a = made.model.first(i), b = made.model.second(i);
          const auto theta = [&](std::int64_t j) { return std::pow(made.model.base, -static_cast<double>(j) / d); };
          if (next) { // the sine of the row behind
            const double c = std::cos(p * theta(2 * i)), s = std::sin((p + 1) * theta(2 * i));
            y[a] = x[a] * c - x[b] * s;
            y[b] = x[b] * c + x[a] * s;
          } else {
            y[a] = x[a] * std::cos(p * theta(2 * i)) - x[b] * std::sin(p * theta(2 * i));
            y[b] = x[b] * std::cos(p * theta(2 * i + 1)) + x[a] * std::sin(p * theta(2 * i + 1));
          }
        }
      });
      const Finding finding = check(made.run());
      INFO(made.words() << " was found to be " << finding.sentence);
      const Cause* found = test::find_cause(finding, "pair_matrix");
      REQUIRE(found);
      CHECK(test::parameter<std::string>(*found, "like") == (next ? "other_table_entries" : "frequency_per_component"));
    }
  }
}

TEST_CASE("an output whose halves or neighbours are exchanged is told as that") {
  for (const bool neighbours : {false, true})
    for (unsigned seed = 0; seed < cases; ++seed) {
      PartCase made = test::part_case(seed, seed % 4 == 3, seed % 2 == 1);
      const std::int64_t n = made.model.rotary_dim;
      made.for_rows([&](std::int64_t, std::int64_t, std::int64_t, const double*, double* y) {
        const std::vector<double> right(y, y + n);
        for (std::int64_t j = 0; j < n; ++j)
          y[j] = right[static_cast<std::size_t>(neighbours ? j ^ 1 : (j + n / 2) % n)];
      });
      const Finding finding = check(made.run());
      INFO(made.words() << " was found to be " << finding.sentence);
      const Cause* found = test::find_cause(finding, "halves_exchanged");
      REQUIRE(found);
      CHECK(test::parameter<std::string>(*found, "exchanged") == (neighbours ? "neighbours" : "halves"));
    }
}

TEST_CASE("cos and sin cut out of a table at the wrong places are told as entries of other places") {
  for (unsigned seed = 0; seed < 3 * cases; seed += 3) { // a table of sin and cos in turn, cut in two
    PartCase made = test::part_case(seed);
    made.model.interleaved = true;
    const std::vector<double> theta = made.model.theta();
    const std::int64_t half = made.model.pairs() / 2 * 2;
    made.for_rows([&](std::int64_t, std::int64_t, std::int64_t t, const double* x, double* y) {
      const auto p = static_cast<double>(made.in.positions[0][static_cast<std::size_t>(t)]);
      const auto entry = [&](std::int64_t n) {
        const double angle = p * theta[static_cast<std::size_t>(n / 2 % made.model.pairs())];
        return n % 2 == 0 ? std::sin(angle) : std::cos(angle);
      };
      for (std::int64_t i = 0; i < made.model.pairs(); ++i) {
        y[2 * i] = -x[2 * i + 1] * entry(half + i);
        y[2 * i + 1] = x[2 * i] * entry(i);
      }
    });
    const Finding finding = check(made.run());
    INFO(made.words() << " was found to be " << finding.sentence);
    const Cause* found = test::find_cause(finding, "pair_matrix");
    REQUIRE(found);
    CHECK(test::parameter<std::string>(*found, "like") == "other_table_entries");
  }
}
