#include <cmath>

#include <doctest/doctest.h>

#include "core/check/causes/match.h"
#include "core/check/measurement.h"
#include "core/check/proof/arithmetic.h"
#include "core/check/proof/score.h"
#include "core/check/search/candidate.h"
#include "core/check/search/layout_choices.h"
#include "core/rope/spectrum.h"
#include "tests/kernel_cases.h"

using namespace ropescope;
using test::words;

namespace {

const test::CaseModel& model() {
  static const test::CaseModel llama = test::case_models()[0];
  return llama;
}

/// A run with what its scoring needs.
struct Scored {
  explicit Scored(const test::CaseKernel& kernel, NumberFormat format = NumberFormat::float32)
      : run(test::run_kernel(model(), kernel, test::case_shapes()[1], format, 1)),
        noise(row_noise(run, make_spectrum(run.rope, run.length()))),
        layouts(layout_choices(run, std::vector<std::uint8_t>(128, 1))),
        expected(expected_candidate(run, layouts.front()).prediction(as_given(run))),
        rows(reduce(run, layouts.front().at, sample_tokens(run.shape.tokens, run.shape.tokens))) {}

  KernelRun run;
  Noise noise;
  std::vector<LayoutChoice> layouts;
  Prediction expected;
  Reduced rows;
};

double to(NumberFormat format, double x) { return static_cast<double>(rounded(format, static_cast<float>(x))); }

} // namespace

TEST_CASE("the right prediction explains every row within rounding, in every format") {
  for (const NumberFormat format : {NumberFormat::float32, NumberFormat::bfloat16, NumberFormat::float16}) {
    const Scored right(test::right_kernel(model()), format);
    const Score fit = score(right.rows, right.noise, right.expected);
    CHECK(fit.whole());
    CHECK(fit.residual < fit.allowed);
    CHECK(residual_of_explained(fit) == doctest::Approx(fit.residual));
  }
}

TEST_CASE("what is wrong in one row is scored in that row, and one pair far off is enough") {
  Scored one(test::right_kernel(model()));
  one.run.out.floats[static_cast<std::size_t>(one.run.first_number(0, 50, 1) + 7)] += 1e-3f;
  one.rows = reduce(one.run, one.layouts.front().at, one.rows.tokens);
  const Score fit = score(one.rows, one.noise, one.expected);
  for (std::size_t t = 0; t < fit.rows.size(); ++t) CHECK(fit.rows[t].explained() == (t != 50));
  CHECK(fit.rows[50].outlier);
  CHECK(!fit.whole());
  CHECK(fit.explained == doctest::Approx(1 - 1.0 / static_cast<double>(fit.rows.size())));
}

TEST_CASE("a pair a little off in every row is seen over all of them though no row stands out") {
  test::CaseKernel kernel = test::right_kernel(model());
  kernel.gain = 1.004; // a bfloat16 number is off by up to 2^-8 of itself
  const Scored all(kernel, NumberFormat::bfloat16);
  const Score fit = score(all.rows, all.noise, all.expected);
  CHECK(fit.explained > 0.9);
  Scored pair(test::right_kernel(model()), NumberFormat::bfloat16);
  for (std::size_t t = 0; t < pair.rows.tokens.size(); ++t) { // one pair turned by 0.012 rad, three units
    PairSums& sum = pair.rows.sums[t * 64 + 9];
    const auto z = std::polar(1.0, 0.012) * std::complex<double>(sum.cross_re, sum.cross_im);
    sum.cross_re = z.real();
    sum.cross_im = z.imag();
  }
  const Score off = score(pair.rows, pair.noise, pair.expected);
  CHECK(off.explained > 0.9);
  CHECK(!off.pairs_explained);
}

TEST_CASE("a prediction without sine, with sine for cosine, or of rows that pass unchanged is what it says") {
  Prediction prediction{{{0.5}, {0}}, 2, Operation::rotate, {1, {3}, {}}};
  CHECK(prediction.multiplier(0, 0).real() == doctest::Approx(2 * std::cos(1.5)));
  CHECK(prediction.multiplier(0, 0).imag() == doctest::Approx(2 * std::sin(1.5)));
  prediction.operation = Operation::cos_sin_swapped;
  CHECK(prediction.multiplier(0, 0).real() == doctest::Approx(2 * std::sin(1.5)));
  prediction.operation = Operation::sin_missing;
  CHECK(prediction.multiplier(0, 0).imag() == 0);
  prediction.positions.identity = {1};
  CHECK(prediction.multiplier(0, 0) == std::complex<double>(1));
}

TEST_CASE("arithmetic is named by its recipe, a chain as one, and rows as they round") {
  test::CaseKernel kernel = test::right_kernel(model());
  const auto fitted = [&](const Scored& s) {
    const auto tried = try_recipes(s.run, s.expected, s.noise, s.rows, {});
    return explain_by_precision(s.run, s.expected, s.noise, s.rows, exact_scores(s.expected, s.noise, s.rows), tried);
  };
  {
    const Scored right(kernel);
    CHECK(explain_by_rows(exact_scores(right.expected, right.noise, right.rows))->arithmetic.recipe == "exact");
  }
  kernel.round_table = [](double x) { return to(NumberFormat::bfloat16, x); };
  {
    const Scored tables(kernel);
    CHECK(!explain_by_rows(exact_scores(tables.expected, tables.noise, tables.rows)));
    const auto fit = fitted(tables);
    REQUIRE(fit);
    CHECK(fit->arithmetic.recipe == "bf16_tables");
    CHECK(!fit->arithmetic.chain);
    CHECK(!fit->match);
    CHECK(fit->arithmetic.verdict() == Verdict::precision);
  }
  kernel = test::right_kernel(model());
  kernel.position = [](double p, std::int64_t, std::int64_t) { return to(NumberFormat::bfloat16, p); };
  kernel.round_theta = kernel.round_angle = [](double x) { return to(NumberFormat::bfloat16, x); };
  const auto chain = fitted(Scored(kernel));
  REQUIRE(chain);
  CHECK(chain->arithmetic.chain);
  CHECK(chain->arithmetic.verdict() == Verdict::mismatch);
  kernel = test::right_kernel(model());
  kernel.times = 1.01;
  CHECK(!fitted(Scored(kernel)));
}

TEST_CASE("of recipes the least residual of each name is listed, exact arithmetic as a match") {
  const Scored right(test::right_kernel(model()));
  const auto tried = try_recipes(right.run, right.expected, right.noise, right.rows, {});
  const auto listed = precision_hypotheses(tried);
  CHECK(listed.size() > 5);
  CHECK(listed.front().causes.front().is<cause::Match>());
  for (const Hypothesis& one : listed)
    for (const Hypothesis& other : listed) CHECK((&one == &other || words(one.causes) != words(other.causes)));
}

TEST_CASE("a frequency is right, off, or not to be seen at these positions") {
  CHECK(judge_frequency(1, 1, 100, 1e-6) == PairJudgement::right);
  CHECK(judge_frequency(1.0005, 1, 1e6, 1e-6) == PairJudgement::right);
  CHECK(judge_frequency(1.01, 1, 100, 1e-6) == PairJudgement::off);
  CHECK(judge_frequency(1.1e-9, 1e-9, 100, 1e-6) == PairJudgement::unseen); // 1e-8 rad over all of them
  CHECK(judge_frequency(std::nan(""), 1, 100, 1e-6) == PairJudgement::unseen);
}
