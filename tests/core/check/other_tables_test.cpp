#include <cmath>
#include <functional>
#include <numbers>

#include <doctest/doctest.h>

#include "core/check/causes/pair_matrix.h"
#include "core/check/check.h"
#include "tests/core/check/part_kernels.h"
#include "tests/kernel_cases.h"

using namespace ropescope;

// Tables that are wrong as functions of the angle, or that lie otherwise than they are read; pairs that no layout has.

namespace {

using test::PartCase;

constexpr unsigned seeds[] = {0, 1, 2, 4, 8};

/// Every pair (x1, x2) as (c·x1 − s·x2, s·x1 + c·x2), of functions of its angle.
PartCase of_angles(unsigned seed, const std::function<double(double)>& c, const std::function<double(double)>& s) {
  PartCase made = test::part_case(seed);
  made.for_rows([&](std::int64_t, std::int64_t, std::int64_t t, const double* x, double* y) {
    for (std::int64_t i = 0; i < made.model.pairs(); ++i) {
      const double angle = made.angle(i, t), a = x[made.model.first(i)], b = x[made.model.second(i)];
      y[made.model.first(i)] = c(angle) * a - s(angle) * b;
      y[made.model.second(i)] = s(angle) * a + c(angle) * b;
    }
  });
  return made;
}

std::string likeness(const Finding& finding) {
  const auto* matrix = finding.causes.front().as<cause::PairMatrix>();
  return matrix ? matrix->like : std::string(finding.causes.front().name());
}

} // namespace

TEST_CASE("a factor on the cosine or the sine alone is told with both numbers") {
  for (const unsigned seed : seeds)
    for (const bool of_cosine : {true, false}) {
      const double c = of_cosine ? 1.139 : 1, s = of_cosine ? 1 : 1.139;
      const Finding finding =
          check(of_angles(
                    seed, [c](double a) { return c * std::cos(a); }, [s](double a) { return s * std::sin(a); })
                    .run());
      CAPTURE(seed);
      CAPTURE(finding.sentence);
      CHECK(likeness(finding) == "cos_sin_gains");
      CHECK(finding.sentence.find("1.139") != std::string::npos);
    }
}

TEST_CASE("what is taken for cos and sin is told where it is another function of the right angle") {
  const auto wrapped = [](double a) { return std::remainder(a, 2 * std::numbers::pi); };
  const std::pair<std::function<double(double)>, std::function<double(double)>> functions[] = {
      {[](double a) { return std::cos(std::cos(a)); }, [](double a) { return std::sin(std::sin(a)); }},
      {[=](double a) { return 1 - std::pow(wrapped(a), 2) / 2 + std::pow(wrapped(a), 4) / 24; },
       [=](double a) { return wrapped(a) - std::pow(wrapped(a), 3) / 6 + std::pow(wrapped(a), 5) / 120; }}};
  for (const unsigned seed : seeds)
    for (const auto& [c, s] : functions) {
      const Finding finding = check(of_angles(seed, c, s).run());
      CAPTURE(seed);
      CAPTURE(finding.sentence);
      CHECK(likeness(finding) == "other_function");
    }
}

TEST_CASE("other frequencies are no function of the right angle") {
  for (const unsigned seed : seeds) {
    PartCase made = test::part_case(seed);
    made.for_rows([&](std::int64_t, std::int64_t, std::int64_t t, const double* x, double* y) {
      for (std::int64_t i = 0; i < made.model.pairs(); ++i)
        made.turn(i, made.angle(i, t) * (1 + 0.3 * std::sin(static_cast<double>(i))), x, y);
    });
    CHECK(likeness(check(made.run())) != "other_function");
  }
}

TEST_CASE("a table whose two axes are exchanged is told as that") {
  for (const unsigned seed : {1u, 4u, 7u, 10u, 13u}) {
    PartCase made = test::part_case(seed);
    if (made.in.tokens > made.model.pairs() || made.model.pairs() > 128) continue;
    const std::vector<double> theta = made.model.theta();
    made.for_rows([&](std::int64_t, std::int64_t, std::int64_t t, const double* x, double* y) {
      for (std::int64_t i = 0; i < made.model.pairs(); ++i)
        made.turn(i, static_cast<double>(i) * theta[static_cast<std::size_t>(t)], x, y);
    });
    const Finding finding = check(made.run());
    CAPTURE(made.words());
    CAPTURE(finding.sentence);
    CHECK(likeness(finding) == "other_table_entries");
    CHECK(finding.sentence.find("exchanged") != std::string::npos);
  }
}

TEST_CASE("a component that meets the one as far from the end, or that of a padded head, is told as that") {
  int padded_heads = 0;
  for (unsigned seed = 0; seed < 12; ++seed)
    for (const bool mirrored : {true, false}) {
      PartCase made = test::part_case(seed);
      const std::int64_t d = made.model.head_dim;
      std::int64_t half = 1;
      while (2 * half < d) half *= 2;
      if (!mirrored && 2 * half == d) continue;
      padded_heads += !mirrored;
      made.for_rows([&](std::int64_t, std::int64_t, std::int64_t t, const double* x, double* y) {
        std::fill_n(y, d, 0);
        for (std::int64_t i = 0; i < made.model.pairs(); ++i) {
          const std::int64_t b = mirrored ? d - 1 - i : i + half;
          const double angle = made.angle(i, t), u = x[i], v = b < d ? x[b] : 0;
          y[i] = u * std::cos(angle) - v * std::sin(angle);
          if (b < d) y[b] = v * std::cos(angle) + u * std::sin(angle);
        }
      });
      const Finding finding = check(made.run());
      CAPTURE(made.words());
      CAPTURE(finding.sentence);
      CHECK(finding.causes.front().name() == "pairing");
      CHECK(finding.sentence.find(mirrored ? "− i" : "padded") != std::string::npos);
    }
  CHECK(padded_heads > 2);
}

TEST_CASE("a smoothing whose two parts are exchanged is named on each scheme that has a ramp") {
  for (const std::size_t m : {0u, 2u}) {
    const test::CaseModel model = test::case_models()[m];
    KernelRun run =
        test::run_kernel(model, test::right_kernel(model), test::case_shapes()[1], NumberFormat::float32, 1);
    test::CaseModel unscaled = model;
    unscaled.scheme = test::CaseModel::plain;
    const std::vector<double> plain = unscaled.theta(), scaled = model.theta();
    for (std::int64_t row = 0; row < run.shape.rows(); ++row)
      for (std::size_t i = 0; i < 64; ++i) {
        const bool between = scaled[i] < plain[i] * (1 - 1e-9) && scaled[i] * model.factor > plain[i] * (1 + 1e-9);
        const double theta = between ? plain[i] * (1 + 1 / model.factor) - scaled[i] : scaled[i];
        const double angle =
            theta * static_cast<double>(run.positions.ids[static_cast<std::size_t>(run.shape.token_of_row(row))]);
        const auto a = static_cast<std::size_t>(row) * 128 + i, b = a + 64;
        const double x = static_cast<double>(run.in.floats[a]), y = static_cast<double>(run.in.floats[b]);
        run.out.floats[a] = static_cast<float>(model.gain() * (x * std::cos(angle) - y * std::sin(angle)));
        run.out.floats[b] = static_cast<float>(model.gain() * (y * std::cos(angle) + x * std::sin(angle)));
      }
    const Finding finding = check(run);
    CAPTURE(finding.sentence);
    CHECK(find_parameter(finding.causes[0], "smoothing_inverted"));
  }
}
