#include <cmath>
#include <limits>

#include <doctest/doctest.h>

#include "core/check/checked_kernel.h"
#include "tests/kernel_cases.h"

using namespace ropescope;

namespace {

KernelRun right_run() {
  const test::CaseModel model = test::case_models()[0];
  return test::run_kernel(model, test::right_kernel(model), test::case_shapes()[0], NumberFormat::float32, 1);
}

} // namespace

TEST_CASE("a map has NaN and infinity exactly where a kernel wrote them, and true errors beside them") {
  KernelRun run = right_run();
  const auto nan = std::numeric_limits<float>::quiet_NaN(), infinity = std::numeric_limits<float>::infinity();
  const std::int64_t row = run.first_number(0, 10, 0), other = run.first_number(0, 20, 0);
  run.out.floats[static_cast<std::size_t>(row + 3)] = nan;
  run.out.floats[static_cast<std::size_t>(other + 7)] = infinity;
  run.out.floats[static_cast<std::size_t>(row + 12)] += 1; // wrong, and a number
  const auto kernel = checked_kernel(run);
  const ErrorMap& errors = kernel->finding.errors;
  std::int64_t not_finite = 0;
  for (std::int64_t t = 0; t < errors.tokens(); ++t)
    for (std::int64_t i = 0; i < errors.pairs(); ++i) not_finite += !std::isfinite(errors.at(t, i));
  CHECK(not_finite == 2);
  const auto& at = kernel->finding.expected.at;
  for (std::int64_t i = 0; i < errors.pairs(); ++i) {
    const auto of = static_cast<std::size_t>(i);
    const auto is = [&](std::int64_t n) { return at.out_first[of] == n || at.out_second[of] == n; };
    if (is(3)) CHECK(std::isnan(errors.at(10, i)));
    if (is(7)) CHECK(std::isinf(errors.at(20, i)));
    if (is(12)) CHECK(errors.at(10, i) > 0.01f);
    if (is(3))
      CHECK(std::isnan(kernel->pair_of_row(-1, 10, i).kernel.real() + kernel->pair_of_row(-1, 10, i).kernel.imag()));
  }
  CHECK(std::isnan(errors.greatest()));
  CHECK(std::isnan(kernel->finding.head_error[0]));
  for (std::size_t h = 1; h < kernel->finding.head_error.size(); ++h)
    CHECK(std::isfinite(kernel->finding.head_error[h]));
}

TEST_CASE("nothing is said of rounding that a kernel's NaN would contradict") {
  KernelRun run = right_run();
  run.out.floats[77] = std::numeric_limits<float>::quiet_NaN();
  const auto some = checked_kernel(run);
  CHECK(some->finding.tolerance_sentence.find("In the rows that are finite rounding explains up to") == 0);
  for (const Tried& tried : some->finding.tried)
    CHECK((tried.words == "not finite") == (tried.words.find("finite rows") == std::string::npos));
  for (float& number : run.out.floats) number = std::numeric_limits<float>::quiet_NaN();
  const auto none = checked_kernel(run);
  CHECK(none->finding.sentence.find("No row is finite") != std::string::npos);
  CHECK(none->finding.tolerance_sentence.find("ounding") == std::string::npos);
  CHECK(none->finding.tried.size() == 1); // zeros, which stand for the rows, were compared with nothing
}

TEST_CASE("a row that is not finite counts among the wrong ones beside another mistake, and once") {
  KernelRun run = right_run();
  for (std::int64_t& id : run.positions.ids) ++id; // every token was turned by a position too few
  REQUIRE(checked_kernel(run)->finding.rows_wrong == run.shape.tokens);
  // The last head makes it a row of which nothing is left that could be wrong.
  for (std::int64_t head = 0; head < run.heads; ++head) {
    run.out.floats[static_cast<std::size_t>(run.first_number(head, 10, 0) + 3)] = NAN;
    const Finding& finding = checked_kernel(run)->finding;
    CHECK(finding.rows_wrong == run.shape.tokens);
  }
}
