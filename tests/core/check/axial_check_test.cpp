#include <algorithm>
#include <map>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "core/check/check.h"
#include "tests/core/check/axial_kernels.h"

using namespace ropescope;
using test::AxialKernel;
using test::AxialRows;
using Shape = AxialRows::Shape;

namespace {

constexpr NumberFormat formats[] = {NumberFormat::float32, NumberFormat::bfloat16, NumberFormat::float16,
                                    NumberFormat::float64};
constexpr Shape shapes[] = {Shape::batch_tokens_heads, Shape::batch_heads_tokens, Shape::tokens_heads, Shape::tokens};

AxialRows rows_of(unsigned n) {
  AxialRows rows;
  rows.shape = shapes[n % 4];
  rows.format = formats[n / 4 % 4];
  rows.float32_angles = n % 3 == 1 && rows.format != NumberFormat::float64;
  rows.batch = 1 + n % 2;
  rows.heads = 2 + n % 5;
  rows.seed = 77 + n;
  return rows;
}

bool names_axis(const Finding& finding, const std::string& axis) {
  if (axis.empty()) return true;
  for (const Cause& cause : finding.causes)
    if (const auto named = find_parameter(cause, "axis"))
      if (const auto* words = std::get_if<std::string>(&*named); words && *words == axis) return true;
  return false;
}

} // namespace

TEST_CASE(
    "right kernels of image, video and M-RoPE models are accepted in every format, shape and way to form angles") {
  unsigned n = 0;
  for (unsigned seed = 0; seed < 5; ++seed)
    for (const AxialKernel& model : test::axial_models(seed)) {
      const AxialRows rows = rows_of(n++ * 7 + seed);
      const Finding finding = check(test::axial_run(model, model, rows));
      CHECK_MESSAGE(finding.verdict == Verdict::match, model.name << " in " << number_format_name(rows.format)
                                                                  << ", shape " << static_cast<int>(rows.shape) << ": "
                                                                  << finding.sentence);
    }
}

TEST_CASE(
    "wrong kernels of image, video and M-RoPE models are never accepted, and named by what they do and the axis") {
  struct Count {
    int all = 0, named = 0;
  };
  std::map<std::string, Count> by_fault;
  Count total;
  unsigned n = 0;
  for (unsigned seed = 0; seed < 1; ++seed)
    for (const test::AxialFault& fault : test::axial_faults())
      for (const AxialKernel& model : test::axial_models(seed)) {
        AxialKernel kernel = model;
        if (!fault.change(kernel)) continue;
        const AxialRows rows = rows_of(n++ * 5);
        const Finding finding = check(test::axial_run(model, kernel, rows));
        const std::string name(finding.causes.front().name());
        bool named = names_axis(finding, fault.axis);
        named &= std::any_of(finding.causes.begin(), finding.causes.end(), [&](const Cause& cause) {
          return std::find(fault.causes.begin(), fault.causes.end(), cause.name()) != fault.causes.end();
        });
        Count& of = by_fault[fault.name];
        ++of.all, ++total.all;
        of.named += named, total.named += named;
        CHECK_MESSAGE(finding.verdict == Verdict::mismatch,
                      model.name << ", " << fault.name << " in " << number_format_name(rows.format));
        if (!named)
          MESSAGE(model.name << ", " << fault.name << " in " << number_format_name(rows.format) << ": "
                             << finding.sentence);
      }
  for (const auto& [fault, count] : by_fault) {
    const auto& of_count = count;
    const auto& of_fault = fault;
    CHECK_MESSAGE(2 * of_count.named >= of_count.all, of_fault << ": " << of_count.named << " of " << of_count.all);
  }
  MESSAGE(total.named << " of " << total.all << " named");
  CHECK(100 * total.named >= 95 * total.all);
}

TEST_CASE("a right frequency is not called a mistake beside another mistake, whatever its last bits are") {
  // A class forms base^(−2j/d) in one way, and a count that begins anew in another.
  for (const AxialKernel& model : test::axial_models(0)) {
    if (model.count != AxialKernel::Count::restart || model.pairs != AxialKernel::Pairs::interleaved || model.mixed)
      continue;
    AxialKernel kernel = model;
    kernel.pairs = AxialKernel::Pairs::half;
    const Finding finding = check(test::axial_run(model, kernel, rows_of(4)));
    CHECK_MESSAGE(finding.causes.size() == 1, model.name << ": " << finding.sentence);
    CHECK_MESSAGE(finding.causes.front().name() == "pairing", model.name << ": " << finding.sentence);
  }
}

TEST_CASE("a kernel that leaves out the scheme of one axis is told which axis") {
  for (const AxialKernel& model : test::axial_models(0)) {
    if (model.name != "Cosmos") continue;
    AxialKernel kernel = model;
    for (test::AxialAxis& axis : kernel.axes) axis.base = model.base;
    KernelRun run = test::axial_run(model, kernel, rows_of(0));
    PositionAxis& frames = run.rope.axes.list.front();
    frames.base.reset();
    frames.rope_type = RopeType::ntk; // as its config says it
    frames.factor = 2;
    const Finding finding = check(run);
    CHECK_MESSAGE(finding.causes.front().name() == "axis_frequencies", finding.sentence);
    CHECK_MESSAGE(names_axis(finding, "t"), finding.sentence);
    CHECK_MESSAGE(finding.sentence.find("leaves out the scaling") != std::string::npos, finding.sentence);
  }
}
