// The numbers of the small pictures of the lectures, against plain loops in long double and against what the
// lectures' pages print.
#include <cmath>
#include <complex>
#include <numbers>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "core/analysis/cache.h"
#include "core/analysis/fading.h"
#include "core/analysis/fit.h"
#include "core/analysis/pairing.h"
#include "core/analysis/rivals_curves.h"
#include "core/analysis/share.h"
#include "core/analysis/split.h"
#include "core/analysis/words.h"
#include "core/rope/spectrum.h"
#include "core/word_vector.h"

using namespace ropescope;

namespace {

Spectrum plain(std::int64_t head_dim, double base) {
  RopeConfig rope;
  rope.layout.head_dim = rope.layout.rotary_dim = head_dim;
  rope.base = base;
  rope.scaling.max_position_embeddings = 8192;
  return make_spectrum(rope);
}

long double theta(std::int64_t i, std::int64_t d, long double base) {
  return powl(base, -2 * static_cast<long double>(i) / static_cast<long double>(d));
}

/// Equal to the digits that are written: half a unit of the last.
bool written(double value, double number, int decimals) {
  return std::abs(value - number) <= 0.5 * std::pow(10.0, -decimals) * 1.0001;
}

double lecture_word(std::string_view text, std::span<const double> order, std::int64_t m, std::int64_t n,
                    std::string_view position) {
  const Spectrum s = plain(128, 10000);
  const std::vector<std::string> words = in_order(words_of(text), order);
  return word_score("dog", words[static_cast<std::size_t>(n)], m, n, {s.turns, s.turns},
                    *find_position_scheme(position));
}

constexpr std::string_view sentence = "the dog met a dog and it barked";

} // namespace

TEST_CASE(
    "words: both dogs score the same to the last bit without positions, wherever they stand, and part under RoPE") {
  CHECK(lecture_word(sentence, {}, 6, 1, "none") == lecture_word(sentence, {}, 6, 4, "none"));
  CHECK(written(lecture_word(sentence, {}, 6, 1, "none"), 1, 4));
  CHECK(written(lecture_word(sentence, {}, 6, 5, "none"), 0.0726, 4));
  CHECK(written(lecture_word(sentence, {}, 6, 1, "rope"), 0.7732, 4));
  CHECK(written(lecture_word(sentence, {}, 6, 4, "rope"), 0.8794, 4));
  const double order[] = {4, 0, 6, 2, 7, 1, 3, 5};
  CHECK(written(lecture_word(sentence, order, 2, 0, "none"), 1, 4));
  CHECK(written(lecture_word(sentence, order, 2, 5, "none"), 1, 4));
}

TEST_CASE("words: a score is the product of the turned vectors, of other heads and places, within 1e-12") {
  for (const auto& [d, base] : {std::pair<std::int64_t, double>{64, 500000.0}, {96, 1e4}}) {
    const Spectrum s = plain(d, base);
    for (const auto& [m, n] : {std::pair{3, 90}, {4000, 17}, {0, 0}}) {
      const std::vector<double> q = word_vector("vier", d), k = word_vector("größer", d);
      long double sum = 0;
      for (std::int64_t i = 0; i < d / 2; ++i) {
        const auto a = static_cast<std::size_t>(i), b = static_cast<std::size_t>(i + d / 2);
        const std::complex<long double> z =
            std::complex<long double>(q[a], q[b]) * std::conj(std::complex<long double>(k[a], k[b]));
        const long double angle = static_cast<long double>(m - n) * theta(i, d, base);
        sum += z.real() * cosl(angle) - z.imag() * sinl(angle);
      }
      CHECK(std::abs(word_score("vier", "größer", m, n, {s.turns, s.turns}, *find_position_scheme("rope")) -
                     static_cast<double>(sum)) < 1e-12);
    }
    // A bias adds to what the words say by themselves, and an added vector does not part it by distance alone.
    const double alone = word_score("a", "b", 9, 2, {s.turns, s.turns}, *find_position_scheme("none"));
    CHECK(word_score("a", "b", 9, 2, {s.turns, s.turns}, *find_position_scheme("alibi")) ==
          doctest::Approx(alone - 7.0 / 256).epsilon(1e-6));
    CHECK(word_score("a", "b", 9, 2, {s.turns, s.turns}, *find_position_scheme("sinusoidal")) !=
          doctest::Approx(word_score("a", "b", 19, 12, {s.turns, s.turns}, *find_position_scheme("sinusoidal")))
              .epsilon(1e-3));
  }
}

TEST_CASE("words: an order is taken where it is a permutation of the places, and only there") {
  const std::vector<std::string> words = words_of("  one two\n three\t");
  CHECK(words == std::vector<std::string>{"one", "two", "three"});
  CHECK(words_of("   ").empty());
  const double turned[] = {2, 0, 1}, twice[] = {0, 0, 1}, few[] = {0, 1}, far[] = {0, 1, 3}, half[] = {0.5, 1, 2};
  CHECK(in_order(words, turned) == std::vector<std::string>{"three", "one", "two"});
  for (const std::span<const double> wrong : {std::span<const double>(twice), {few}, {far}, {half}})
    CHECK(in_order(words, wrong) == words);
  CHECK(is_permutation(turned));
  CHECK(!is_permutation(twice));
  const double nan[] = {std::nan("")};
  CHECK(!is_permutation(nan));
}

TEST_CASE("pairing: equal pairings see the distance alone, mixed ones do not, and a permutation gives the same score") {
  const std::vector<double> q = word_vector("q", 16), k = word_vector("k", 16);
  const Spectrum s = plain(16, 10000);
  using enum HeadPairing;
  const auto at = [&](HeadPairing a, HeadPairing c, std::int64_t m, std::int64_t n) {
    return pairing_score(q, k, s.inv_freq, a, c, m, n);
  };
  for (const auto& [m, n] : {std::pair{3, 1}, {13, 11}, {103, 101}}) {
    CHECK(written(at(interleaved, interleaved, m, n), -0.0877, 4));
    CHECK(written(at(half, half, m, n), 0.1201, 4));
    CHECK(std::abs(at(permuted, permuted, m, n) - at(interleaved, interleaved, m, n)) < 1e-12);
  }
  CHECK(written(at(interleaved, half, 3, 1), -0.1293, 4));
  CHECK(written(at(interleaved, half, 13, 11), 0.2735, 4));
  CHECK(written(at(interleaved, half, 103, 101), 0.1105, 4));
}

TEST_CASE("pairing: a score is that of matrices which turn two components each, in long double, within 1e-12") {
  for (const std::int64_t pairs : {1, 3, 12}) {
    const std::vector<double> q = word_vector("left", 2 * pairs), k = word_vector("right", 2 * pairs);
    const Spectrum s = plain(2 * pairs, 300);
    const auto turned = [&](const std::vector<double>& x, bool half, std::int64_t p) {
      std::vector<long double> y(x.begin(), x.end());
      for (std::int64_t i = 0; i < pairs; ++i) {
        const auto a = static_cast<std::size_t>(half ? i : 2 * i),
                   b = static_cast<std::size_t>(half ? i + pairs : 2 * i + 1);
        const long double angle = static_cast<long double>(p) * theta(i, 2 * pairs, 300);
        const long double first = y[a], second = y[b];
        y[a] = first * cosl(angle) - second * sinl(angle), y[b] = first * sinl(angle) + second * cosl(angle);
      }
      return y;
    };
    for (const bool of_q : {false, true})
      for (const bool of_k : {false, true}) {
        long double sum = 0;
        const auto a = turned(q, of_q, 700), b = turned(k, of_k, 23);
        for (std::size_t i = 0; i < a.size(); ++i) sum += a[i] * b[i];
        const auto kind = [](bool half) { return half ? HeadPairing::half : HeadPairing::interleaved; };
        CHECK(std::abs(pairing_score(q, k, s.inv_freq, kind(of_q), kind(of_k), 700, 23) - static_cast<double>(sum)) <
              1e-12);
      }
  }
}

TEST_CASE("cache: a stored key scores as one that is turned now, and turning it on is rounding alone") {
  for (const auto& [d, base] : {std::pair<std::int64_t, double>{128, 1e4}, {96, 250000.0}}) {
    const Spectrum s = plain(d, base);
    for (const auto& [m, n] : {std::pair{7, 3}, {5000, 12}, {2, 40}}) {
      long double sum = 0;
      for (std::int64_t i = 0; i < d / 2; ++i) sum += cosl(static_cast<long double>(m - n) * theta(i, d, base));
      CHECK(std::abs(cached_score(s.inv_freq, m, n) - static_cast<double>(sum / (d / 2))) < 1e-12);
    }
    CHECK(shift_error(s.inv_freq, 5, 7) < 1e-12);
    CHECK(shift_error(s.inv_freq, 5, 7) > 0); // two roundings are not one
    CHECK(shift_error(s.inv_freq, 0, 7) == 0);
  }
}

TEST_CASE("share: needle, keys and gain as the lecture prints them, and the break-even where both shares are equal") {
  const double gain = std::pow(0.1 * std::log(4.0) + 1, 2);
  CHECK(written(100 * attention_share(8192, 6, 1), 2.90, 2));
  CHECK(written(100 * attention_share(32768, 6, 1), 0.74, 2));
  CHECK(written(100 * attention_share(32768, 6, gain), 3.05, 2));
  CHECK(written(breakeven_needle(8192, 32768, gain), 5.82, 2));
  CHECK(attention_share(32768, 5, gain) < attention_share(8192, 5, 1));
  for (const double g : {1.05, 1.2965, 1.7})
    for (const double target : {10000.0, 131072.0}) {
      const double z = breakeven_needle(4096, target, g);
      CHECK(attention_share(4096, z, 1) == doctest::Approx(attention_share(target, z, g)).epsilon(1e-12));
      const long double e = expl(static_cast<long double>(g) * z);
      CHECK(attention_share(target, z, g) ==
            doctest::Approx(static_cast<double>(e / (e + (static_cast<long double>(target) - 1) *
                                                             expl(static_cast<long double>(g) * g / 2))))
                .epsilon(1e-12));
    }
  CHECK(std::isnan(breakeven_needle(8192, 32768, 1)));
  CHECK(attention_share(1, 3, 1) == 1);
  CHECK(attention_share(32768, 900, 2) == 1); // no overflow
}

TEST_CASE("fit: within ±1 in training and 13.5 beyond it, as the lecture prints, and within it again when squeezed") {
  const Spectrum s = plain(128, 10000);
  const SeriesFit fit = fit_series(s.inv_freq, samples_within("wild", 8192, 8, 1e-6));
  const auto greatest = [&](std::span<const double> inv_freq, std::int64_t from, std::int64_t to) {
    const std::vector<double> values = fitted_values(fit, inv_freq, from, 1, to - from + 1);
    std::size_t at = 0;
    for (std::size_t j = 0; j < values.size(); ++j)
      if (std::abs(values[j]) > std::abs(values[at])) at = j;
    return std::pair(std::abs(values[at]), from + static_cast<std::int64_t>(at));
  };
  CHECK(written(greatest(s.inv_freq, 0, 8191).first, 0.62, 2));
  CHECK(written(greatest(s.inv_freq, 8192, 32767).first, 13.5, 1));
  CHECK(greatest(s.inv_freq, 8192, 32767).second == 9661);
  std::vector<double> squeezed = s.inv_freq;
  for (double& theta : squeezed) theta /= 4;
  CHECK(written(greatest(squeezed, 0, 32767).first, 0.62, 2));
}

TEST_CASE("fit: values are those of the sum in long double, at any place and step, and samples stay within bounds") {
  const Spectrum s = plain(48, 700);
  const SeriesFit fit = fit_series(s.inv_freq, samples_within("other", 900, 3, 1e-4));
  long double size = 0;
  for (std::size_t i = 0; i < fit.cosine.size(); ++i) size += std::abs(fit.cosine[i]) + std::abs(fit.sine[i]);
  for (const auto& [first, step, count] :
       {std::tuple<std::int64_t, std::int64_t, std::int64_t>{0, 1, 700}, {12345678, 64, 300}, {5, 1000, 3}}) {
    const std::vector<double> values = fitted_values(fit, s.inv_freq, first, step, count);
    REQUIRE(static_cast<std::int64_t>(values.size()) == count);
    for (const std::int64_t j : {std::int64_t{0}, count / 2, count - 1}) {
      const auto distance = static_cast<long double>(first + j * step);
      long double sum = 0;
      for (std::size_t i = 0; i < s.inv_freq.size(); ++i)
        sum += fit.cosine[i] * cosl(distance * s.inv_freq[i]) + fit.sine[i] * sinl(distance * s.inv_freq[i]);
      // A double angle of 10⁷ rad has lost nine digits of its sixteen.
      const double allowed = first > 1000000 ? 2e-9 : 1e-12;
      CHECK(std::abs(values[static_cast<std::size_t>(j)] - static_cast<double>(sum)) <
            allowed * static_cast<double>(size));
    }
  }
  CHECK(fitted_values(fit, s.inv_freq, 0, 1, 0).empty());
  CHECK(samples_within("w", 8192, 8, 1e-6).every == 8);
  for (const double trained : {1.0, 131072.0, 16.0 * 1024 * 1024})
    for (const std::int64_t every : {1, 8, 1000}) {
      const FitSamples samples = samples_within("w", trained, every, 1e-6);
      CHECK(samples.every % every == 0);
      CHECK(std::ceil(trained / static_cast<double>(samples.every)) <= most_fit_samples);
    }
}

TEST_CASE("split: a RoPE pair is two strips, ALiBi one, T5's buckets no fewer than there are tokens") {
  const Spectrum s = plain(128, 10000);
  const auto rank = [&](SplitMatrix kind, std::int64_t tokens) {
    return rank_of(singular_values(split_matrix(kind, tokens, s.inv_freq[6]), tokens));
  };
  CHECK(rank(SplitMatrix::rope, 40) == 2);
  CHECK(rank(SplitMatrix::alibi, 40) == 1);
  CHECK(rank(SplitMatrix::t5, 40) == 40);
  CHECK(rank(SplitMatrix::rope, 2) == 2);
  CHECK(rank(SplitMatrix::rope, 96) == 2);
  CHECK(overflow_position(0.5) == 178);
  CHECK(std::exp(0.5 * 178) > 3.4028235e38);
  CHECK(std::exp(0.5 * 177) < 3.4028235e38);
}

TEST_CASE("split: singular values have the sum of squares of the table, and those that are known") {
  // A diagonal with its columns turned: the values are the diagonal's.
  const double c = std::cos(0.7), d = std::sin(0.7);
  const std::vector<double> known = singular_values({3 * c, -3 * d, 5 * d, 5 * c}, 2);
  CHECK(known[0] == doctest::Approx(5).epsilon(1e-14));
  CHECK(known[1] == doctest::Approx(3).epsilon(1e-14));
  for (const SplitMatrix kind : {SplitMatrix::rope, SplitMatrix::alibi, SplitMatrix::t5}) {
    const std::vector<double> table = split_matrix(kind, 17, 0.3);
    long double of_table = 0, of_values = 0;
    for (const double x : table) of_table += static_cast<long double>(x) * x;
    for (const double x : singular_values(table, 17)) of_values += static_cast<long double>(x) * x;
    CHECK(static_cast<double>(of_values) == doctest::Approx(static_cast<double>(of_table)).epsilon(1e-12));
  }
  CHECK(split_matrix(SplitMatrix::rope, 17, 0.3)[5 * 17 + 2] == doctest::Approx(std::cos(0.9)));
  CHECK(split_matrix(SplitMatrix::alibi, 17, 0.3)[2 * 17 + 5] == doctest::Approx(std::exp(3.0 / 8)));
  const std::vector<double> t5 = split_matrix(SplitMatrix::t5, 40, 0);
  CHECK(t5[39] == doctest::Approx(std::exp(2 * word_draws("t5", 32)[16 + 6] - 1))); // 39 tokens apart: 16 + ⌊6.8⌋
  CHECK(t5[39] == t5[39 * 40]);
}

TEST_CASE("rivals: the gentlest head's reach holds 99 % of its weight, and T5's last bucket begins at 113") {
  CHECK(t5_last_bucket_begins() == 113);
  double all = 0, within = 0;
  for (int d = 0; d < 100000; ++d) all += std::exp(-d * gentlest_slope);
  for (int d = 0; d < reach_of_slope(gentlest_slope); ++d) within += std::exp(-d * gentlest_slope);
  CHECK(within / all >= 0.99);
  CHECK(within / all < 0.9901);
}

TEST_CASE("rivals: stretches follow each other over the whole axis, and a curve lies within its band") {
  for (const auto& [first, last] : {std::pair<std::int64_t, std::int64_t>{1, 32768}, {1, 9}, {1000, 16'777'216}}) {
    const std::vector<std::int64_t> edges = log_stretches(first, last, 200);
    CHECK(edges.front() == first);
    CHECK(edges.back() == last + 1);
    for (std::size_t j = 1; j < edges.size(); ++j) CHECK(edges[j] > edges[j - 1]);
    const Spectrum s = plain(32, 5000);
    const DistanceCurve curve = distance_curve(s.inv_freq, edges);
    REQUIRE(curve.mean.size() == edges.size() - 1);
    for (std::size_t j = 0; j < curve.mean.size(); ++j) {
      CHECK(curve.least[j] <= curve.mean[j]);
      CHECK(curve.mean[j] <= curve.greatest[j]);
    }
    long double sum = 0; // the first stretch is one distance
    for (std::int64_t i = 0; i < 16; ++i) sum += cosl(static_cast<long double>(first) * theta(i, 32, 5000));
    if (edges[1] == edges[0] + 1) CHECK(std::abs(curve.mean[0] - static_cast<double>(sum / 16)) < 1e-12);
  }
  CHECK(learned_likeness(0, 64) == doctest::Approx(1));
  CHECK(std::abs(learned_likeness(3, 128)) < 0.35);
}

TEST_CASE("rivals: each verdict turns at its own distance") {
  using Kind = RivalVerdict::Kind;
  CHECK(learned_verdict(8191, 8192).kind == Kind::works);
  CHECK(learned_verdict(8192, 8192).kind == Kind::fails);
  CHECK(alibi_verdict(1179).kind == Kind::works);
  CHECK(alibi_verdict(1180).kind == Kind::fails);
  CHECK(alibi_verdict(30000).number == doctest::Approx(-117.1875));
  CHECK(t5_verdict(112).kind == Kind::works);
  CHECK(t5_verdict(113).kind == Kind::blind);
  CHECK(rope_verdict(0).kind == Kind::works);
  CHECK(rope_verdict(14).kind == Kind::fails);
}
