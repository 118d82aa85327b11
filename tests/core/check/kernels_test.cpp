#include <algorithm>
#include <map>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "core/check/check.h"
#include "tests/kernel_cases.h"

using namespace ropescope;

namespace {

constexpr NumberFormat formats[] = {NumberFormat::float32, NumberFormat::bfloat16, NumberFormat::float16};

/// Every bug must be found as what it is, with its parameters, in every shape and format in which it can be told; where
/// it cannot, the kernel matches. A class that is never told would not be tested: there is none.
void check_bugs(const test::CaseModel& model,
                std::vector<test::CaseBug> (*bugs_of)(const test::CaseModel&, const test::CaseShape&)) {
  std::map<std::string, int> told;
  unsigned seed = 0;
  for (const test::CaseShape& shape : test::case_shapes())
    for (const NumberFormat format : formats) {
      for (const test::CaseBug& bug : bugs_of(model, shape)) {
        const bool hidden = std::find(bug.hidden_in.begin(), bug.hidden_in.end(), format) != bug.hidden_in.end();
        const Finding finding = check(test::run_kernel(model, bug.kernel, bug.shape, format, ++seed));
        INFO(fmt::format("{}, {}, {} rows: {} was found to be {}, residual {:.2g}", model.name, bug.shape.name,
                         number_format_name(format), words(bug.causes), test::words(finding.causes), finding.residual));
        if (hidden) {
          INFO("expected to match, since " << bug.why_hidden);
          CHECK(!bug.why_hidden.empty());
          CHECK(finding.verdict == Verdict::match);
        } else {
          CHECK(test::as_expected(bug, finding));
        }
        told[bug.name] += hidden ? 0 : 1;
      }
    }
  for (const auto& entry : told) { // clang 14 captures no structured binding
    CAPTURE(entry.first);
    CHECK(entry.second > 0);
  }
}

} // namespace

TEST_CASE("every class of bug of a Llama 3.1 kernel is named, with its parameters, wherever it can be told") {
  check_bugs(test::case_models()[0], test::case_bugs);
}

TEST_CASE("every class of bug of a GPT-NeoX kernel is named, with its parameters, wherever it can be told") {
  check_bugs(test::case_models()[1], test::case_bugs);
}

TEST_CASE("every class of bug of a Qwen 2.5 kernel under YaRN is named, with its parameters, wherever it can be told") {
  check_bugs(test::case_models()[2], test::case_bugs);
}

TEST_CASE("two bugs at once are both named, whatever the model, the shape and the format") {
  for (const test::CaseModel& model : test::case_models()) check_bugs(model, test::case_double_bugs);
}

TEST_CASE("every class of bug of a part of a kernel is named, whatever the model, the shape and the format") {
  for (const test::CaseModel& model : test::case_models()) check_bugs(model, test::case_part_bugs);
}
