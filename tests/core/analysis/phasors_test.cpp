// What the picture of the chain shows beside the chain itself.
#include "core/analysis/phasors.h"

#include <doctest/doctest.h>

#include "tests/core/analysis/chain_cases.h"

using namespace ropescope;

TEST_CASE("the plane's window holds the chain at every distance, and is about the usual one for q = k of Llama 2") {
  const auto ones = contributions(head_of_ones(64));
  for (const RopeType type : {RopeType::standard, RopeType::yarn}) {
    const Spectrum spectrum = make_spectrum(test::llama_2(type));
    const PlaneWindow w = chain_window(ones, spectrum.turns, 65536);
    CHECK(w.re_least == doctest::Approx(-0.25).epsilon(0.02));
    CHECK(w.re_greatest == doctest::Approx(1.02).epsilon(0.02));
    CHECK(w.im_least == doctest::Approx(-0.33).epsilon(0.02));
    CHECK(w.im_greatest == doctest::Approx(0.40).epsilon(0.02));
  }
  RopeConfig far;
  far.base = 1e6;
  far.layout.head_dim = far.layout.rotary_dim = 256;
  const Spectrum spectrum = make_spectrum(far);
  for (const HeadPair& head : {head_of_ones(128), random_head(128, 3)}) {
    const auto products = contributions(head);
    const PlaneWindow w = chain_window(products, spectrum.turns, 100000);
    for (std::int64_t distance = 0; distance <= 100000; distance = distance * 11 / 10 + 1)
      for (const std::complex<double> end : chain_of(turned(products, spectrum.turns, distance)).ends) {
        // Between the distances that were looked at a chain may reach a little further: a few hundredths.
        CHECK(end.real() > w.re_least - 0.03);
        CHECK(end.real() < w.re_greatest + 0.03);
        CHECK(end.imag() > w.im_least - 0.03);
        CHECK(end.imag() < w.im_greatest + 0.03);
      }
  }
}

TEST_CASE("the small chains are those at their six distances") {
  const Spectrum spectrum = make_spectrum(test::llama_2());
  const Curl curl = curl_of(contributions(head_of_ones(64)), spectrum.turns);
  constexpr double scores[] = {1, 0.970214, 0.714383, 0.476876, 0.219424, -0.052853};
  for (std::size_t i = 0; i < curl.size(); ++i) CHECK(std::abs(curl[i].end.real() - scores[i]) < 1e-6);
}

TEST_CASE("random heads score 0 on the mean at every distance, with the deviation that independent numbers have") {
  const Spectrum spectrum = make_spectrum(test::llama_2());
  constexpr std::int64_t draws = 2000, distances[] = {0, 1, 37, 4096};
  const auto ends = random_ends(spectrum.turns, distances, 1, draws);
  REQUIRE(ends.size() == draws * std::size(distances));
  for (std::size_t d = 0; d < std::size(distances); ++d) {
    double mean = 0, square = 0;
    for (std::size_t i = 0; i < draws; ++i) {
      const double score = ends[d * draws + i].real();
      mean += score / draws;
      square += score * score / draws;
    }
    CAPTURE(distances[d]);
    const double deviation = std::sqrt(square - mean * mean);
    CHECK(std::abs(mean) < 4 * 0.1121 / std::sqrt(static_cast<double>(draws)));
    // 0.1121: 1/√128 by ‖q‖‖k‖, and larger by what Σ|q||k| is smaller.
    CHECK(deviation == doctest::Approx(0.1121).epsilon(0.06));
  }
}

TEST_CASE("the same number draws the same head, and another number another one") {
  CHECK(random_head(16, 5) == random_head(16, 5));
  CHECK(random_head(16, 5) != random_head(16, 6));
  CHECK(!random_head(16, 5).ones);
  CHECK(!random_head(16, 5).equal);
}
