#include <algorithm>
#include <cmath>
#include <set>

#include <doctest/doctest.h>

#include "core/check/causes/base.h"
#include "core/check/causes/position_offset.h"
#include "core/check/causes/position_scale.h"
#include "core/check/causes/table_too_short.h"
#include "core/check/choices/parameter_fit.h"
#include "core/check/evidence/changes.h"
#include "core/check/evidence/reduce.h"
#include "core/check/search/frequency_choices.h"
#include "core/check/search/layout_choices.h"
#include "core/check/search/likeness.h"
#include "core/check/search/position_accounts.h"
#include "core/check/search/row_predictions.h"
#include "core/check/search/scaled_positions.h"
#include "core/check/search/unrotated_rows.h"
#include "core/rope/spectrum.h"
#include "tests/kernel_cases.h"

using namespace ropescope;
using test::words;

namespace {

KernelRun run_of(const test::CaseModel& model, const test::CaseKernel& kernel) {
  return test::run_kernel(model, kernel, test::case_shapes()[0], NumberFormat::float32, 1);
}

std::vector<FrequencyFit> exactly(const std::vector<double>& theta, double sigma) {
  std::vector<FrequencyFit> fits;
  for (const double t : theta) fits.push_back({t, sigma * t});
  return fits;
}

} // namespace

TEST_CASE("a parameter is fitted, and written as people write it where that fits as well") {
  const auto of_base = [](double base) -> std::optional<std::vector<double>> {
    RopeConfig config;
    config.base = base;
    return make_spectrum(config).inv_freq;
  };
  for (const double base : {10000.0, 500000.0, 12345.0, 7e7}) {
    auto fits = exactly(*of_base(base), 1e-5);
    for (std::size_t i = 0; i < fits.size(); ++i) fits[i].theta *= i % 3 == 0 ? 1 + 1e-5 : 1 - 0.5e-5; // measured
    CHECK(*fit_parameter(of_base, fits, 2, 1e12) == base);
  }
  const auto odd = fit_parameter(of_base, exactly(*of_base(54321.987), 1e-9), 2, 1e12);
  CHECK(*odd == doctest::Approx(54321.987).epsilon(1e-5));
}

TEST_CASE(
    "where no value of a parameter yields frequencies nothing is fitted, and where some do the others are passed") {
  const auto never = [](double) -> std::optional<std::vector<double>> { return std::nullopt; };
  const auto fits = exactly({1, 0.1}, 1e-6);
  CHECK(!fit_parameter(never, fits, 1, 100));
  const auto above = [](double value) -> std::optional<std::vector<double>> {
    if (value < 10) return std::nullopt;
    return std::vector<double>{1, 1 / value};
  };
  CHECK(*fit_parameter(above, exactly({1, 1.0 / 40}, 1e-6), 1, 1000) == doctest::Approx(40));
}

TEST_CASE("layouts begin with the expected one, are all different, and stay within the head") {
  test::CaseModel model = test::case_models()[1];
  for (const bool trailing : {false, true})
    for (const bool interleaved : {false, true}) {
      model.interleaved = interleaved;
      KernelRun run = run_of(model, test::right_kernel(model));
      run.rope.layout.pairs.trailing = trailing;
      const std::vector<std::uint8_t> moved(96, 1);
      const auto choices = layout_choices(run, moved);
      CHECK(choices.front().causes.empty());
      std::set<std::vector<std::int64_t>> seen;
      for (const LayoutChoice& choice : choices) {
        CAPTURE(words(choice.causes));
        CHECK((&choice == &choices.front() || !choice.causes.empty()));
        std::vector<std::int64_t> all = choice.at.in_first;
        for (const auto* more : {&choice.at.in_second, &choice.at.out_first, &choice.at.out_second})
          all.insert(all.end(), more->begin(), more->end());
        CHECK(*std::max_element(all.begin(), all.end()) < 96);
        CHECK(seen.insert(all).second);
        CHECK(choice.at.rest.size() == 96 - 2 * choice.at.in_first.size());
      }
      // Half a head apart is a way to pair halves at the front alone.
      const auto apart = [](const LayoutChoice& c) { return words(c.causes) == "pairing measured=half distance=48"; };
      CHECK(std::any_of(choices.begin(), choices.end(), apart) == (!trailing && !interleaved));
    }
}

TEST_CASE("as far as a kernel moved components is a rotary part to be tried") {
  const test::CaseModel model = test::case_models()[0];
  const KernelRun run = run_of(model, test::right_kernel(model));
  std::vector<std::uint8_t> moved(128, 0);
  std::fill_n(moved.begin(), 37, 1);
  const auto choices = layout_choices(run, moved);
  CHECK(std::any_of(choices.begin(), choices.end(),
                    [](const LayoutChoice& c) { return words(c.causes) == "rotary_dim measured=38"; }));
}

TEST_CASE("no choice of frequencies is the expected one, and each says what it is") {
  for (const test::CaseModel& model : test::case_models()) {
    const KernelRun run = run_of(model, test::right_kernel(model));
    const FrequencyChoice expected = expected_frequencies(run, model.rotary_dim);
    const auto choices = frequency_choices(run, model.rotary_dim, exactly(expected.turns.theta, 1e-6));
    CHECK(choices.size() > 10);
    for (const FrequencyChoice& choice : choices) {
      CHECK(!choice.causes.empty());
      CHECK(choice.turns.theta.size() == expected.turns.theta.size());
      CHECK(choice.turns.theta != expected.turns.theta);
    }
  }
}

TEST_CASE("a fitted base is among the choices of a kernel that has it") {
  test::CaseModel other = test::case_models()[1];
  const KernelRun run = run_of(other, test::right_kernel(other));
  other.base = 30000;
  const auto choices = frequency_choices(run, other.rotary_dim, exactly(other.theta(), 1e-6));
  CHECK(std::any_of(choices.begin(), choices.end(),
                    [](const FrequencyChoice& c) { return words(c.causes) == "base measured=30000"; }));
}

namespace {

/// Whether an account with these words puts every token where the kernel took it to be.
bool accounted(const KernelRun& run, const std::vector<double>& taken, const std::string& causes) {
  std::vector<TokenShift> shifts;
  for (std::size_t t = 0; t < taken.size(); ++t)
    shifts.push_back({taken[t] - static_cast<double>(run.positions.ids[t]), 1});
  for (const PositionAccount& account : position_accounts(run, shifts)) {
    bool same = words(account.causes) == causes;
    for (std::size_t t = 0; t < taken.size() && same; ++t)
      same = std::abs(account.positions.at(0, t) - taken[t]) < 1e-6 ||
             (!account.positions.identity.empty() && account.positions.identity[t] && taken[t] == 0);
    if (same) return true;
  }
  return false;
}

} // namespace

TEST_CASE("positions are accounted for: an offset, a scale, a constant, a restart, the end of a table") {
  const test::CaseModel model = test::case_models()[0];
  KernelRun run = run_of(model, test::right_kernel(model));
  const auto taken = [&](auto map) {
    std::vector<double> all;
    for (const std::int64_t p : run.positions.ids) all.push_back(map(static_cast<double>(p)));
    return all;
  };
  CHECK(accounted(run, taken([](double p) { return p; }), ""));
  CHECK(accounted(run, taken([](double p) { return p + 3; }), "position_offset offset=3"));
  CHECK(accounted(run, taken([](double p) { return p / 8; }), "position_scale scale=0.125"));
  CHECK(accounted(run, taken([](double p) { return -p; }), "inverse_rotation"));
  CHECK(accounted(run, taken([](double p) { return 2 * p; }), "applied_twice"));
  CHECK(accounted(run, taken([](double) { return 77; }), "position_constant position=77"));
  CHECK(accounted(run, taken([](double) { return 0; }), "not_rotated"));
  CHECK(accounted(run, taken([](double p) { return p < 100 ? p : p - 100; }), "positions_restart at=100"));
  CHECK(accounted(run, taken([](double p) { return std::fmod(p, 64); }), "table_too_short length=64 beyond=wrap"));
  CHECK(accounted(run, taken([](double p) { return std::min(p, 127.0); }), "table_too_short length=128 beyond=clamp"));
  CHECK(accounted(run, taken([](double p) { return p < 128 ? p : 0; }), "table_too_short length=128 beyond=identity"));
  CHECK(accounted(
      run, taken([](double p) { return static_cast<double>(rounded(NumberFormat::bfloat16, static_cast<float>(p))); }),
      "precision recipe=bf16_positions"));
  CHECK(accounted(run, taken([](double p) { return 0.5 * (p + 7); }),
                  "position_scale scale=0.5 + position_offset offset=7"));
  for (std::size_t t = 0; t < run.positions.ids.size(); ++t) run.positions.ids[t] %= 90;
  std::vector<double> counted;
  for (std::size_t t = 0; t < run.positions.ids.size(); ++t) counted.push_back(static_cast<double>(t));
  CHECK(accounted(run, counted, "positions_ignored_restart"));
}

TEST_CASE("rows that pass unchanged are told from those that turn, and named by head and batch") {
  const test::CaseModel model = test::case_models()[1];
  test::CaseKernel kernel = test::right_kernel(model);
  kernel.turns = [](std::int64_t, std::int64_t head) { return head != 1; };
  const KernelRun run = run_of(model, kernel);
  const auto tokens = sample_tokens(run.shape.tokens, 96);
  const RowFilter rotated = rotated_rows(changes(run, tokens, 1e-6));
  CHECK(rotated == RowFilter{1, 0, 1});
  CHECK(words(std::vector<Cause>{unrotated_heads(run, rotated)}) == "heads_not_rotated heads#1");
  CHECK(rotated_rows(changes(run_of(model, test::right_kernel(model)), tokens, 1e-6)).empty());
}

TEST_CASE("a mixed pairing is predicted row by row, and a right kernel is not one") {
  const test::CaseModel model = test::case_models()[0];
  test::CaseKernel kernel = test::right_kernel(model);
  for (const bool mixed : {false, true}) {
    kernel.mixed_table = mixed;
    const KernelRun run = run_of(model, kernel);
    const auto tokens = sample_tokens(run.shape.tokens, 32);
    const Noise noise = row_noise(run, make_spectrum(run.rope, run.length()));
    const Prediction expected{expected_frequencies(run, 128).turns, 1, Operation::rotate, as_given(run)};
    const auto tried = try_row_predictions(run, expected, noise, tokens, {});
    const auto of_pairing = std::find_if(tried.begin(), tried.end(),
                                         [](const TriedRows& one) { return one.cause.name() == "pairing_mixed"; });
    REQUIRE(of_pairing != tried.end());
    CHECK(of_pairing->explained == mixed);
    for (const TriedRows& one : tried) CHECK(one.explained == (mixed && &one == &*of_pairing));
    if (mixed)
      CHECK(words(std::vector<Cause>{of_pairing->cause}) == "pairing_mixed rotates=half table=interleaved");
    else
      CHECK(of_pairing->residual > 0.1);
  }
}

TEST_CASE("numbers that people choose are told from those that only fit") {
  CHECK(odd_digits({cause::Base{500000, {}}}) == 0);
  CHECK(odd_digits({cause::Base{63095.73, {}}}) == 3);
  CHECK(odd_digits({cause::PositionOffset{123456789, {}}}) == 0); // counts are what they are
  CHECK(same_parameters(cause::Base{1, {}}, cause::Base{2, {}}));
  CHECK(!same_parameters(cause::Base{1, {}}, cause::Base{1, "full_attention"}));
  CHECK(!same_parameters(cause::Base{1, {}}, cause::PositionScale{1}));
}

TEST_CASE("a ratio is written as a decimal or as one over a number, where it is known to be near one") {
  CHECK(as_ratio(0.12499, 1e-4) == 0.125);
  CHECK(as_ratio(1.0 / 3 + 1e-6, 1e-5) == doctest::Approx(1.0 / 3).epsilon(1e-12));
  CHECK(as_ratio(2.00001, 1e-4) == 2);
  CHECK(as_ratio(0.7071, 1e-9) == 0.7071);
}
