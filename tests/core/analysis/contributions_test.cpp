// Each pair's part of the score, and the chain of them, against published figures and plain loops in long double.
#include "core/analysis/contributions.h"

#include <doctest/doctest.h>

#include "tests/core/analysis/chain_cases.h"

using namespace ropescope;

namespace {

/// A head whose pairs all differ in length and direction, and a key of another kind.
HeadPair uneven_head(int pairs) {
  HeadPair head;
  for (int i = 0; i < pairs; ++i) {
    head.query.emplace_back(1 + 0.5 * std::sin(1.7 * i), 0.8 * std::cos(2.3 * i));
    head.key.emplace_back(0.3 + std::cos(0.9 * i), std::sin(3.1 * i) - 0.2);
  }
  return head;
}

} // namespace

TEST_CASE("the chain of q = k ends where the table of distances says, without extension and under YaRN") {
  struct Row {
    std::int64_t distance;
    std::complex<double> end;
    double mean, relative;
    std::complex<double> yarn;
  };
  constexpr Row rows[] = {
      {0, {1, 0}, 0.507812, 1, {1, 0}},
      {1, {0.970214, 0.109383}, 0.492784, 0.970405, {0.970232, 0.107904}},
      {8, {0.714383, 0.178342}, 0.309647, 0.609766, {0.715568, 0.166616}},
      {37, {0.553235, 0.170505}, 0.201300, 0.396406, {0.574870, 0.125769}},
      {64, {0.476876, 0.135567}, 0.157655, 0.310460, {0.523866, 0.081867}},
      {512, {0.219424, 0.155239}, 0.082990, 0.163427, {0.343587, 0.081358}},
      {1707, {-0.007796, 0.201279}, 0.123112, 0.242436, {0.243013, 0.128462}},
      {4096, {-0.052853, 0.042180}, 0.076294, 0.150240, {0.223857, 0.044551}},
  };
  const Spectrum plain = make_spectrum(test::llama_2()), yarn = make_spectrum(test::llama_2(RopeType::yarn));
  const auto products = contributions(head_of_ones(64));
  for (const Row& row : rows) {
    CAPTURE(row.distance);
    const Chain chain = chain_of(turned(products, plain.turns, row.distance));
    CHECK(std::abs(chain.end - row.end) < 1.5e-6);
    CHECK(std::abs(chain.mean_length - row.mean) < 1e-6);
    CHECK(std::abs(chain.mean_length * 64 / 32.5 - row.relative) < 1e-6);
    CHECK(std::abs(chain_of(turned(products, yarn.turns, row.distance)).end - row.yarn) < 1.5e-6);
  }
}

TEST_CASE("pair 20 at a distance of 37 adds −0.007626 at 119.2132°, and every arrow of q = k has one length") {
  const Spectrum plain = make_spectrum(test::llama_2());
  const Chain chain = chain_of(turned(contributions(head_of_ones(64)), plain.turns, 37));
  CHECK(std::arg(chain.arrows[20]) == doctest::Approx(2.080663).epsilon(1e-6));
  CHECK(std::arg(chain.arrows[20]) * 180 / 3.14159265358979 == doctest::Approx(119.2132).epsilon(1e-6));
  CHECK(std::abs(chain.arrows[20].real() + 0.007626) < 5e-7);
  CHECK(chain.arrows.size() == 64);
  for (const std::complex<double> arrow : chain.arrows) CHECK(std::abs(std::abs(arrow) - 1.0 / 64) < 1e-15);
}

TEST_CASE("contributions and chains of two other models are those of a plain loop in long double, at both signs") {
  struct Model {
    double base;
    int dim;
  };
  for (const Model& model : {Model{500000, 96}, Model{1000, 40}})
    for (const bool uneven : {false, true}) {
      RopeConfig config;
      config.base = model.base;
      config.layout.head_dim = config.layout.rotary_dim = model.dim;
      const Spectrum spectrum = make_spectrum(config);
      const auto theta = test::plain_frequencies(static_cast<long double>(model.base), model.dim);
      const HeadPair head = uneven ? uneven_head(model.dim / 2) : head_of_ones(model.dim / 2);
      long double sum = 0;
      for (std::size_t i = 0; i < theta.size(); ++i)
        sum += std::abs(test::LongComplex(head.query[i])) * std::abs(test::LongComplex(head.key[i]));
      const auto products = contributions(head);
      for (const std::int64_t distance : {0, 1, 37, 999, 70001, -3, -4096}) {
        CAPTURE(model.base);
        CAPTURE(uneven);
        CAPTURE(distance);
        const Chain chain = chain_of(turned(products, spectrum.turns, distance));
        test::LongComplex end;
        long double mean = 0;
        for (std::size_t i = 0; i < theta.size(); ++i) {
          end += test::turned_by(test::LongComplex(head.query[i]) * std::conj(test::LongComplex(head.key[i])),
                                 static_cast<long double>(distance) * theta[i]) /
                 sum;
          mean += std::abs(end) / static_cast<long double>(theta.size());
          CHECK(std::abs(test::LongComplex(chain.ends[i]) - end) < 1e-12L);
        }
        CHECK(chain.end == chain.ends.back());
        CHECK(std::abs(static_cast<long double>(chain.mean_length) - mean) < 1e-12L);
        CHECK(scores_at(products, spectrum.turns, std::span(&distance, 1))[0] ==
              doctest::Approx(chain.end.real()).epsilon(1e-12));
      }
    }
}

TEST_CASE("lengths of contributions sum to 1, and are all 0 where a head is 0") {
  double sum = 0;
  for (const std::complex<double> z : contributions(uneven_head(24))) sum += std::abs(z);
  CHECK(sum == doctest::Approx(1).epsilon(1e-14));
  HeadPair zero = uneven_head(24);
  for (std::complex<double>& z : zero.key) z = 0;
  for (const std::complex<double> z : contributions(zero)) CHECK(z == 0.0);
}
