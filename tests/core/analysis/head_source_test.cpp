#include <cmath>
#include <complex>
#include <numeric>

#include <doctest/doctest.h>

#include "core/analysis/contributions.h"
#include "core/analysis/ensembles.h"
#include "core/analysis/head_source.h"
#include "core/error.h"
#include "core/rope/spectrum.h"
#include "core/word_vector.h"

using namespace ropescope;

namespace {

RopeConfig plain(std::int64_t head_dim, double base) {
  RopeConfig rope;
  rope.layout.head_dim = rope.layout.rotary_dim = head_dim;
  rope.base = base;
  return rope;
}

/// Of one pair of words: R(m)q · R(n)k by plain loops over the components, half-split.
double plain_score(const std::vector<double>& q, const std::vector<double>& k, long double base, long m, long n) {
  const std::size_t half = q.size() / 2;
  long double sum = 0;
  for (std::size_t i = 0; i < half; ++i) {
    const long double theta = std::pow(base, -2.0L * static_cast<long double>(i) / static_cast<long double>(q.size()));
    const long double a = static_cast<long double>(m) * theta, b = static_cast<long double>(n) * theta;
    const long double q0 = q[i] * std::cos(a) - q[i + half] * std::sin(a),
                      q1 = q[i] * std::sin(a) + q[i + half] * std::cos(a);
    const long double k0 = k[i] * std::cos(b) - k[i + half] * std::sin(b),
                      k1 = k[i] * std::sin(b) + k[i + half] * std::cos(b);
    sum += q0 * k0 + q1 * k1;
  }
  return static_cast<double>(sum);
}

double length_of(const std::vector<double>& v) {
  return std::sqrt(std::inner_product(v.begin(), v.end(), v.begin(), 0.0));
}

} // namespace

TEST_CASE("a word's vector has length 1, is the same each time and another one for another word") {
  for (const std::int64_t count : {1, 2, 7, 64, 128}) {
    CHECK(length_of(word_vector("dog", count)) == doctest::Approx(1).epsilon(1e-12));
    CHECK(word_vector("dog", count) == word_vector("dog", count));
  }
  const auto dog = word_vector("dog", 128), it = word_vector("it", 128), other = word_vector("and", 128);
  CHECK(dog != it);
  // The lecture's table of word vectors: dog against and.
  CHECK(std::inner_product(dog.begin(), dog.end(), other.begin(), 0.0) == doctest::Approx(0.0726).epsilon(0.002));
}

TEST_CASE("the score of any two heads is that of their rotated components, with its sign of the distance") {
  for (const double base : {10000.0, 500000.0}) {
    const Spectrum spectrum = make_spectrum(plain(64, base));
    HeadSource q, k;
    q = parse_head_source("word:dog");
    k = parse_head_source("random:3");
    const HeadPair head = head_pair(q, k, {}, 64, spectrum.turns);
    const auto own = contributions(head);
    double lengths = 0;
    for (std::size_t i = 0; i < own.size(); ++i) lengths += std::abs(head.query[i] * head.key[i]);
    for (const std::int64_t distance : {0, 1, -1, 37, -5000, 100000}) {
      CAPTURE(distance);
      const std::int64_t distances[] = {distance};
      const double expected =
          plain_score(word_vector("dog", 64), word_vector("k3", 64), static_cast<long double>(base), distance, 0);
      CHECK(scores_at(own, spectrum.turns, distances)[0] * lengths == doctest::Approx(expected).epsilon(1e-6));
      CHECK(chain_of(turned(own, spectrum.turns, distance)).end.real() * lengths ==
            doctest::Approx(expected).epsilon(1e-6));
    }
  }
}

TEST_CASE("a key that is turned C tokens on has its greatest score at distance C") {
  const Spectrum spectrum = make_spectrum(plain(128, 10000));
  for (const char* other : {"ones", "word:w"}) {
    const HeadPair head = head_pair(parse_head_source(other), parse_head_source("same:200"), {}, 128, spectrum.turns);
    const std::int64_t distances[] = {199, 200, 201};
    const auto scores = scores_at(contributions(head), spectrum.turns, distances);
    CHECK(scores[1] == doctest::Approx(1));
    CHECK(scores[0] < scores[1]);
    CHECK(scores[2] < scores[1]);
    const HeadPair back = head_pair(parse_head_source("same:200"), parse_head_source(other), {}, 128, spectrum.turns);
    CHECK(scores_at(contributions(back), spectrum.turns, distances)[1] == doctest::Approx(1));
  }
}

TEST_CASE("sources of a head come back from their text, and what is none is refused") {
  for (const char* text : {"ones", "word:it is", "random:0", "same:200", R"({"file":"q.npy","row":3,"head":1})"})
    CHECK(head_source_text(parse_head_source(text)) == text);
  CHECK(parse_head_source(R"({"file": "q.npy"})").row == 0);
  for (const char* text :
       {"", "one", "word:", "random:", "random:-1", "random:1.5", "same:x", "{", "{}", "[1]", R"({"file": 3})",
        R"({"file": "q", "row": -1})", R"({"file": "q", "rows": 1})", R"({"file": "q", "row": 1e30})"})
    CHECK_THROWS_AS(parse_head_source(text), Error);
}

TEST_CASE("a head of an array is the row and head that were asked for, and what it has not is refused") {
  Array array;
  array.shape = {2, 3, 4}; // two heads of three tokens
  for (int i = 0; i < 24; ++i) array.floats.push_back(static_cast<float>(i));
  HeadSource source = parse_head_source(R"({"file": "q.npy", "row": 1, "head": 1})");
  CHECK(head_of_array(array, source, 4) == std::vector<double>{16, 17, 18, 19});
  source.row = 2;
  source.head = 0;
  CHECK(head_of_array(array, source, 4) == std::vector<double>{8, 9, 10, 11});
  source.head = 1;
  CHECK_THROWS_AS(head_of_array(array, source, 8), Error);
  source.row = 3;
  CHECK_THROWS_AS(head_of_array(array, source, 4), Error);
  source.row = 0;
  source.head = 2;
  CHECK_THROWS_AS(head_of_array(array, source, 4), Error);
  array.floats[0] = NAN;
  source.head = 0;
  CHECK_THROWS_AS(head_of_array(array, source, 4), Error);
}

TEST_CASE("unrelated heads score 0 on the average at every distance, and the bound falls from 1") {
  const Spectrum spectrum = make_spectrum(plain(128, 10000));
  const std::int64_t distances[] = {0, 1, 10, 1000, 30000};
  const Unrelated unrelated = unrelated_scores({}, 128, spectrum.turns, 256, distances);
  for (std::size_t d = 0; d < std::size(distances); ++d) {
    CHECK(std::abs(unrelated.mean[d]) < 3 / std::sqrt(128.0 * 256));
    CHECK(unrelated.deviation[d] == doctest::Approx(1 / std::sqrt(128.0)).epsilon(0.15));
  }
  CHECK(std::abs(unrelated.mean[1]) == doctest::Approx(1.3911e-04).epsilon(0.001));
  CHECK(std::abs(unrelated.mean[2]) == doctest::Approx(0.0048).epsilon(0.01));
  CHECK(std::abs(unrelated.mean[3]) == doctest::Approx(0.0053).epsilon(0.01));
  const std::int64_t named[] = {0, 1, 8, 37, 4096};
  const double expected[] = {1, 0.970405, 0.609766, 0.396406, 0.150240};
  const auto bound = roformer_bound(spectrum.turns, named);
  for (std::size_t d = 0; d < std::size(named); ++d) CHECK(bound[d] == doctest::Approx(expected[d]).epsilon(2e-6));
}
