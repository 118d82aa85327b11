#include <algorithm>
#include <cmath>
#include <complex>

#include <doctest/doctest.h>

#include "core/check/basics/thresholds.h"
#include "core/check/evidence/changes.h"
#include "core/check/evidence/comparison.h"
#include "core/check/evidence/frequency_fit.h"
#include "core/check/evidence/position_shift.h"
#include "core/check/evidence/reduce.h"
#include "core/check/evidence/rounding_noise.h"
#include "core/rope/spectrum.h"
#include "tests/kernel_cases.h"

using namespace ropescope;

namespace {

const test::CaseModel& model() {
  static const test::CaseModel neox = test::case_models()[1];
  return neox;
}

KernelRun run_of(const test::CaseKernel& kernel, NumberFormat format = NumberFormat::float32) {
  return test::run_kernel(model(), kernel, test::case_shapes()[0], format, 1);
}

PairComponents components_of(const KernelRun& run) {
  const std::int64_t pairs = run.rope.layout.rotary_dim / 2;
  return pair_components(pair_index(run.rope.layout.pairs, run.shape.head_dim, pairs), run.shape.head_dim, pairs);
}

/// Sums of one row that is turned by θ·position, gain 1, or not at all seen.
Reduced turned_by(const std::vector<double>& theta, const std::vector<double>& positions) {
  Reduced result;
  result.pairs = static_cast<std::int64_t>(theta.size());
  for (std::size_t t = 0; t < positions.size(); ++t) {
    result.tokens.push_back(static_cast<std::int64_t>(t));
    result.rest.push_back({});
    for (const double f : theta) {
      const std::complex<double> z = std::polar(1.0, f * positions[t]);
      result.sums.push_back({1, 1, z.real(), z.imag()});
      result.phasors.push_back({1, std::arg(z)});
    }
  }
  return result;
}

} // namespace

TEST_CASE("sums of a pair are those of its rows, and a filter leaves rows out") {
  const KernelRun run = run_of(test::right_kernel(model()));
  const PairComponents at = components_of(run);
  const std::vector<std::int64_t> tokens{5, 200};
  const Reduced all = reduce(run, at, tokens);
  REQUIRE(all.sums.size() == 2 * static_cast<std::size_t>(at.pairs()));
  double in = 0, out = 0;
  std::complex<double> cross = 0;
  for (std::int64_t outer = 0; outer < run.shape.outer; ++outer) {
    const std::int64_t row = run.first_number(outer, 200, 0);
    const std::complex<double> x(run.in.number(row + 3), run.in.number(row + 15)),
        y(run.out.number(row + 3), run.out.number(row + 15));
    in += std::norm(x);
    out += std::norm(y);
    cross += y * std::conj(x);
  }
  const PairSums& sum = all.of(1)[3];
  CHECK(sum.in == doctest::Approx(in));
  CHECK(sum.out == doctest::Approx(out));
  CHECK(sum.cross_re == doctest::Approx(cross.real()));
  CHECK(sum.cross_im == doctest::Approx(cross.imag()));
  const Reduced one = reduce(run, at, tokens, {0, 1, 0});
  CHECK(one.of(1)[3].in < sum.in);
  CHECK(all.rest[0].error == 0); // what no pair covers passed unchanged
}

TEST_CASE("a sample of tokens rises, holds the first and the last, neighbours, and no more than were asked for") {
  for (const std::int64_t tokens : {1, 2, 63, 64, 65, 500, 100000}) {
    const std::vector<std::int64_t> sample = sample_tokens(tokens, 64);
    CHECK(std::is_sorted(sample.begin(), sample.end()));
    CHECK(sample.size() <= 64);
    CHECK(sample.front() == 0);
    CHECK(sample.back() == tokens - 1);
    CHECK((tokens == 1 || sample[1] == 1));
  }
}

TEST_CASE("what a kernel changes is seen per row and per component") {
  test::CaseKernel kernel = test::right_kernel(model());
  kernel.turns = [](std::int64_t, std::int64_t head) { return head != 1; };
  const KernelRun run = run_of(kernel);
  const Changes seen = changes(run, sample_tokens(run.shape.tokens, 96), 1e-6);
  REQUIRE(seen.unchanged.size() == 3);
  CHECK(seen.unchanged[1] == 1);
  CHECK(seen.unchanged[0] < 0.05); // position 0 alone
  for (std::int64_t j = 0; j < run.shape.head_dim; ++j)
    CHECK(seen.moved[static_cast<std::size_t>(j)] == (j < run.rope.layout.rotary_dim));
}

TEST_CASE("a comparison with the kernel's own multipliers leaves rounding, and one wrong entry stands out") {
  KernelRun run = run_of(test::right_kernel(model()));
  const PairComponents at = components_of(run);
  const std::vector<double> theta = model().theta();
  Multipliers own;
  for (std::int64_t t = 0; t < run.shape.tokens; ++t)
    for (const double f : theta) own.push_back(std::polar(1.0, f * static_cast<double>(t)));
  CHECK(compare(run, at, own).max_abs < 1e-6);
  run.out.floats[static_cast<std::size_t>(run.first_number(2, 100, 0) + 5)] += 1;
  const Comparison wrong = compare(run, at, own);
  CHECK(wrong.max_abs == doctest::Approx(1).epsilon(1e-5));
  CHECK(wrong.error[100 * 12 + 5] == doctest::Approx(std::sqrt(1.0 / 6)).epsilon(1e-4)); // of 3 rows, 2 components
  CHECK(wrong.head_error[2] > 100 * wrong.head_error[0]);
}

TEST_CASE("the unit is half the spacing at 1 of the format that is held, whatever the file's") {
  CHECK(unit_of(NumberFormat::bfloat16) == 0x1p-8);
  CHECK(unit_of(NumberFormat::float16) == 0x1p-11);
  CHECK(unit_of(NumberFormat::float32) == 0x1p-24);
  CHECK(unit_of(NumberFormat::float64) == 0x1p-53);
  for (const NumberFormat format : {NumberFormat::bfloat16, NumberFormat::float16, NumberFormat::float32}) {
    KernelRun run = run_of(test::right_kernel(model()), format);
    run.in.dtype = run.out.dtype = NumberFormat::float32;
    const Noise noise = row_noise(run, make_spectrum(run.rope));
    CHECK(noise.unit == unit_of(format));
    CHECK(noise.bound > noise.rms);
    CHECK(noise.reason.find(number_format_name(format)) != std::string::npos);
  }
  KernelRun doubles = run_of(test::right_kernel(model()));
  for (Array* array : {&doubles.in, &doubles.out}) {
    array->dtype = NumberFormat::float64;
    for (const float x : array->floats) array->doubles.push_back(static_cast<double>(x) * (1 + 1e-12));
  }
  CHECK(row_noise(doubles, make_spectrum(doubles.rope)).unit == thresholds::float64_unit);
}

TEST_CASE("frequencies are recovered from angles, whatever the offset, and NaN where nothing is seen") {
  const std::vector<double> theta{1.7, 0.31, -0.02, 3e-5};
  KernelRun run;
  Positions& positions = run.positions;
  std::vector<double> at;
  for (std::int64_t p = 0; p < 200; ++p) {
    positions.ids.push_back(p * (p % 3 == 0 ? 1 : 2) + 7 * p);
    at.push_back(static_cast<double>(positions.ids.back()) + 1234);
  }
  Reduced sums = turned_by(theta, at);
  PairTurns near{{1.7, 0.3, -0.021, 1e-5}, std::vector<std::uint8_t>(4, 0)};
  const auto fits = fit_frequencies(sums, run, near, 1e-7);
  for (std::size_t i = 0; i < theta.size(); ++i) {
    CHECK(fits[i].theta == doctest::Approx(theta[i]).epsilon(1e-6));
    CHECK(fits[i].sigma < 1e-6);
  }
  for (std::size_t t = 0; t < at.size(); ++t) sums.sums[t * 4 + 2] = {};
  CHECK(std::isnan(fit_frequencies(sums, run, near, 1e-7)[2].theta));
}

TEST_CASE("of frequencies that look alike at the positions the one near the expected is taken") {
  KernelRun run;
  Positions& positions = run.positions;
  std::vector<double> at;
  for (std::int64_t p = 0; p < 100; ++p) positions.ids.push_back(4 * p), at.push_back(static_cast<double>(4 * p));
  const double alias = 2 * 3.14159265358979323846 / 4;
  const Reduced sums = turned_by({0.2}, at);
  CHECK(fit_frequencies(sums, run, {{0.25}, {0}}, 1e-7)[0].theta == doctest::Approx(0.2));
  CHECK(fit_frequencies(sums, run, {{0.25 + alias}, {0}}, 1e-7)[0].theta == doctest::Approx(0.2 + alias));
}

TEST_CASE("the shift of a token is found near and far, and its match is the gain") {
  const PairTurns turns{model().theta(), std::vector<std::uint8_t>(12, 0)};
  const ShiftFinder finder(turns);
  for (const double shift : {0.0, 1.0, -3.0, 4096.0, -100000.0}) {
    Reduced sums = turned_by(turns.theta, {60000 + shift});
    for (PairSums& sum : sums.sums) sum.cross_re *= 1.5, sum.cross_im *= 1.5;
    for (Phasor& phasor : sums.phasors) phasor.length *= 1.5;
    const double position = 60000, starts[] = {0, -position, position};
    const TokenShift found = finder.find(sums, 0, {&position, 1}, starts);
    CHECK(found.shift == doctest::Approx(shift).epsilon(1e-6));
    CHECK(found.match == doctest::Approx(1.5).epsilon(1e-6));
  }
  Reduced nothing = turned_by(turns.theta, {5});
  for (PairSums& sum : nothing.sums) sum = {};
  const double position = 5;
  CHECK(finder.find(nothing, 0, {&position, 1}, {}).match == 0);
}
