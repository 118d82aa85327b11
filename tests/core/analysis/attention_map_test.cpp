#include "core/analysis/attention_map.h"

#include <algorithm>
#include <cmath>
#include <complex>
#include <numeric>

#include <doctest/doctest.h>

#include "core/rope/spectrum.h"
#include "core/word_vector.h"

using namespace ropescope;

namespace {

RopeConfig llama_2() {
  RopeConfig config;
  config.scaling.max_position_embeddings = 4096;
  return config;
}

Spectrum spectrum(RopeType type, double factor = 16) { return make_spectrum(*with_scheme(llama_2(), type, factor)); }

HeadPair head_of_words(std::int64_t pairs) {
  HeadPair head;
  const auto q = word_vector("query", 2 * pairs), k = word_vector("key", 2 * pairs);
  for (std::size_t i = 0; i < static_cast<std::size_t>(pairs); ++i) {
    head.query.emplace_back(3 * q[2 * i], 3 * q[2 * i + 1]); // lengths that are not 1
    head.key.emplace_back(0.5 * k[2 * i], 0.5 * k[2 * i + 1]);
  }
  return head;
}

/// The score by the plainest loop, from frequencies.
double plain_score(std::span<const std::complex<double>> q, std::span<const std::complex<double>> k,
                   const std::vector<double>& inv_freq, std::int64_t m, std::int64_t n) {
  std::complex<long double> sum;
  long double of_q = 0, of_k = 0;
  for (std::size_t i = 0; i < q.size(); ++i) {
    const long double theta = inv_freq[i];
    const auto at = [&](std::complex<double> x, std::int64_t position) {
      return std::complex<long double>(x) * std::polar(1.0L, static_cast<long double>(position) * theta);
    };
    sum += at(q[i], m) * std::conj(at(k[i], n));
    of_q += std::norm(q[i]);
    of_k += std::norm(k[i]);
  }
  return static_cast<double>(sum.real() / std::sqrt(of_q * of_k));
}

const PositionScheme& scheme(std::string_view name) { return *find_position_scheme(name); }

} // namespace

// Expected numbers are rounded to five digits.
TEST_CASE("at query 150 and key 113, PI sees more than YaRN, and nowhere before them less") {
  const TokenRows rows = tokens_alike(head_of_ones(64), 180);
  const AttentionMap yarn(rows, spectrum(RopeType::yarn).turns), linear(rows, spectrum(RopeType::linear).turns);
  CHECK(std::abs(yarn.at(150, 113) - 0.57487) < 6e-6);
  CHECK(std::abs(linear.at(150, 113) - 0.87020) < 6e-6);
  CHECK(std::abs(linear.at(150, 113) - yarn.at(150, 113) - 0.29533) < 6e-6);
  double least = 1, greatest = -1;
  for (std::int64_t d = 1; d < 180; ++d) {
    least = std::min(least, linear.at(d, 0) - yarn.at(d, 0));
    greatest = std::max(greatest, linear.at(d, 0) - yarn.at(d, 0));
  }
  CHECK(std::abs(least - 0.0296) < 5e-5);
  CHECK(std::abs(greatest - 0.3514) < 5e-5);
}

TEST_CASE(
    "a map's scores are those of a plain loop: one token everywhere, random tokens, one needle, other frequencies") {
  RopeConfig other;
  other.base = 37000;
  other.layout.head_dim = other.layout.rotary_dim = 48;
  for (const Spectrum& s : {spectrum(RopeType::yarn, 8), make_spectrum(other)}) {
    const std::int64_t pairs = s.pairs();
    for (const TokenRows& rows :
         {tokens_alike(head_of_words(pairs), 70), random_tokens(pairs, 70), one_needle(pairs, 70, 12)}) {
      const AttentionMap map(rows, s.turns);
      double worst = 0;
      for (std::int64_t m = 0; m < 70; ++m)
        for (std::int64_t n = 0; n <= m; ++n)
          worst =
              std::max(worst, std::abs(map.at(m, n) - plain_score(rows.query_of(m), rows.key_of(n), s.inv_freq, m, n)));
      CHECK(worst < 1e-12);
    }
  }
}

TEST_CASE("every query of one needle scores highest at the needle's key, as near as it is") {
  const Spectrum s = spectrum(RopeType::yarn);
  const AttentionMap map(one_needle(64, 100, 40), s.turns);
  CHECK(map.at(40, 40) == doctest::Approx(1));
  for (std::int64_t m = 45; m < 60; ++m)
    for (std::int64_t n = 0; n <= m; ++n)
      if (n != 40) CHECK(map.at(m, n) < map.at(m, 40));
}

TEST_CASE("a cell of several tokens is the mean of those that the query sees") {
  const Spectrum s = spectrum(RopeType::linear);
  for (const TokenRows& rows : {tokens_alike(head_of_words(64), 60), random_tokens(64, 60)}) {
    const AttentionMap map(rows, s.turns);
    for (const auto& [m0, m1, n0, n1] :
         {std::array{20, 27, 3, 10}, std::array{20, 27, 18, 25}, std::array{0, 60, 0, 60}, std::array{5, 6, 5, 6},
          std::array{50, 60, 55, 60}}) {
      double sum = 0;
      int count = 0;
      for (std::int64_t m = m0; m < m1; ++m)
        for (std::int64_t n = n0; n < n1 && n <= m; ++n, ++count) sum += map.at(m, n);
      CHECK(std::abs(map.mean(m0, m1, n0, n1) - sum / count) < 1e-12);
    }
    CHECK(std::isnan(map.mean(3, 6, 10, 14)));
  }
}

TEST_CASE("weights of each query sum to 1, and their ratios are those of the logits") {
  const Spectrum s = spectrum(RopeType::yarn);
  for (const TokenRows& rows : {tokens_alike(head_of_words(64), 90), random_tokens(64, 90)}) {
    const AttentionMap map(rows, s.turns);
    const AttentionWeights weights(map, 11.3);
    for (const std::int64_t m : {0, 1, 40, 89}) {
      double sum = 0;
      for (std::int64_t n = 0; n <= m; ++n) sum += weights.at(map, m, n);
      CHECK(sum == doctest::Approx(1).epsilon(1e-12));
      if (m > 5)
        CHECK(weights.at(map, m, 2) / weights.at(map, m, 5) ==
              doctest::Approx(std::exp(11.3 * (map.at(m, 2) - map.at(m, 5)))));
    }
  }
}

TEST_CASE("in float32 RoPE's diagonals spread by its rounding alone, and slide as little") {
  for (const RopeType type : {RopeType::yarn, RopeType::linear, RopeType::standard}) {
    const Spectrum s = spectrum(type);
    const PlaceContext context{s.turns, s.turns, true};
    const double spread = diagonal_spread(tokens_alike(head_of_words(64), 180), scheme("rope"), context);
    CHECK(spread < 5e-6);
    CHECK(spread > 0);
    CHECK(slide_change(random_tokens(64, 64), scheme("rope"), context, 1000) < 1e-5);
  }
}

TEST_CASE("of the rivals those that see the distance alone pass both tests, and sinusoidal and learned ones neither") {
  const Spectrum s = spectrum(RopeType::yarn), plain = make_spectrum(llama_2());
  for (const PositionScheme& scheme : position_schemes()) {
    const RivalMap rival = rival_map(scheme, head_of_ones(64), 64, {s.turns, plain.turns, true});
    const std::string_view name = scheme.name;
    CAPTURE(name);
    if (name == "sinusoidal" || name == "learned") {
      CHECK(rival.spread > 0.1);
      CHECK(rival.change > 0.1);
      CHECK(!rival.sees_distance_alone());
      continue;
    }
    CHECK(rival.sees_distance_alone());
    if (name == "none" || name == "alibi" || name == "t5") {
      CHECK(rival.spread == 0);
      CHECK(rival.change == 0);
    }
  }
}

TEST_CASE("each way to know where a token is has words and a source, and is found by its name") {
  CHECK(position_schemes().size() == 7);
  for (const PositionScheme& row : position_schemes()) {
    CHECK(!row.title.empty());
    CHECK(!row.idea.empty());
    CHECK(!row.source.empty());
    CHECK(find_position_scheme(row.name) == &row);
  }
  CHECK(find_position_scheme("nobody's") == nullptr);
}

TEST_CASE("a sinusoidal score is (x + p)·(y + p)/d, with p = sin and cos of position × frequency") {
  const Spectrum s = make_spectrum(llama_2());
  const TokenRows rows = tokens_alike(head_of_words(64), 30);
  const AttentionMap map(rows, scheme("sinusoidal"), {s.turns, s.turns, true});
  double of_q = 0, of_k = 0;
  for (std::size_t i = 0; i < 64; ++i) of_q += std::norm(rows.query[i]), of_k += std::norm(rows.key[i]);
  for (const auto& [m, n] : {std::pair{29, 3}, std::pair{12, 12}, std::pair{7, 0}}) {
    long double sum = 0;
    for (std::size_t i = 0; i < 64; ++i) {
      const auto p = [&](int position) {
        const long double angle = position * static_cast<long double>(s.inv_freq[i]);
        return std::complex<long double>(std::sin(angle), std::cos(angle));
      };
      const std::complex<long double> x = std::complex<long double>(rows.query[i]) *
                                          (8 / std::sqrt(static_cast<long double>(of_q))),
                                      y = std::complex<long double>(rows.key[i]) *
                                          (8 / std::sqrt(static_cast<long double>(of_k)));
      sum += ((x + p(m)) * std::conj(y + p(n))).real();
    }
    CHECK(std::abs(map.at(m, n) - static_cast<double>(sum / 128)) < 1e-6);
  }
}

TEST_CASE("xPos fades each pair by its own power of the distance") {
  const Spectrum s = make_spectrum(llama_2());
  const AttentionMap map(tokens_alike(head_of_ones(64), 513), scheme("xpos"), {s.turns, s.turns, true});
  for (const auto& [m, n] : {std::pair{512, 0}, std::pair{300, 17}}) {
    long double sum = 0;
    for (std::size_t i = 0; i < 64; ++i) {
      const long double zeta = (2 * static_cast<long double>(i) + 0.4L * 128) / (1.4L * 128);
      sum += std::pow(zeta, (m - n) / 512.0L) * std::cos((m - n) * static_cast<long double>(s.inv_freq[i]));
    }
    CHECK(std::abs(map.at(m, n) - static_cast<double>(sum / 64)) < 1e-6);
  }
  CHECK(std::abs(map.at(512, 0) - 0.2207) < 5e-5);
}

TEST_CASE("T5 gives each near distance a bucket of its own, and from 113 tokens on one to all") {
  for (std::int64_t d = 0; d < 16; ++d) CHECK(rivals::t5_bucket(d) == d);
  CHECK(rivals::t5_bucket(16) == 16);
  CHECK(rivals::t5_bucket(112) == 30);
  CHECK(rivals::t5_bucket(113) == 31);
  CHECK(rivals::t5_bucket(30000) == 31);
  for (std::int64_t d = 1; d < 200; ++d) CHECK(rivals::t5_bucket(d) >= rivals::t5_bucket(d - 1));
}
