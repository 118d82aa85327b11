#include "core/analysis/carpet.h"

#include <cmath>
#include <complex>
#include <numbers>

#include <doctest/doctest.h>

#include "core/rope/scheme.h"
#include "core/rope/spectrum.h"

using namespace ropescope;

namespace {

constexpr long double turn = 2 * std::numbers::pi_v<long double>;

Spectrum spectrum(std::int64_t head_dim, double base, double trained, RopeType scheme, double factor) {
  RopeConfig rope;
  rope.layout.head_dim = rope.layout.rotary_dim = head_dim;
  rope.base = base;
  rope.scaling.max_position_embeddings = trained;
  return make_spectrum(*with_scheme(rope, scheme, factor));
}

CarpetRows rows(RopeType scheme, std::int64_t head_dim, double base, double trained, double factor) {
  return carpet_rows(spectrum(head_dim, base, trained, RopeType::standard, 1).inv_freq, trained,
                     spectrum(head_dim, base, trained, scheme, factor).inv_freq,
                     static_cast<std::int64_t>(trained * factor));
}

} // namespace

TEST_CASE("Llama 2 7B at 65 536 tokens: unseen cells of none and NTK-aware, and not one of PI, YaRN and Llama 3") {
  const auto of = [](RopeType scheme) { return rows(scheme, 128, 10000, 4096, 16); };
  const CarpetRows none = of(RopeType::standard), ntk = of(RopeType::ntk);
  CHECK(none.cells == 3'932'160);
  CHECK(none.unseen_cells == 761'745);
  CHECK(none.unseen_pairs == 18);
  CHECK(ntk.unseen_cells == 278'058);
  CHECK(ntk.unseen_pairs == 17);
  for (const RopeType scheme : {RopeType::linear, RopeType::yarn, RopeType::llama3}) {
    CHECK(of(scheme).unseen_cells == 0);
    CHECK(of(scheme).unseen_pairs == 0);
  }
  CHECK(none.pairs[52].theta * 16384 * 180 / std::numbers::pi == doctest::Approx(527.8890).epsilon(1e-5));
  CHECK(of(RopeType::yarn).pairs[52].theta * 16384 * 180 / std::numbers::pi == doctest::Approx(32.9931).epsilon(1e-5));
  CHECK(none.pairs[52].arc * 180 / std::numbers::pi == doctest::Approx(131.9722).epsilon(1e-5));
  CHECK(wavelength(none.pairs[52].theta) == doctest::Approx(11173.259));
  CHECK(wavelength(of(RopeType::yarn).pairs[52].theta) == doctest::Approx(178772.145));
}

TEST_CASE("unseen cells are those that a plain loop over every position finds, whatever the model and the length") {
  struct Case {
    std::int64_t head_dim;
    double base, trained, factor;
  };
  for (const Case& of :
       {Case{64, 500000, 1024, 8}, Case{96, 1e6, 700, 5.5}, Case{32, 4, 3, 400}, Case{16, 10000, 1, 64}})
    for (const RopeType scheme : {RopeType::standard, RopeType::ntk, RopeType::linear}) {
      const CarpetRows got = rows(scheme, of.head_dim, of.base, of.trained, of.factor);
      const std::vector<double> plain = spectrum(of.head_dim, of.base, of.trained, RopeType::standard, 1).inv_freq,
                                now = spectrum(of.head_dim, of.base, of.trained, scheme, of.factor).inv_freq;
      std::int64_t unseen = 0;
      const auto target = static_cast<std::int64_t>(of.trained * of.factor);
      for (std::size_t i = 0; i < now.size(); ++i) {
        const long double arc = static_cast<long double>(plain[i]) * static_cast<long double>(of.trained);
        for (std::int64_t m = static_cast<std::int64_t>(of.trained) + 1; m <= target && arc < turn; ++m)
          unseen += std::fmod(static_cast<long double>(now[i]) * static_cast<long double>(m), turn) > arc * (1 + 1e-9L);
      }
      CAPTURE(of.base);
      CHECK(got.unseen_cells == unseen);
    }
}

TEST_CASE("a cell is the mean of its positions' phasors while they span less than a turn, and nothing beyond") {
  const double theta = std::pow(10000.0, -60.0 / 128);
  const MeanPhasor near = mean_phasor(theta, 358, 364), far = mean_phasor(theta, 3751, 3824);
  CHECK(near.strength == doctest::Approx(0.99964438).epsilon(1e-8));
  CHECK(near.angle == doctest::Approx(4.81401237).epsilon(1e-8));
  CHECK(far.strength == doctest::Approx(0.95992374).epsilon(1e-8));
  CHECK(far.angle == doctest::Approx(0.24164178).epsilon(1e-7));
  for (const long double t : {1.0L, 0.3L, 0.04L, 0.0007L, 0.0L})
    for (const auto& [from, to] :
         {std::pair<std::int64_t, std::int64_t>{0, 0}, {1, 2}, {7, 11}, {500, 640}, {65000, 65536}}) {
      std::complex<long double> sum = 0;
      for (std::int64_t m = from; m <= to; ++m) sum += std::polar(1.0L, t * static_cast<long double>(m));
      sum /= static_cast<long double>(to - from + 1);
      const MeanPhasor got = mean_phasor(static_cast<double>(t), from, to);
      CAPTURE(static_cast<double>(t));
      const auto& of_from = from;
      CAPTURE(of_from);
      if (static_cast<long double>(to - from + 1) * t >= turn) {
        CHECK(got.strength == 0);
        continue;
      }
      CHECK(std::abs(got.strength - static_cast<double>(std::abs(sum))) < 1e-12);
      const std::complex<double> drawn = std::polar(got.strength, got.angle);
      CHECK(std::abs(drawn - std::complex<double>(sum)) < 1e-9);
    }
}
