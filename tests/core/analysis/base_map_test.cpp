#include "core/analysis/base_map.h"

#include <algorithm>
#include <cmath>

#include <doctest/doctest.h>

using namespace ropescope;

namespace {

/// The mean cosine by the plainest loop there is.
long double plain_score(std::int64_t rotary_dim, long double base, std::int64_t distance) {
  long double sum = 0;
  for (std::int64_t i = 0; i < rotary_dim / 2; ++i) {
    const long double theta = std::pow(base, -2 * static_cast<long double>(i) / static_cast<long double>(rotary_dim));
    sum += std::cos(static_cast<long double>(distance) * theta);
  }
  return sum / (static_cast<long double>(rotary_dim) / 2);
}

double least(double base, std::int64_t length) { return least_scores(128, base, length).at(length).score; }

} // namespace

TEST_CASE("the first negative score of a base is the one that was published for it") {
  for (const auto& [base, distance] : {std::pair{1e4, 1707}, std::pair{1e5, 7757}, std::pair{5e5, 18438},
                                       std::pair{1e6, 27115}, std::pair{1e7, 144660}}) {
    const auto& of_base = base;
    CAPTURE(of_base);
    for (const ScanUntil until : {ScanUntil::end, ScanUntil::negative}) {
      const LeastScores row = least_scores(128, base, 150000, until);
      CHECK(row.first_negative() == distance);
      CHECK(row.at(distance).score < 0);
      CHECK(row.at(distance - 1).score >= 0);
    }
    CHECK(!least_scores(128, base, distance - 1).first_negative());
  }
}

TEST_CASE("the least scores of models that people use") {
  const LeastScores llama_2 = least_scores(128, 1e4, 4096);
  CHECK(llama_2.at(4096).score == doctest::Approx(-0.1307).epsilon(5e-4));
  CHECK(llama_2.at(4096).distance == 4060);
  CHECK(std::abs(least(1e4, 32768) - -0.2802) < 5e-5);
  CHECK(std::abs(least(5e5, 8192) - 0.0933) < 5e-5);
  CHECK(std::abs(least(5e5, 131072) - -0.2270) < 5e-5);
  CHECK(std::abs(least(1e6, 32768) - -0.0121) < 5e-5);
  CHECK(std::abs(least(1e6, 16384) - 0.0615) < 5e-5);
  CHECK(std::abs(least(1e6, 131072) - -0.1789) < 5e-5);
  CHECK(std::abs(least(1e7, 200000) - -0.0463) < 5e-5);
  CHECK(std::abs(least(1e7, 1010000) - -0.1728) < 5e-5);
}

TEST_CASE("every length's least score is that of a plain loop over every integer distance, of other heads too") {
  struct Case {
    std::int64_t rotary_dim, length;
    double base;
  };
  for (const Case& of : {Case{64, 20000, 2e5}, Case{96, 9000, 3.3e4}, Case{20, 3000, 1e3}, Case{2, 500, 1e6}}) {
    CAPTURE(of.rotary_dim);
    const LeastScores row = least_scores(of.rotary_dim, of.base, of.length);
    CHECK(row.reach == of.length);
    long double least = 2;
    std::int64_t at = 0, negative = 0;
    double worst = 0;
    for (std::int64_t m = 1; m <= of.length; ++m) {
      const long double score = plain_score(of.rotary_dim, of.base, m);
      if (score < least) least = score, at = m;
      if (score < 0 && negative == 0) negative = m;
      worst = std::max(worst, std::abs(row.at(m).score - static_cast<double>(least)));
    }
    CHECK(worst < 1e-11); // what a phase of 64 bits leaves
    CHECK(row.at(of.length).distance == at);
    CHECK(row.first_negative().value_or(0) == negative);
  }
}

TEST_CASE("a longer context never raises the least score, and falls come in order") {
  for (const double base : {1e3, 7.7e5, 1e9}) {
    const LeastScores row = least_scores(128, base, 300000);
    CHECK(row.falls.front().distance == 1);
    for (std::size_t i = 1; i < row.falls.size(); ++i) {
      CHECK(row.falls[i].distance > row.falls[i - 1].distance);
      CHECK(row.falls[i].score < row.falls[i - 1].score);
    }
    for (std::int64_t length = 2; length < 300000; length = length * 3 / 2)
      CHECK(row.at(length).score <= row.at(length - 1).score);
  }
}

TEST_CASE("a length that ends within a block counts no distance behind it") {
  const LeastScores whole = least_scores(128, 1e4, 5000);
  for (const std::int64_t length : {1, 2, 127, 128, 129, 1706, 1707, 4059, 4060}) {
    const LeastScores part = least_scores(128, 1e4, length);
    CHECK(part.reach == length);
    CHECK(part.falls.back().distance <= length);
    CHECK(part.at(length).score == whole.at(length).score);
  }
}

TEST_CASE("a scan that is stopped says how far it came, and what it says holds so far") {
  std::stop_source source;
  source.request_stop();
  CHECK(least_scores(128, 1e4, 4096, ScanUntil::end, source.get_token()).reach == 0);
}

TEST_CASE("the bases that carry a length are no interval") {
  const std::int64_t lengths[] = {4096, 16384, 131072};
  const auto rows = bound_rows(128, whole_base_grid, 131072);
  REQUIRE(rows.size() == 1201);
  CHECK(rows.front().base == doctest::Approx(1e3));
  CHECK(rows.back().base == doctest::Approx(1e9));
  const auto bounds = base_bounds(rows, lengths);
  CHECK(*bounds[0].smallest == doctest::Approx(2.884e4).epsilon(1e-3));
  CHECK(*bounds[0].largest_failing == doctest::Approx(5.689e4).epsilon(1e-3));
  for (const BaseBound& bound : bounds) {
    CAPTURE(bound.length);
    CHECK(bound.sign_changes > 1);
    CHECK(*bound.smallest < *bound.largest_failing);
    CHECK(static_cast<std::int64_t>(bound.failing.size()) == (bound.sign_changes - 1) / 2);
    CHECK(bound.failing.back().greatest == *bound.largest_failing);
    for (const LeastScores& row : rows) {
      const bool fails = row.first_negative().value_or(bound.length + 1) <= bound.length;
      const bool named = row.base < *bound.smallest ||
                         std::any_of(bound.failing.begin(), bound.failing.end(), [&](const BaseBound::Stretch& s) {
                           return row.base >= s.least && row.base <= s.greatest;
                         });
      CHECK(fails == named);
    }
  }
}

TEST_CASE("where no base of the grid carries a length, none is named") {
  const std::int64_t length[] = {std::int64_t{1} << 20};
  const BaseGrid low{.steps = 10, .first = 30, .last = 40};
  const BaseBound bound = base_bounds(bound_rows(128, low, length[0]), length).front();
  CHECK(!bound.smallest);
  CHECK(bound.failing.empty());
  CHECK(bound.sign_changes == 0);
  CHECK(*bound.largest_failing == doctest::Approx(1e4));
}
