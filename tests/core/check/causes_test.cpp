#include <algorithm>
#include <cmath>
#include <set>

#include <doctest/doctest.h>

#include "core/check/basics/words.h"
#include "core/check/causes/all.h"
#include "core/check/causes/base.h"
#include "core/check/causes/match.h"
#include "core/check/causes/output_permuted.h"
#include "core/check/causes/position_offset.h"
#include "core/check/causes/scaling_ignored.h"
#include "core/check/causes/unknown.h"
#include "core/check/facts.h"
#include "core/check/signatures.h"
#include "tests/kernel_cases.h"

using namespace ropescope;

namespace {

KernelRun small_run() {
  const test::CaseModel model = test::case_models()[0];
  return test::run_kernel(model, test::right_kernel(model), test::case_shapes()[0], NumberFormat::float32, 1);
}

/// Models of four kinds: scaled, of several axes, scaled with an amplitude, of a mixed convention.
std::vector<RopeConfig> models() {
  RopeConfig axes;
  axes.base = 1e6;
  axes.axes.rule = AxisRule::sections;
  axes.axes.mrope_section = {16, 24, 24};
  RopeConfig partial;
  partial.layout.rotary_dim = 64;
  RopeConfig mixed; // ERNIE-Image's, of one axis
  mixed.axes.rule = AxisRule::listed;
  mixed.axes.list = {{.name = "t", .components = 128}};
  mixed.axes.table = AngleTable::repeated;
  return {test::case_models()[0].config(), axes, test::case_models()[2].config(), partial, mixed};
}

std::vector<std::int64_t> positions_to(std::int64_t tokens) {
  std::vector<std::int64_t> positions;
  for (std::int64_t n = 0; n < 128; ++n) positions.push_back(n * (tokens - 1) / 127);
  return positions;
}

} // namespace

TEST_CASE("every cause has a name of its own, a sentence and a brief word of its own") {
  const KernelRun run = small_run();
  std::set<std::string> names, sentences, briefs;
  for (const CauseRow& row : cause_rows()) {
    const Cause cause = row.plain();
    CAPTURE(row.name);
    CHECK(cause.name() == row.name);
    CHECK(names.insert(std::string(row.name)).second);
    CHECK(!cause.sentence(run).empty());
    CHECK(sentences.insert(cause.sentence(run)).second);
    CHECK(!cause.sentence(run).ends_with('.'));
    CHECK(cause.sentence(run).find("--") == std::string::npos);
    CHECK(briefs.insert(cause.brief(run)).second);
    CHECK(!cause.brief(run).empty());
    for (const auto& [key, value] : cause.parameters()) CHECK(!key.empty());
  }
}

TEST_CASE("every cause crosses out its own fact, and no other") {
  KernelRun run = small_run();
  for (const double factor : {1.0, 8.0}) { // the second: a scaled model without a scheme, as GGUF files have it
    if (factor != 1) {
      run.rope.scaling.rope_type = RopeType::standard;
      run.rope.scaling.freq_factors.assign(64, factor);
    }
    for (const CauseRow& row : cause_rows()) {
      CAPTURE(row.name);
      const Cause cause = row.plain();
      const std::vector<Fact> facts = facts_of({cause}, {1.0}, run);
      int crossed = 0, agreeing = 0;
      for (const Fact& fact : facts) {
        agreeing += fact.state == Fact::State::agrees;
        const bool differs = fact.state == Fact::State::differs || fact.state == Fact::State::weaker;
        crossed += differs;
        if (differs) CHECK(fact.kind == row.fact);
        if (differs) CHECK(fact.words == cause.brief(run));
        CHECK((fact.state == Fact::State::weaker) == (differs && cause.verdict() != Verdict::mismatch));
      }
      CHECK(crossed == (cause.is<cause::Match>() ? 0 : 1));
      if (cause.hides_the_rest()) CHECK(agreeing == 0);
    }
  }
}

TEST_CASE("two causes of one fact are both said where it is crossed out") {
  const KernelRun run = small_run();
  const std::vector<Fact> facts =
      facts_of({cause::PositionOffset{3, {}}, cause::PositionOffset{0, {1, 2}}}, {1.0}, run);
  for (const Fact& fact : facts)
    if (fact.kind == FactKind::positions) CHECK(fact.words == "position offset +3 and position offset by batch row");
}

TEST_CASE("a cause is told by its type and compared by its name and numbers") {
  const Cause one = cause::PositionOffset{.offset = 1};
  CHECK(one.is<cause::PositionOffset>());
  CHECK(one.as<cause::PositionOffset>()->offset == 1);
  CHECK(one.as<cause::Base>() == nullptr);
  CHECK(one == Cause(cause::PositionOffset{.offset = 1}));
  CHECK(!(one == Cause(cause::PositionOffset{.offset = 2})));
  CHECK(!(Cause(cause::Match{}) == Cause(cause::Unknown{})));
  const Cause copy = one;
  CHECK(copy == one);
  CHECK(std::get<std::int64_t>(*find_parameter(one, "offset")) == 1);
  CHECK(!find_parameter(one, "base"));
}

TEST_CASE("a layer type is a parameter of a cause where one is known, and none where not") {
  CHECK(cause::ScalingIgnored{"yarn", {}}.parameters().size() == 1);
  CHECK(cause::ScalingIgnored{"yarn", "full_attention"}.parameters().size() == 2);
}

TEST_CASE("every cause leaves a signature on at least one model, or says why not, and none is blank") {
  const std::vector<std::int64_t> positions = positions_to(1024);
  std::set<std::string_view> seen;
  for (const RopeConfig& rope : models()) {
    const ExampleModel model(rope, 1024);
    for (const CauseRow& row : cause_rows()) {
      CAPTURE(row.name);
      const std::vector<Example> examples = row.examples(model);
      REQUIRE(!examples.empty());
      for (const Example& example : examples) CHECK(example.kernel.has_value() == example.reason.empty());
    }
    std::set<std::string> titles;
    for (const Signature& signature : signatures(rope, positions)) {
      CAPTURE(signature.name);
      seen.insert(signature.cause);
      CHECK(!signature.mark.empty());
      CHECK(titles.insert(signature.name).second);
      const float most = signature.errors.greatest();
      const bool not_a_number = signature.cause == "not_finite";
      CHECK(std::isnan(most) == not_a_number);
      if (!not_a_number) CHECK(most > (signature.cause == "match" ? 1e-4f : 0.02f));
      if (signature.cause == "match") CHECK(most < 0.05f);
    }
  }
  for (const CauseRow& row : cause_rows()) {
    CAPTURE(row.name);
    CHECK(seen.contains(row.name));
  }
}

TEST_CASE("a model that cannot turn has no signatures") {
  RopeConfig still;
  still.rotates = false;
  CHECK(signatures(still, positions_to(64)).empty());
  CHECK(signatures(RopeConfig{}, {}).empty());
}
