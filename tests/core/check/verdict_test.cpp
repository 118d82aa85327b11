#include <cmath>

#include <doctest/doctest.h>

#include "core/check/causes/base.h"
#include "core/check/causes/precision.h"
#include "core/check/causes/scaling_parameters.h"
#include "core/check/check.h"
#include "core/check/finding_json.h"
#include "core/rope/scheme.h"
#include "tests/kernel_cases.h"

using namespace ropescope;
using test::words;

namespace {

double to(NumberFormat format, double x) { return static_cast<double>(rounded(format, static_cast<float>(x))); }

test::CaseModel plain_model() {
  test::CaseModel model = test::case_models()[0];
  model.scheme = test::CaseModel::plain;
  return model;
}

test::CaseShape from(std::int64_t first, std::int64_t tokens, std::int64_t step = 1) {
  test::CaseShape shape{"", 2, tokens, 1, {}};
  for (std::int64_t t = 0; t < tokens; ++t) shape.positions.push_back(first + step * t);
  return shape;
}

test::CaseKernel with_positions_in(const test::CaseModel& model, NumberFormat format) {
  test::CaseKernel kernel = test::right_kernel(model);
  kernel.position = [format](double p, std::int64_t, std::int64_t) { return to(format, p); };
  return kernel;
}

Finding checked(const test::CaseModel& model, const test::CaseKernel& kernel, const test::CaseShape& shape,
                NumberFormat format = NumberFormat::float32) {
  return check(test::run_kernel(model, kernel, shape, format, 1));
}

} // namespace

TEST_CASE("positions of 16 bits pass as far as they are exact, and are a mismatch from the first that is not") {
  const test::CaseModel model = plain_model();
  for (const auto& [format, exact] : {std::pair{NumberFormat::bfloat16, 256}, std::pair{NumberFormat::float16, 2048}})
    for (const NumberFormat rows : {NumberFormat::float32, NumberFormat::bfloat16, NumberFormat::float16}) {
      const test::CaseKernel kernel = with_positions_in(model, format);
      CHECK(checked(model, kernel, from(exact - 63, 64), rows).verdict == Verdict::match);
      const Finding beyond = checked(model, kernel, from(exact - 30, 64), rows);
      CHECK(beyond.verdict == Verdict::mismatch);
      CHECK(beyond.causes[0].name() == "precision");
      CHECK(beyond.sentence.find("at position") != std::string::npos);
      CHECK(beyond.sentence.find("rotates correctly") == std::string::npos);
    }
}

TEST_CASE("weaker arithmetic passes as long as its angles are off by no more than rows, model or budget explain") {
  const test::CaseModel model = plain_model();
  test::CaseKernel kernel = test::right_kernel(model);
  kernel.round_theta = [](double x) { return to(NumberFormat::bfloat16, x); };
  const Finding near = checked(model, kernel, from(0, 3)), far = checked(model, kernel, from(0, 200));
  CHECK(words(near.causes) == "precision recipe=bf16_inv_freq");
  CHECK(near.verdict == Verdict::precision);
  CHECK(words(far.causes) == "precision recipe=bf16_inv_freq");
  CHECK(far.verdict == Verdict::mismatch);
  const double off = far.causes[0].as<cause::Precision>()->angle_off;
  CHECK(off > 0.05);
  CHECK(off < 1);
  KernelRun run = test::run_kernel(model, kernel, from(0, 200), NumberFormat::float32, 1);
  run.budget = off * 1.01;
  const Finding within = check(run);
  CHECK(within.verdict == Verdict::precision);
  CHECK(within.sentence.find("within the budget of") != std::string::npos);
  run.budget = off * 0.99;
  CHECK(check(run).verdict == Verdict::mismatch);
  CHECK(finding_json(within, run).find("\"angle_off\"") != std::string::npos);
  kernel = test::right_kernel(model);
  kernel.round_table = [](double x) { return to(NumberFormat::bfloat16, x); };
  CHECK(checked(model, kernel, from(0, 200)).verdict == Verdict::precision); // it does not grow
}

TEST_CASE("float32 angles read as the model's own code") {
  const test::CaseModel model = plain_model();
  test::CaseKernel kernel = test::right_kernel(model);
  kernel.round_theta = kernel.round_angle = [](double x) { return to(NumberFormat::float32, x); };
  const Finding finding = checked(model, kernel, test::case_shapes()[1]);
  CHECK(finding.verdict == Verdict::precision);
  CHECK(finding.sentence == "The kernel rotates as the model's own code: float32 angles.");
}

TEST_CASE("a whole number that divides the exponent is named before a crooked base, and a base that people choose "
          "before it") {
  const test::CaseModel model = plain_model();
  for (const double denominator : {160.0, 96.0, 80.0, 112.0}) {
    test::CaseKernel kernel = test::right_kernel(model);
    kernel.model.denominator = denominator;
    const Finding finding = checked(model, kernel, from(0, 300));
    CHECK(words(finding.causes) ==
          words({test::ExpectedCause{"exponent", {{"denominator", static_cast<std::int64_t>(denominator)}}}}));
  }
  for (const double base : {10000.0, 1e6, 5e6, 2.5e5}) {
    test::CaseKernel kernel = test::right_kernel(model);
    kernel.model.base = base;
    CHECK(words(checked(model, kernel, from(0, 300)).causes) == words({cause::Base{base, {}}}));
  }
}

TEST_CASE("scaling that the config does not ask for is named with its factor and length") {
  const test::CaseModel model = plain_model();
  for (const auto scheme : {test::CaseModel::llama3, test::CaseModel::yarn})
    for (const double factor : {4.0, 8.0, 32.0}) {
      test::CaseModel scaled = model;
      scaled.scheme = scheme;
      scaled.factor = factor;
      scaled.original = 8192;
      test::CaseKernel kernel = test::right_kernel(scaled);
      const Finding finding = checked(model, kernel, test::case_shapes()[1]);
      CAPTURE(finding.sentence);
      REQUIRE(finding.causes.size() == 1);
      CHECK(finding.causes[0].name() == "scaling_unexpected");
      CHECK(std::get<double>(*find_parameter(finding.causes[0], "factor")) == doctest::Approx(factor).epsilon(1e-3));
      CHECK(finding.sentence.find("the config asks for no scaling") != std::string::npos);
    }
}

TEST_CASE("a ramp upside down is named, on each scheme that has a ramp") {
  for (const std::size_t m : {0u, 2u}) {
    const test::CaseModel model = test::case_models()[m];
    KernelRun run =
        test::run_kernel(model, test::right_kernel(model), test::case_shapes()[1], NumberFormat::float32, 1);
    test::CaseModel unscaled = model;
    unscaled.scheme = test::CaseModel::plain;
    const std::vector<double> plain = unscaled.theta(), scaled = model.theta();
    for (std::int64_t row = 0; row < run.shape.rows(); ++row)
      for (std::size_t i = 0; i < 64; ++i) {
        const double theta = plain[i] * (1 + 1 / model.factor) - scaled[i];
        const double angle =
            theta * static_cast<double>(run.positions.ids[static_cast<std::size_t>(run.shape.token_of_row(row))]);
        const auto a = static_cast<std::size_t>(row) * 128 + i, b = a + 64;
        const double x = static_cast<double>(run.in.floats[a]), y = static_cast<double>(run.in.floats[b]);
        run.out.floats[a] = static_cast<float>(model.gain() * (x * std::cos(angle) - y * std::sin(angle)));
        run.out.floats[b] = static_cast<float>(model.gain() * (y * std::cos(angle) + x * std::sin(angle)));
      }
    const Finding finding = check(run);
    CAPTURE(finding.sentence);
    REQUIRE(finding.causes.size() == 1);
    CHECK(find_parameter(finding.causes[0], "ramp_inverted"));
  }
}

TEST_CASE("a kernel that turns as another layer type of the model is named by that type") {
  const test::CaseModel model = test::case_models()[0];
  test::CaseModel local = plain_model();
  local.base = 10000;
  KernelRun run = test::run_kernel(model, test::right_kernel(local), test::case_shapes()[0], NumberFormat::float32, 1);
  run.other_layers.push_back({});
  run.other_layers.back().layer_type = "sliding_attention";
  run.other_layers.back().config = local.config();
  CHECK(words(check(run).causes) == "layer_of_another_type layer_type=sliding_attention");
}

TEST_CASE(
    "rows that are counted where other positions are given are said to be, and packs only where they begin at 0") {
  const test::CaseModel model = plain_model();
  test::CaseKernel kernel = test::right_kernel(model);
  kernel.position = [](double, std::int64_t token, std::int64_t) { return static_cast<double>(token); };
  test::CaseShape gapped = from(0, 200);
  for (std::size_t t = 4; t < gapped.positions.size(); ++t) gapped.positions[t] += 56;
  CHECK(words(checked(model, kernel, gapped).causes) == "positions_row_number first=0");
  test::CaseShape packed = from(0, 200);
  for (std::size_t t = 80; t < packed.positions.size(); ++t) packed.positions[t] -= 80;
  CHECK(words(checked(model, kernel, packed).causes) == "positions_ignored_restart");
}

TEST_CASE("no sentence on another scheme or parameter speaks in keys alone") {
  const test::CaseModel model = test::case_models()[2];
  const KernelRun run = test::run_kernel(model, test::right_kernel(model), from(0, 4), NumberFormat::float32, 1);
  const auto said = [&](std::string parameter, ParameterValue value) {
    return Cause(cause::ScalingParameters{"yarn", std::move(parameter), std::move(value)}).sentence(run);
  };
  CHECK(said("measured_scheme", std::string("linear")) == "applies linear scaling; the model asks for yarn");
  CHECK(said("beta_swapped", true) == "exchanges beta_fast and beta_slow of yarn");
  CHECK(said("truncate", false).find("false") == std::string::npos);
  CHECK(said("ramp_inverted", true).find("upside down") != std::string::npos);
  CHECK(said("factor", 8.0) == "scales by yarn with factor 8; the model has 4");
  test::CaseKernel other = test::right_kernel(model);
  other.reads_interleaved = other.writes_interleaved = true;
  CHECK(checked(model, other, from(0, 100)).sentence.find("Meta's order") != std::string::npos);
}
