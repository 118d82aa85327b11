#include "core/analysis/turns.h"

#include <cmath>
#include <numbers>

#include <doctest/doctest.h>

#include "core/analysis/wavelengths.h"
#include "core/rope/scheme.h"
#include "core/rope/spectrum.h"

using namespace ropescope;

namespace {

constexpr long double turn = 2 * std::numbers::pi_v<long double>;

RopeConfig model(std::int64_t head_dim, double base, double trained, RopeType scheme, double factor) {
  RopeConfig rope;
  rope.layout.head_dim = rope.layout.rotary_dim = head_dim;
  rope.base = base;
  rope.scaling.max_position_embeddings = trained;
  return *with_scheme(rope, scheme, factor);
}

Turns turns_under(RopeType scheme, std::int64_t head_dim, double base, double trained, double factor) {
  const Spectrum plain = make_spectrum(model(head_dim, base, trained, RopeType::standard, 1)),
                 scaled = make_spectrum(model(head_dim, base, trained, scheme, factor));
  return turns_of(plain.inv_freq, trained, scaled.inv_freq, trained * factor);
}

} // namespace

TEST_CASE(
    "of Llama 2 7B 18 pairs never complete a turn in training, and none, PI, NTK-aware and YaRN leave 18, 0, 17, 0") {
  const auto of = [](RopeType scheme) { return turns_under(scheme, 128, 10000, 4096, 16); };
  const Turns none = of(RopeType::standard);
  CHECK(none.incomplete == 18);
  CHECK(none.unseen_pairs == 18);
  CHECK(of(RopeType::linear).unseen_pairs == 0);
  CHECK(of(RopeType::yarn).unseen_pairs == 0);
  CHECK(of(RopeType::llama3).unseen_pairs == 0);
  const Turns ntk = of(RopeType::ntk);
  CHECK(ntk.unseen_pairs == 17);
  CHECK(ntk.unseen.back() == 0); // brought back exactly
  const auto close = [](double a, double b) { return std::abs(a - b) < 1e-4; };
  for (const auto& [pair, turns] : {std::pair{0, 651.8986}, {20, 36.6590}, {45, 1.0039}, {46, 0.8693}, {63, 0.0753}})
    CHECK(close(none.trained[static_cast<std::size_t>(pair)], turns));
  CHECK(close(none.target[46], 13.9091));
  CHECK(close(none.target[63], 1.2045));
  CHECK(close(ntk.target[46] / ntk.trained[46], 2.1131));
  CHECK(close(ntk.target[62] / ntk.trained[62], 1.0450));
  CHECK(close(ntk.target[63] / ntk.trained[63], 1));
  CHECK(close(ntk.furthest, 2.1131));
  CHECK(none.furthest == doctest::Approx(16));
  const std::vector<double> plain = make_spectrum(model(128, 10000, 4096, RopeType::standard, 1)).inv_freq;
  CHECK(close(place_of_turns(plain, 4096, 1).value(), 45.0269));
  CHECK(close(place_of_turns(plain, 4096, 32).value(), 20.9445));
}

TEST_CASE(
    "turns of other models are those of plain loops in long double, and a pair is unseen where its angle is new") {
  struct Case {
    std::int64_t head_dim;
    long double base, trained, factor;
  };
  for (const Case& of : {Case{64, 500000, 8192, 4}, Case{96, 1000000, 32768, 2.5L}, Case{128, 150, 512, 8}}) {
    const auto base = static_cast<double>(of.base), trained = static_cast<double>(of.trained),
               factor = static_cast<double>(of.factor);
    const Turns none = turns_under(RopeType::standard, of.head_dim, base, trained, factor),
                ntk = turns_under(RopeType::ntk, of.head_dim, base, trained, factor),
                linear = turns_under(RopeType::linear, of.head_dim, base, trained, factor);
    std::int64_t incomplete = 0, unseen_ntk = 0;
    for (std::size_t i = 0; i < none.trained.size(); ++i) {
      const long double d = static_cast<long double>(of.head_dim), exponent = -2.0L * static_cast<long double>(i) / d;
      const long double theta = std::pow(of.base, exponent),
                        grown = std::pow(of.base * std::pow(of.factor, d / (d - 2)), exponent);
      const long double before = of.trained * theta / turn, after = of.trained * of.factor * grown / turn;
      CHECK(none.trained[i] == doctest::Approx(static_cast<double>(before)).epsilon(1e-13));
      CHECK(none.target[i] == doctest::Approx(static_cast<double>(before * of.factor)).epsilon(1e-13));
      CHECK(ntk.target[i] == doctest::Approx(static_cast<double>(after)).epsilon(1e-13));
      CHECK(linear.target[i] == doctest::Approx(static_cast<double>(before)).epsilon(1e-13));
      const bool is_new = before < 1 && after > before * (1 + 1e-9L);
      CHECK(ntk.unseen[i] == (is_new ? 1 : 0));
      incomplete += before < 1, unseen_ntk += is_new;
    }
    CHECK(none.incomplete == incomplete);
    CHECK(none.unseen_pairs == incomplete);
    CHECK(ntk.unseen_pairs == unseen_ntk);
    CHECK(linear.unseen_pairs == 0);
  }
}

TEST_CASE("a pair that never turns completes no turn, and meets no angle that is new") {
  const double none[] = {1, 0};
  const Turns turns = turns_of(none, 4, none, 1000);
  CHECK(turns.incomplete == 1); // the first one: 4 rad are no turn
  CHECK(turns.unseen_pairs == 1);
  CHECK(turns.target[1] == 0);
  CHECK(turns.unseen[1] == 0);
}

TEST_CASE("a pair that never turns is no incomplete one, and one that turns exactly once is complete") {
  constexpr double turn = 2 * std::numbers::pi;
  const double once = turn / 4096;
  CHECK(incomplete_pairs(std::vector<double>{1, once * 1.01, once * 0.99, once / 1000, 0, 0}, 4096) == 2);
  CHECK(incomplete_pairs({}, 4096) == 0);
}
