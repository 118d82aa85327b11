#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "core/check/check.h"
#include "core/error.h"
#include "core/rope/cpu_engine.h"
#include "tests/golden.h"
#include "tests/kernel_cases.h"

using namespace ropescope;

namespace {

std::string words(const std::vector<Cause>& causes) {
  std::string text;
  for (const Cause& cause : causes) {
    text += (text.empty() ? "" : " + ") + cause.name;
    for (const auto& [name, value] : cause.parameters)
      std::visit(
          [&, key = name](const auto& v) {
            using T = std::decay_t<decltype(v)>;
            if constexpr (std::is_same_v<T, std::vector<std::int64_t>>)
              text += fmt::format(" {}#{}", key, v.size());
            else
              text += fmt::format(" {}={}", key, v);
          },
          value);
  }
  return text;
}

/// Right findings of all, by bug and model.
struct Tally {
  int right = 0, all = 0;
};

void count_bugs(const std::vector<test::CaseBug>& bugs, const test::CaseModel& model, NumberFormat format,
                unsigned seed, std::map<std::string, std::map<std::string, Tally>>& table, Tally& total) {
  for (const test::CaseBug& bug : bugs) {
    // Rows of 16 bits round more than such tables do.
    if (format != NumberFormat::float32 && bug.name.ends_with("_tables")) continue;
    const KernelRun run = test::run_kernel(model, bug.kernel, bug.shape, format, ++seed);
    const Finding finding = check(run);
    const bool right = test::as_expected(bug, finding);
    Tally& tally = table[bug.name][model.name + (format == NumberFormat::float32 ? " f32" : " bf16")];
    for (Tally* t : {&tally, &total}) {
      ++t->all;
      t->right += right;
    }
    if (!right)
      MESSAGE(fmt::format("{}, {}, {}: {} was found to be {}, residual {:.2g}", model.name, bug.shape.name,
                          format == NumberFormat::float32 ? "f32" : "bf16", words(bug.causes), words(finding.causes),
                          finding.residual));
  }
}

std::string as_text(const std::map<std::string, std::map<std::string, Tally>>& table) {
  std::string text;
  for (const auto& [bug, columns] : table) {
    text += fmt::format("\n{:34}", bug);
    for (const auto& [column, tally] : columns) text += fmt::format("  {} {}/{}", column, tally.right, tally.all);
  }
  return text;
}

} // namespace

namespace {

/// In two shapes, float32 and bfloat16.
void check_bugs_of(const test::CaseModel& model) {
  std::map<std::string, std::map<std::string, Tally>> table;
  Tally total;
  unsigned seed = 0;
  for (const test::CaseShape& shape : test::case_shapes())
    for (const NumberFormat format : {NumberFormat::float32, NumberFormat::bfloat16})
      count_bugs(test::case_bugs(model, shape), model, format, seed += 1000, table, total);
  MESSAGE(total.right << " of " << total.all << as_text(table));
  CHECK(total.right >= 0.98 * total.all);
}

} // namespace

TEST_CASE("a bug of a Llama 3.1 kernel is named first, with its parameters, in at least 98 of 100 cases") {
  check_bugs_of(test::case_models()[0]);
}

TEST_CASE("a bug of a GPT-NeoX kernel is named first, with its parameters, in at least 98 of 100 cases") {
  check_bugs_of(test::case_models()[1]);
}

TEST_CASE("a bug of a Qwen 2.5 kernel under YaRN is named first, with its parameters, in at least 98 of 100 cases") {
  check_bugs_of(test::case_models()[2]);
}

TEST_CASE("two bugs at once are both named") {
  std::map<std::string, std::map<std::string, Tally>> table;
  Tally total;
  for (const test::CaseModel& model : test::case_models())
    for (const test::CaseShape& shape : test::case_shapes())
      for (const NumberFormat format : {NumberFormat::float32, NumberFormat::bfloat16})
        count_bugs(test::case_double_bugs(model, shape), model, format, 7, table, total);
  MESSAGE(total.right << " of " << total.all << as_text(table));
  CHECK(total.right >= 0.98 * total.all);
}

namespace {

KernelRun golden_run(const test::RotationCase& golden, const std::vector<double>& out, NumberFormat format) {
  KernelRun run;
  run.rope = golden.rope;
  run.shape = golden.shape;
  run.heads = golden.shape.inner;
  run.positions = golden.positions;
  run.seq_len = golden.seq_len;
  run.in.dtype = run.out.dtype = format == NumberFormat::bfloat16  ? NumberFormat::bfloat16
                                 : format == NumberFormat::float16 ? NumberFormat::float16
                                 : format == NumberFormat::float64 ? NumberFormat::float64
                                                                   : NumberFormat::float32;
  run.in.shape = run.out.shape = {golden.shape.outer, golden.shape.tokens, golden.shape.inner, golden.shape.head_dim};
  if (format == NumberFormat::float64) {
    run.in.doubles = golden.q;
    run.out.doubles = out;
    return run;
  }
  for (const double x : golden.q) run.in.floats.push_back(rounded(format, static_cast<float>(x)));
  run.out.floats.assign(out.begin(), out.end());
  return run;
}

} // namespace

TEST_CASE("no output of the models' own code is called wrong, in float32, bfloat16, float16 and float64") {
  test::for_each_golden("apply", [](const test::Json& file) {
    const test::RotationCase golden = test::apply_case(file);
    for (const auto& [key, format] :
         {std::pair{"float32", NumberFormat::float32}, std::pair{"bfloat16", NumberFormat::bfloat16},
          std::pair{"float16", NumberFormat::float16}, std::pair{"float64", NumberFormat::float64}}) {
      if (!file.at("out").contains(key)) continue;
      const Finding finding = check(golden_run(golden, test::flat(file.at("out").at(key)), format));
      const std::string of_format = key;
      CAPTURE(of_format);
      CAPTURE(finding.sentence);
      CAPTURE(finding.residual);
      CHECK(finding.verdict != Verdict::mismatch);
    }
  });
  test::for_each_golden("ggml", [](const test::Json& file) {
    const test::RotationCase golden = test::ggml_case(file);
    const Finding finding = check(golden_run(golden, test::flat(file.at("out")), NumberFormat::float32));
    CAPTURE(finding.sentence);
    CHECK(finding.verdict != Verdict::mismatch);
  });
}

TEST_CASE("a right kernel matches, and float32 angles far out pass as what they are") {
  test::CaseModel model = test::case_models()[0];
  model.scheme = test::CaseModel::plain;
  const test::CaseShape far = test::case_shapes()[1];
  for (const NumberFormat format : {NumberFormat::float32, NumberFormat::bfloat16})
    CHECK(check(test::run_kernel(model, test::right_kernel(model), far, format, 1)).verdict == Verdict::match);
  test::CaseKernel kernel = test::right_kernel(model);
  kernel.round_theta = kernel.round_angle = [](double x) { return static_cast<double>(static_cast<float>(x)); };
  const Finding finding = check(test::run_kernel(model, kernel, far, NumberFormat::float32, 1));
  CHECK(finding.verdict == Verdict::precision);
  CHECK(words(finding.causes) == "precision recipe=float32_angles");
  CHECK(check(test::run_kernel(model, kernel, test::case_shapes()[0], NumberFormat::float32, 1)).verdict ==
        Verdict::match);
}

TEST_CASE("an order of the output that leaves scores unharmed is said, and not called wrong") {
  const test::CaseModel model = test::case_models()[0];
  test::CaseKernel kernel = test::right_kernel(model);
  kernel.writes_interleaved = true;
  const Finding finding = check(test::run_kernel(model, kernel, test::case_shapes()[0], NumberFormat::float32, 1));
  CHECK(finding.verdict == Verdict::match);
  CHECK(words(finding.causes) == "output_permuted");
}

TEST_CASE("what no cause explains is unknown, with what was measured") {
  const test::CaseModel model = test::case_models()[0];
  KernelRun run = test::run_kernel(model, test::right_kernel(model), test::case_shapes()[0], NumberFormat::float32, 1);
  std::reverse(run.out.floats.begin(), run.out.floats.end());
  const Finding finding = check(run);
  CHECK(finding.verdict == Verdict::mismatch);
  CHECK(words(finding.causes) == "unknown");
  CHECK(finding.measured.gain.size() == 64);
  CHECK(finding.hypotheses.size() > 5);
}

TEST_CASE("one wrong entry among many right ones is found, with its row") {
  const test::CaseModel model = test::case_models()[0];
  KernelRun run = test::run_kernel(model, test::right_kernel(model), test::case_shapes()[0], NumberFormat::float32, 1);
  run.out.floats[static_cast<std::size_t>((run.shape.tokens + 200) * 128 + 3)] += 0.5f; // head 1, token 200
  const Finding finding = check(run);
  CHECK(finding.rows_wrong == 1);
  REQUIRE(finding.causes.size() == 1);
  CHECK(finding.causes[0].name == "rows_wrong");
  CHECK(std::get<std::vector<std::int64_t>>(*finding.causes[0].find("rows")) == std::vector<std::int64_t>{200});
}

TEST_CASE("data that cannot be judged is refused in words") {
  const test::CaseModel model = test::case_models()[0];
  const test::CaseShape shape = test::case_shapes()[0];
  const KernelRun good = test::run_kernel(model, test::right_kernel(model), shape, NumberFormat::float32, 1);
  CHECK(check(good).verdict == Verdict::match);
  KernelRun zeros = good;
  std::fill(zeros.in.floats.begin(), zeros.in.floats.end(), 0.0f);
  CHECK_THROWS_WITH_AS(check(zeros), doctest::Contains("zeros alone"), Error);
  KernelRun still = good;
  std::fill(still.positions.ids.begin(), still.positions.ids.end(), std::int64_t{5});
  CHECK_THROWS_WITH_AS(check(still), doctest::Contains("position 5"), Error);
  KernelRun broken = good;
  broken.in.floats[77] = std::numeric_limits<float>::quiet_NaN();
  CHECK_THROWS_WITH_AS(check(broken), doctest::Contains("index 77"), Error);
  KernelRun cut = good;
  cut.out.shape[1] -= 1;
  CHECK_THROWS_WITH_AS(check(cut), doctest::Contains("expected the same"), Error);
  KernelRun fewer = good;
  fewer.positions.ids.pop_back();
  CHECK_THROWS_WITH_AS(check(fewer), doctest::Contains("positions for"), Error);
}

TEST_CASE("a number of the output that is not finite is a finding, with the first index") {
  const test::CaseModel model = test::case_models()[0];
  KernelRun run = test::run_kernel(model, test::right_kernel(model), test::case_shapes()[0], NumberFormat::float32, 1);
  run.out.floats[4321] = std::numeric_limits<float>::infinity();
  run.out.floats[9999] = std::numeric_limits<float>::quiet_NaN();
  const Finding finding = check(run);
  CHECK(finding.verdict == Verdict::mismatch);
  CHECK(words(finding.causes) == "not_finite first=4321");
}

namespace {

Finding check_kernel(const test::CaseModel& model, const test::CaseKernel& kernel, const test::CaseShape& shape,
                     NumberFormat format = NumberFormat::float32) {
  return check(test::run_kernel(model, kernel, shape, format, 1));
}

/// Rows of zeros before and after, of every head.
void clear_rows(KernelRun& run, std::int64_t first, std::int64_t count) {
  const RowShape& shape = run.shape;
  for (std::int64_t o = 0; o < shape.outer; ++o)
    for (Array* array : {&run.in, &run.out})
      std::fill_n(array->floats.begin() + (o * shape.tokens + first) * shape.inner * shape.head_dim,
                  count * shape.inner * shape.head_dim, 0.0f);
}

} // namespace

TEST_CASE("a position scaled after an offset is named as both, wherever the run lies") {
  const test::CaseModel model = test::case_models()[1];
  test::CaseKernel kernel = test::right_kernel(model);
  kernel.position = [](double p, std::int64_t, std::int64_t) { return 0.5 * (p + 7); };
  test::CaseShape far = test::case_shapes()[0];
  for (std::int64_t& p : far.positions) p += 60000;
  for (const test::CaseShape& shape : {test::case_shapes()[0], far})
    CHECK(words(check_kernel(model, kernel, shape, NumberFormat::bfloat16).causes) ==
          "position_scale scale=0.5 + position_offset offset=7");
}

TEST_CASE("rows of zeros do not hide where positions begin anew") {
  const test::CaseModel model = test::case_models()[0];
  test::CaseKernel kernel = test::right_kernel(model);
  kernel.position = [](double p, std::int64_t, std::int64_t) { return p < 100 ? p : p - 100; };
  KernelRun run = test::run_kernel(model, kernel, test::case_shapes()[0], NumberFormat::float32, 1);
  clear_rows(run, 99, 4);
  CHECK(words(check(run).causes) == "positions_restart at=100");
}

TEST_CASE("numbers that are not finite do not hide what else is wrong") {
  const test::CaseModel model = test::case_models()[0];
  test::CaseKernel kernel = test::right_kernel(model);
  kernel.reads_interleaved = kernel.writes_interleaved = true;
  KernelRun run = test::run_kernel(model, kernel, test::case_shapes()[0], NumberFormat::float32, 1);
  run.out.floats[4321] = std::numeric_limits<float>::quiet_NaN();
  CHECK(words(check(run).causes) == "not_finite first=4321 + pairing measured=interleaved");
}

TEST_CASE("a missing sine is found under another pairing too") {
  const test::CaseModel model = test::case_models()[1];
  test::CaseKernel kernel = test::right_kernel(model);
  kernel.reads_interleaved = kernel.writes_interleaved = true;
  kernel.sine = [](double) { return 0.0; };
  CHECK(words(check_kernel(model, kernel, test::case_shapes()[0]).causes) ==
        "sin_missing + pairing measured=interleaved");
}

TEST_CASE("heads that are not rotated are found where some rows are wrong besides") {
  const test::CaseModel model = test::case_models()[0];
  test::CaseKernel kernel = test::right_kernel(model);
  kernel.turns = [](std::int64_t, std::int64_t head) { return head != 1; };
  const test::CaseShape shape = test::case_shapes()[0];
  KernelRun run = test::run_kernel(model, kernel, shape, NumberFormat::float32, 1);
  const std::vector<float> in = run.in.floats;
  clear_rows(run, 40, 2);
  run.in.floats = in;
  CHECK(words(check(run).causes) == "heads_not_rotated heads#1 + rows_wrong rows#2");
}

TEST_CASE("an output that is the input is not rotated, however the model orders what it writes") {
  test::CaseModel model = test::case_models()[1];
  model.interleaved = true;
  test::CaseKernel kernel = test::right_kernel(model);
  kernel.turns = [](std::int64_t, std::int64_t) { return false; };
  KernelRun run = test::run_kernel(model, kernel, test::case_shapes()[0], NumberFormat::float32, 1);
  run.rope.layout.pairs.output = Pairing::half;
  CHECK(words(check(run).causes) == "not_rotated");
}

TEST_CASE("frequencies that one file cannot tell apart are both named") {
  test::CaseModel model = test::case_models()[1];
  test::CaseKernel kernel = test::right_kernel(model);
  kernel.model.base = 100; // 10000^(i/d) is 100^(2i/d)
  const Finding finding = check_kernel(model, kernel, test::case_shapes()[1]);
  CHECK(words(finding.causes) == "exponent denominator=48");
  CHECK(words(finding.indistinguishable) == "base measured=100");
  CHECK(!finding.decide_by.empty());
}

TEST_CASE("tables of 16 bits are named though halves are rounded either way") {
  const test::CaseModel model = test::case_models()[1];
  test::CaseKernel kernel = test::right_kernel(model);
  int count = 0;
  kernel.round_table = [&count](double x) {
    const double spacing = std::exp2(std::floor(std::log2(std::abs(x) + 1e-9)) - 10);
    return spacing * (++count % 5000 == 0 ? std::floor(x / spacing) : std::nearbyint(x / spacing));
  };
  CHECK(words(check_kernel(model, kernel, test::case_shapes()[0]).causes) == "precision recipe=fp16_tables");
}
