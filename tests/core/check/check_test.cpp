#include <algorithm>
#include <chrono>
#include <cmath>
#include <limits>
#include <thread>

#include <doctest/doctest.h>

#include "core/check/basics/cancelled.h"
#include "core/check/causes/rows_wrong.h"
#include "core/check/check.h"
#include "core/error.h"
#include "tests/golden.h"
#include "tests/kernel_cases.h"

using namespace ropescope;
using test::words;

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
  CHECK(finding.causes[0].name() == "rows_wrong");
  CHECK(finding.causes[0].as<cause::RowsWrong>()->rows == std::vector<std::int64_t>{200});
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
  std::fill(still.positions.ids.begin(), still.positions.ids.end(), std::int64_t{0});
  CHECK_THROWS_WITH_AS(check(still), doctest::Contains("position 0"), Error);
  // One other position is enough to say right or wrong, as a step of decoding is judged.
  std::fill(still.positions.ids.begin(), still.positions.ids.end(), std::int64_t{5});
  CHECK(check(still).verdict == Verdict::mismatch);
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
  CHECK(words(check(run).causes) == "heads_not_rotated heads#1 + rows_wrong rows#2 equal_to=zero");
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

TEST_CASE("a check that is asked to stop stops well before it is done") {
  const test::CaseModel model = test::case_models()[0];
  test::CaseShape shape{"", 2, 4000, 1, {}};
  for (std::int64_t t = 0; t < shape.tokens; ++t) shape.positions.push_back(t);
  KernelRun run = test::run_kernel(model, test::right_kernel(model), shape, NumberFormat::float32, 1);
  std::reverse(run.out.floats.begin(), run.out.floats.end()); // what no cause explains is searched the longest
  using Clock = std::chrono::steady_clock;
  const auto begin = Clock::now();
  CHECK(check(run).verdict == Verdict::mismatch);
  const auto whole = Clock::now() - begin;
  std::stop_source source;
  source.request_stop();
  CHECK_THROWS_AS(check(run, source.get_token()), Cancelled);
  // Asked in the middle, it does not run to its end. A busy machine may let the check end before it is asked, or let it
  // wait: the best of a few tries counts.
  double best = 1;
  for (int tries = 0; tries < 8 && best >= 0.5; ++tries) {
    std::stop_source later;
    Clock::time_point asked;
    std::jthread asker([&] {
      std::this_thread::sleep_for(whole / (4 + 2 * tries));
      asked = Clock::now();
      later.request_stop();
    });
    try {
      check(run, later.get_token());
    } catch (const Cancelled&) {
      const auto stopped = Clock::now();
      asker.join();
      best = std::min(best, std::chrono::duration<double>(stopped - asked) / whole);
    }
  }
  CHECK(best < 0.5);
}

TEST_CASE("a whole chain of 16 bits is told from 16-bit positions alone by its parameters and its words") {
  const test::CaseModel model = test::case_models()[0];
  const auto to_bfloat16 = [](double x) {
    return static_cast<double>(rounded(NumberFormat::bfloat16, static_cast<float>(x)));
  };
  test::CaseKernel kernel = test::right_kernel(model);
  kernel.position = [=](double p, std::int64_t, std::int64_t) { return to_bfloat16(p); };
  const test::CaseShape far = test::case_shapes()[1];
  const Finding positions = check_kernel(model, kernel, far);
  kernel.round_theta = kernel.round_angle = to_bfloat16;
  const Finding chain = check_kernel(model, kernel, far);
  CHECK(words(positions.causes) == "precision recipe=bf16_positions");
  CHECK(words(chain.causes) == "precision recipe=bf16_positions chain=true");
  CHECK(chain.sentence.find("the whole chain") != std::string::npos);
  CHECK(positions.sentence.find("exact up to 256") != std::string::npos);
  CHECK(chain.facts.back().words != positions.facts.back().words);
}

TEST_CASE("a kernel that ignores ggml's factors by pair has the scaling crossed out, and nothing else") {
  const test::CaseModel model = test::case_models()[1];
  KernelRun run = test::run_kernel(model, test::right_kernel(model), test::case_shapes()[0], NumberFormat::float32, 1);
  run.rope.scaling.freq_factors.assign(12, 1);
  for (std::size_t i = 6; i < 12; ++i) run.rope.scaling.freq_factors[i] = 8;
  const Finding finding = check(run);
  CHECK(words(finding.causes) == "scaling_ignored scheme=freq_factors");
  for (const Fact& fact : finding.facts) {
    CAPTURE(fact.words);
    CHECK((fact.state == Fact::State::differs) == (fact.kind == FactKind::scaling));
  }
  CHECK(std::count_if(finding.facts.begin(), finding.facts.end(),
                      [](const Fact& f) { return f.kind == FactKind::scaling; }) == 1);
}
