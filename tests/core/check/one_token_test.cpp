#include <algorithm>
#include <cmath>

#include <doctest/doctest.h>

#include "core/check/check.h"
#include "tests/core/check/part_kernels.h"

using namespace ropescope;

namespace {

using test::PartCase;
using Numbers = std::vector<std::int64_t>;

/// A right kernel of a few tokens, as steps of decoding have them.
PartCase at_positions(unsigned seed, const Numbers& positions, std::int64_t heads) {
  PartCase made = test::part_case(seed, false, seed % 2 == 1);
  test::PartRows& rows = made.in;
  rows.batch = 1;
  rows.heads = heads;
  rows.tokens = static_cast<std::int64_t>(positions.size());
  rows.positions = {positions};
  std::mt19937 random(seed);
  std::normal_distribution<float> normal;
  rows.numbers.resize(static_cast<std::size_t>(heads * rows.tokens * rows.width));
  for (double& number : rows.numbers) number = static_cast<double>(rounded(made.format, normal(random)));
  made.out = made.in;
  made.for_rows([&](std::int64_t, std::int64_t, std::int64_t t, const double* x, double* y) {
    for (std::int64_t i = 0; i < made.model.pairs(); ++i) made.turn(i, made.angle(i, t), x, y);
  });
  return made;
}

/// The same, turned by another angle.
void turn_by(PartCase& made, const std::function<double(std::int64_t pair, double position)>& angle) {
  made.for_rows([&](std::int64_t, std::int64_t, std::int64_t t, const double* x, double* y) {
    const auto p = static_cast<double>(made.in.positions[0][static_cast<std::size_t>(t)]);
    for (std::int64_t i = 0; i < made.model.pairs(); ++i) made.turn(i, angle(i, p), x, y);
  });
}

double theta(const PartCase& made, std::int64_t pair) { return made.model.theta()[static_cast<std::size_t>(pair)]; }

bool cannot_tell(const Finding& finding, const std::string& name) {
  return std::any_of(finding.indistinguishable.begin(), finding.indistinguishable.end(),
                     [&](const Cause& cause) { return cause.name() == name; });
}

} // namespace

TEST_CASE("of one token what has a name is told before a number of positions, which it cannot be told from") {
  const std::pair<double, const char*> mistakes[] = {
      {0, "not_rotated"}, {-1, "inverse_rotation"}, {2, "applied_twice"}, {0.125, "position_scale"}};
  for (unsigned seed = 0; seed < 6; ++seed)
    for (const std::int64_t position : {8, 304, 4712, 100000})
      for (const auto& [times, name] : mistakes) {
        PartCase made = at_positions(seed, {position}, seed < 3 ? 8 : 2);
        const double by = times; // clang captures no structured binding
        turn_by(made, [&](std::int64_t i, double p) { return by * p * theta(made, i); });
        const Finding finding = check(made.run());
        const auto& of_name = name;
        INFO(made.words() << " at " << position << ", " << of_name << " was found to be " << finding.sentence);
        REQUIRE(finding.causes.size() == 1);
        CHECK(finding.causes.front().name() == name);
        CHECK(cannot_tell(finding, "position_offset"));
      }
}

TEST_CASE("one token a few positions off is told as that") {
  for (unsigned seed = 0; seed < 6; ++seed)
    for (const std::int64_t k : {-3, -1, 1, 12}) {
      PartCase made = at_positions(seed, {4711}, 8);
      turn_by(made, [&](std::int64_t i, double p) { return (p + static_cast<double>(k)) * theta(made, i); });
      const Finding finding = check(made.run());
      INFO(made.words() << " was found to be " << finding.sentence);
      REQUIRE(finding.causes.size() == 1);
      CHECK(test::parameter<std::int64_t>(finding.causes.front(), "offset") == k);
    }
}

TEST_CASE("another base is told of one token, two and three") {
  for (unsigned seed = 0; seed < 6; ++seed)
    for (const Numbers& positions : {Numbers{17}, Numbers{300}, Numbers{4711}, Numbers{4711, 4712}, Numbers{5, 6, 7}})
      for (const double base : {20000.0, 3e5, 2e6}) {
        PartCase made = at_positions(seed, positions, 8);
        turn_by(made, [&](std::int64_t i, double p) {
          return p * std::pow(base, -static_cast<double>(i) / static_cast<double>(made.model.pairs()));
        });
        const Finding finding = check(made.run());
        INFO(made.words() << " at " << positions.front() << ", base " << base << " was found to be "
                          << finding.sentence);
        REQUIRE(finding.causes.size() == 1);
        // Rows of 16 bits tell a base near position 0 to a few digits.
        CHECK(test::parameter<double>(finding.causes.front(), "measured") ==
              doctest::Approx(base).epsilon(made.format == NumberFormat::float32 ? 1e-3 : 0.1));
      }
}

TEST_CASE("rows of one token that hold anything are explained by nothing, in any number of heads") {
  for (unsigned seed = 0; seed < 12; ++seed)
    for (const std::int64_t heads : {1, 2, 8}) {
      PartCase made = at_positions(seed, {4711}, heads);
      std::mt19937 random(seed);
      std::normal_distribution<double> normal;
      for (double& number : made.out.numbers) number = normal(random);
      const Finding finding = check(made.run());
      INFO(made.words() << ", " << heads << " heads, was found to be " << finding.sentence);
      // Where a part should pass and does not, that is so.
      const bool partial = made.model.rotary_dim < made.model.head_dim;
      CHECK((finding.causes.front().name() == "unknown" ||
             (partial && test::find_cause(finding, "components_wrong") != nullptr)));
    }
}

TEST_CASE("matrices that are no rotation are told of one token") {
  for (unsigned seed = 0; seed < 6; ++seed)
    for (const std::int64_t position : {3, 300, 4711})
      for (const bool alias : {true, false}) {
        PartCase made = at_positions(seed, {position}, 8);
        made.for_rows([&](std::int64_t, std::int64_t, std::int64_t t, const double* x, double* y) {
          for (std::int64_t i = 0; i < made.model.pairs(); ++i) {
            const double c = std::cos(made.angle(i, t)), s = std::sin(made.angle(i, t));
            const std::int64_t a = made.model.first(i), b = made.model.second(i);
            y[a] = alias ? x[a] * c - x[b] * s : x[a] * c + x[b] * s;
            y[b] = x[b] * c + (alias ? y[a] : x[a]) * s;
          }
        });
        const Finding finding = check(made.run());
        INFO(made.words() << " at " << position << " was found to be " << finding.sentence);
        REQUIRE(finding.causes.size() == 1);
        CHECK(test::parameter<std::string>(finding.causes.front(), "like") ==
              (alias ? "in_place_alias" : "minus_lost"));
      }
}

TEST_CASE("a norm is told of one token though some heads happen to have the length that it gives") {
  for (unsigned seed = 0; seed < 9; ++seed) {
    PartCase made = at_positions(seed, {4711}, 16);
    made.for_rows([&](std::int64_t, std::int64_t, std::int64_t t, const double* x, double* y) {
      double square = 0;
      for (std::int64_t j = 0; j < made.in.width; ++j) square += x[j] * x[j];
      std::vector<double> normed(x, x + made.in.width);
      for (double& n : normed) n /= std::sqrt(square / static_cast<double>(made.in.width));
      std::copy(normed.begin(), normed.end(), y);
      for (std::int64_t i = 0; i < made.model.pairs(); ++i) made.turn(i, made.angle(i, t), normed.data(), y);
    });
    const Finding finding = check(made.run());
    INFO(made.words() << " was found to be " << finding.sentence);
    CHECK(test::parameter<std::string>(finding.causes.front(), "like") == "rms_norm");
  }
}

TEST_CASE("one row of zeros is told as zeros, and the last row alone that is not turned as that row") {
  PartCase zero = at_positions(2, {4711}, 1);
  std::fill(zero.out.numbers.begin(), zero.out.numbers.end(), 0.0);
  const Finding of_zero = check(zero.run());
  CHECK(of_zero.causes.front().name() == "heads_wrong");
  CHECK(test::parameter<std::string>(of_zero.causes.front(), "how") == "zero");
  for (unsigned seed = 0; seed < 6; ++seed)
    for (const std::int64_t from : {0, 100}) {
      Numbers positions;
      for (std::int64_t t = 0; t < 40; ++t) positions.push_back(from + t);
      PartCase made = at_positions(seed, positions, 4);
      made.for_rows([&](std::int64_t, std::int64_t, std::int64_t t, const double* x, double* y) {
        if (t == 39) std::copy(x, x + made.in.width, y);
      });
      const Finding finding = check(made.run());
      INFO(made.words() << " was found to be " << finding.sentence);
      REQUIRE(finding.causes.size() == 1);
      CHECK(finding.causes.front().name() == "rows_wrong");
      CHECK(test::parameter<Numbers>(finding.causes.front(), "rows") == Numbers{39});
      CHECK(finding.sentence.find("as in the input") != std::string::npos);
    }
}
