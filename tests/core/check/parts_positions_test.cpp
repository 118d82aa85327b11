#include <algorithm>
#include <cmath>

#include <doctest/doctest.h>

#include "core/check/check.h"
#include "tests/core/check/part_kernels.h"

using namespace ropescope;

namespace {

using test::PartCase;
using Numbers = std::vector<std::int64_t>;

constexpr unsigned cases = 12; // of each kind: all formats, four times

/// The case with every row turned at another position.
template <typename Position>
void turn_at(PartCase& made, Position position) {
  made.for_rows([&](std::int64_t, std::int64_t, std::int64_t t, const double* x, double* y) {
    for (std::int64_t i = 0; i < made.model.pairs(); ++i)
      made.turn(i, static_cast<double>(position(t)) * made.model.theta()[static_cast<std::size_t>(i)], x, y);
  });
}

/// A case whose positions are others; its rows are to be turned.
PartCase with_positions(unsigned seed, Numbers (*positions)(std::int64_t tokens)) {
  PartCase made = test::part_case(seed, false, seed % 2 == 1);
  made.in.positions = {positions(made.in.tokens)};
  return made;
}

const Cause& told(const PartCase& made, const Finding& finding, const std::string& name) {
  INFO(made.words() << " was found to be " << finding.sentence);
  CHECK(finding.verdict == Verdict::mismatch);
  const Cause* found = test::find_cause(finding, name);
  REQUIRE(found);
  return *found;
}

} // namespace

TEST_CASE("rows turned at other positions are told with the position of each, and with the rule where there is one") {
  struct Kind {
    const char* rule;
    std::int64_t (*position)(std::int64_t p, std::int64_t tokens);
  };
  const Kind kinds[] = {
      {"p²", [](std::int64_t p, std::int64_t) { return p * p; }},
      {"p·(", [](std::int64_t p, std::int64_t n) { return p * (n - p); }},
      {"p·(p + 1)/2", [](std::int64_t p, std::int64_t) { return p * (p + 1) / 2; }},
      {"p·(p − 1)/2", [](std::int64_t p, std::int64_t) { return p * (p - 1) / 2; }},
      {"⌊p/3⌋", [](std::int64_t p, std::int64_t) { return p / 3; }},
      {"16·⌊p/16⌋", [](std::int64_t p, std::int64_t) { return p / 16 * 16; }},
      {"another row", [](std::int64_t p, std::int64_t) { return p ^ 1; }},
      {"", [](std::int64_t p, std::int64_t) { return (p * 37 + p / 5 * 11) % 101; }},
  };
  unsigned seed = 0; // three of each rule, one of each format
  for (const Kind& kind : kinds)
    for (const unsigned end = seed + 3; seed < end; ++seed) {
      PartCase made = with_positions(seed, [](std::int64_t tokens) {
        Numbers p;
        for (std::int64_t t = 0; t < tokens / 2 * 2; ++t) p.push_back(t);
        if (tokens % 2 == 1) p.push_back(tokens - 1);
        return p;
      });
      const std::int64_t tokens = made.in.tokens;
      const auto position = [&](std::int64_t t) {
        return kind.rule == std::string("another row") && t == tokens - 1 && tokens % 2 == 1 ? t
                                                                                             : kind.position(t, tokens);
      };
      turn_at(made, position);
      const Finding finding = check(made.run());
      INFO(kind.rule);
      const Cause& found = told(made, finding, "positions_other");
      const auto list = test::parameter<Numbers>(found, "positions");
      REQUIRE(list.size() == static_cast<std::size_t>(tokens));
      CHECK(list[3] == position(3));
      CHECK(list[40] == position(40));
      const auto rule = test::parameter<std::string>(found, "rule");
      CHECK((kind.rule[0] == 0 ? rule.empty() : rule.find(kind.rule) != std::string::npos));
    }
}

TEST_CASE("row numbers taken for positions are told as that, and as packed sequences only where positions restart") {
  for (unsigned seed = 0; seed < cases; ++seed) {
    PartCase gaps = with_positions(seed, [](std::int64_t tokens) { // rows 4 … were dropped from a cache
      Numbers p;
      for (std::int64_t t = 0; t < tokens; ++t) p.push_back(t < 4 ? t : t + 60);
      return p;
    });
    turn_at(gaps, [](std::int64_t t) { return t; });
    Finding finding = check(gaps.run());
    CHECK(test::parameter<std::int64_t>(told(gaps, finding, "positions_row_number"), "first") == 0);
    CHECK(!test::find_cause(finding, "positions_ignored_restart"));
    PartCase sorted = with_positions(seed, [](std::int64_t tokens) { // a zig-zag of context parallelism
      Numbers p;
      for (std::int64_t t = 0; t < tokens; ++t) p.push_back(t < tokens / 2 ? t + 16 : t + 16 + tokens);
      return p;
    });
    turn_at(sorted, [](std::int64_t t) { return t + 5; });
    finding = check(sorted.run());
    CHECK(test::parameter<std::int64_t>(told(sorted, finding, "positions_row_number"), "first") == 5);
    PartCase packed = with_positions(seed, [](std::int64_t tokens) {
      Numbers p;
      for (std::int64_t t = 0; t < tokens; ++t) p.push_back(t % (tokens / 2));
      return p;
    });
    turn_at(packed, [](std::int64_t t) { return t; });
    finding = check(packed.run());
    told(packed, finding, "positions_ignored_restart");
  }
}

TEST_CASE("slots taken for positions are told as that") {
  for (unsigned seed = 0; seed < cases; ++seed) {
    PartCase made = with_positions(seed, [](std::int64_t tokens) {
      Numbers p;
      for (std::int64_t t = 0; t < tokens; ++t) p.push_back((t / 8) * (t / 8 + 1));
      return p;
    });
    turn_at(made, [](std::int64_t t) { return t / 8; });
    const Finding finding = check(made.run());
    CHECK(test::parameter<std::string>(told(made, finding, "positions_other"), "rule").find("slot") !=
          std::string::npos);
  }
}

TEST_CASE("rows written or read one or more tokens away are told with the number, and with which of the two it is") {
  unsigned seed = 0;
  for (const std::int64_t by : {1, -1, 3})
    for (const bool here : {false, true})
      for (const unsigned end = seed + 3; seed < end; ++seed) {
        const PartCase right = test::part_case(seed, seed % 4 == 3, seed % 2 == 1);
        PartCase made = right;
        made.for_rows([&](std::int64_t b, std::int64_t h, std::int64_t t, const double*, double* y) {
          const std::int64_t from = t - by;
          if (from < 0 || from >= made.in.tokens) return;
          const double* row = here ? right.in.row(b, h, from) : right.out.row(b, h, from);
          std::copy(row, row + made.in.width, y);
          if (!here) return;
          for (std::int64_t i = 0; i < made.model.pairs(); ++i) made.turn(i, made.angle(i, t), row, y);
        });
        const Finding finding = check(made.run());
        const Cause& found = told(made, finding, "row_shift");
        CHECK(test::parameter<std::int64_t>(found, "by") == by);
        CHECK(test::parameter<bool>(found, "turned_here") == here);
      }
}

TEST_CASE(
    "a norm fused into the kernel is told as right rotation of a normalised input, with the weight where it has one") {
  unsigned seed = 0;
  for (const bool weighted : {false, true})
    for (const char* like : {"rms_norm", "l2_norm", "layer_norm", "weight"})
      for (const unsigned end = seed + 3; seed < end; ++seed) {
        if (std::string(like) == "weight" && !weighted) continue;
        if (std::string(like) == "l2_norm" && weighted) continue;
        PartCase made = test::part_case(seed, seed % 4 == 3, seed % 2 == 1);
        const auto d = static_cast<std::size_t>(made.in.width);
        std::vector<double> weight(d, 1.0), row(d);
        for (std::size_t j = 0; weighted && j < d; ++j) weight[j] = 1 + 0.5 * std::sin(static_cast<double>(j * j));
        made.for_rows([&](std::int64_t, std::int64_t, std::int64_t t, const double* x, double* y) {
          double mean = 0, square = 0;
          for (std::size_t j = 0; j < d; ++j) mean += x[j] / static_cast<double>(d);
          if (like[1] != 'a') mean = 0; // layer_norm alone takes it away
          for (std::size_t j = 0; j < d; ++j) square += (x[j] - mean) * (x[j] - mean) / static_cast<double>(d);
          const double scale = like[0] == 'w'   ? 1
                               : like[1] == '2' ? 1 / std::sqrt(square * static_cast<double>(d))
                                                : 1 / std::sqrt(square + 1e-6);
          for (std::size_t j = 0; j < d; ++j) row[j] = (x[j] - mean) * scale * weight[j];
          std::copy(row.begin(), row.end(), y);
          for (std::int64_t i = 0; i < made.model.pairs(); ++i) made.turn(i, made.angle(i, t), row.data(), y);
        });
        const Finding finding = check(made.run());
        INFO(like << (weighted ? ", weighted" : ""));
        const Cause& found = told(made, finding, "row_gain");
        CHECK(test::parameter<std::string>(found, "like") == like);
        const auto measured = test::parameter<std::vector<double>>(found, "weight");
        CHECK(measured.empty() != weighted);
        if (weighted) CHECK(measured[3] == doctest::Approx(weight[3]).epsilon(0.01));
      }
}

TEST_CASE("a gain of each row's own is told where no norm explains it") {
  for (unsigned seed = 0; seed < cases; ++seed) {
    PartCase made = test::part_case(seed, false, seed % 2 == 1);
    made.for_rows([&](std::int64_t b, std::int64_t h, std::int64_t t, const double*, double* y) {
      for (std::int64_t j = 0; j < made.in.width; ++j)
        y[j] *= 1 + 0.5 * std::sin(static_cast<double>(t + 3 * h + 7 * b));
    });
    const Finding finding = check(made.run());
    CHECK(test::parameter<std::string>(told(made, finding, "row_gain"), "like") == "other");
  }
}

TEST_CASE("a norm over all heads of a token with a weight for each head and component is told with every weight") {
  for (unsigned seed = 0; seed < cases; ++seed) {
    PartCase made = test::part_case(seed, false, seed % 2 == 1);
    const std::int64_t d = made.in.width, heads = made.in.heads;
    std::vector<double> row(static_cast<std::size_t>(d));
    made.for_rows([&](std::int64_t b, std::int64_t h, std::int64_t t, const double* x, double* y) {
      double square = 0;
      for (std::int64_t other = 0; other < heads; ++other)
        for (std::int64_t j = 0; j < d; ++j)
          square += std::pow(made.in.row(b, other, t)[j], 2) / static_cast<double>(d * heads);
      for (std::int64_t j = 0; j < d; ++j)
        row[static_cast<std::size_t>(j)] =
            x[j] / std::sqrt(square + 1e-5) * (1 + 0.4 * std::sin(static_cast<double>(h * 100 + j)));
      std::copy(row.begin(), row.end(), y);
      for (std::int64_t i = 0; i < made.model.pairs(); ++i) made.turn(i, made.angle(i, t), row.data(), y);
    });
    const Finding finding = check(made.run());
    const Cause& found = told(made, finding, "row_gain");
    CHECK(test::parameter<std::string>(found, "like") == "rms_norm_of_token");
    CHECK(test::parameter<std::vector<double>>(found, "weight").size() == static_cast<std::size_t>(d * heads));
  }
}
