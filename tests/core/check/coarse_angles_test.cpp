#include <algorithm>
#include <cmath>
#include <numbers>

#include <doctest/doctest.h>

#include "core/check/check.h"
#include "tests/kernel_cases.h"

using namespace ropescope;

namespace {

test::CaseModel small_model(bool interleaved) {
  test::CaseModel model = test::case_models()[0];
  model.scheme = test::CaseModel::plain;
  model.head_dim = model.rotary_dim = 64;
  model.interleaved = interleaved;
  return model;
}

test::CaseShape of_64_tokens() {
  test::CaseShape shape{"", 4, 64, 1, {}};
  for (std::int64_t t = 0; t < 64; ++t) shape.positions.push_back(t);
  return shape;
}

/// A phase of so many steps a turn, and cos and sin of so many steps to 1; 0: exact.
struct Steps {
  NumberFormat rows;
  double of_turn, to_1;
};

test::CaseKernel in_steps(const test::CaseModel& model, const Steps& steps) {
  test::CaseKernel kernel = test::right_kernel(model);
  if (steps.of_turn > 0)
    kernel.round_angle = [step = 2 * std::numbers::pi / steps.of_turn](double x) { return std::rint(x / step) * step; };
  if (steps.to_1 > 0) kernel.round_table = [n = steps.to_1](double x) { return std::rint(x * n) / n; };
  return kernel;
}

} // namespace

TEST_CASE("angles in steps agree with the model where each is within what a table of the rows' format explains") {
  constexpr auto bfloat16 = NumberFormat::bfloat16, float16 = NumberFormat::float16, float32 = NumberFormat::float32;
  for (const Steps& steps : {Steps{bfloat16, 4096, 0},
                             {bfloat16, 16384, 0},
                             {bfloat16, 65536, 0},
                             {bfloat16, 4096, 4096},
                             Steps{bfloat16, 0, 1024},
                             {float16, 16384, 0},
                             {float16, 65536, 0},
                             {float16, 65536, 16384},
                             Steps{float16, 0, 32767},
                             {float16, 0, 4096},
                             {float32, 0x1p26, 0},
                             {float32, 0, 0x1p23}})
    for (unsigned seed = 0; seed < 6; ++seed) {
      const test::CaseModel model = small_model(seed % 2 == 1);
      const Finding finding = check(test::run_kernel(model, in_steps(model, steps), of_64_tokens(), steps.rows, seed));
      CAPTURE(static_cast<int>(steps.rows));
      CAPTURE(steps.of_turn);
      CAPTURE(steps.to_1);
      CHECK(finding.sentence == "The kernel agrees with the model.");
      CHECK(finding.rows_wrong == 0);
    }
}

TEST_CASE("angles in coarser steps than a table of the rows' format do not agree") {
  constexpr auto bfloat16 = NumberFormat::bfloat16, float16 = NumberFormat::float16, float32 = NumberFormat::float32;
  for (const Steps& steps : {Steps{bfloat16, 256, 0},
                             {bfloat16, 512, 0},
                             {bfloat16, 0, 127},
                             {float16, 1024, 0},
                             {float16, 4096, 0},
                             {float32, 65536, 0},
                             {float32, 0x1p21, 0},
                             {float32, 0, 32767}})
    for (unsigned seed = 0; seed < 3; ++seed) {
      const test::CaseModel model = small_model(false);
      CAPTURE(steps.of_turn);
      CHECK(check(test::run_kernel(model, in_steps(model, steps), of_64_tokens(), steps.rows, seed)).verdict ==
            Verdict::mismatch);
    }
}

TEST_CASE("a single entry that is off by as little as a table's step is no table") {
  const test::CaseModel model = small_model(false);
  const test::CaseShape shape = of_64_tokens();
  for (const auto& [format, unit] : {std::pair{NumberFormat::bfloat16, 0x1p-8}, {NumberFormat::float16, 0x1p-11}}) {
    KernelRun run = test::run_kernel(model, test::right_kernel(model), shape, format, 1);
    const std::vector<double> theta = model.theta();
    // The entry whose products are the smallest beside its pair: rounding explains least of it.
    std::size_t smallest = 0;
    double least = 1, length = 0;
    for (std::size_t row = 0; row < 4 * 64; ++row)
      for (std::size_t i = 0; i < 32; ++i) {
        const double angle = static_cast<double>(row % 64) * theta[i], x = run.in.number(64 * row + i),
                     y = run.in.number(64 * row + i + 32),
                     share = (std::abs(x * std::cos(angle)) + std::abs(y * std::sin(angle))) / std::hypot(x, y);
        if (angle > 0.1 && share < least) least = share, smallest = 64 * row + i, length = std::hypot(x, y);
      }
    run.out.floats[smallest] = rounded(format, run.out.floats[smallest] + static_cast<float>(0.5 * unit * length));
    const Finding finding = check(run);
    const auto& of_unit = unit;
    CAPTURE(of_unit);
    CAPTURE(least / of_unit);
    CHECK(finding.verdict == Verdict::mismatch);
    CHECK(finding.causes[0].name() == "rows_wrong");
  }
}

TEST_CASE("arithmetic without a name passes within the budget, and nothing else does") {
  const test::CaseModel model = small_model(false);
  for (const auto& [rows, steps] : {std::pair{NumberFormat::float32, 1024.0}, {NumberFormat::bfloat16, 512.0}}) {
    const double most = std::numbers::pi / steps;
    KernelRun run = test::run_kernel(model, in_steps(model, {rows, steps, 0}), of_64_tokens(), rows, 1);
    const auto& of_steps = steps;
    CAPTURE(of_steps);
    run.budget = 2 * most;
    const Finding within = check(run);
    CHECK(within.verdict != Verdict::mismatch);
    if (rows == NumberFormat::float32) {
      CHECK(test::words(within.causes) == "precision recipe=own_arithmetic");
      CHECK(within.sentence.find("within the budget of 0.006135923 rad") != std::string::npos);
    }
    run.budget = most / 2;
    CHECK(check(run).verdict == Verdict::mismatch);
    run.budget = 2 * most;
    // One number of a row; one row as in the input.
    KernelRun other = run;
    other.out.floats[64 * 20 + 3] += 0.5F;
    CHECK(check(other).verdict == Verdict::mismatch);
    other = run;
    std::copy_n(run.in.floats.begin() + 64 * 20, 64, other.out.floats.begin() + 64 * 20);
    CHECK(check(other).verdict == Verdict::mismatch);
  }
  // A mistake that has a name is none of arithmetic, though it is small.
  test::CaseKernel kernel = test::right_kernel(model);
  kernel.model.base = 10010;
  KernelRun run = test::run_kernel(model, kernel, of_64_tokens(), NumberFormat::float32, 1);
  run.budget = 0.1;
  CHECK(check(run).causes[0].name() == "base");
}
