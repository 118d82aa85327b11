#include <algorithm>
#include <cmath>
#include <complex>
#include <numbers>

#include <fmt/format.h>

#include "core/analysis/contributions.h"
#include "core/analysis/ensembles.h"
#include "core/error.h"
#include "core/lecture/claim_engine.h"
#include "core/lecture/functions.h"
#include "core/rope/phase.h"
#include "core/word_vector.h"

// Functions of the rotation: hands, scores, words, pairings.

namespace ropescope::lecture {

namespace {

using Complex = std::complex<double>;
constexpr std::int64_t furthest = std::int64_t{1} << 40; // tokens; a phase is exact at any position
constexpr double turn = 2 * std::numbers::pi;

std::size_t pair_of(const Arguments& a, std::size_t i, const Spectrum& spectrum) {
  return static_cast<std::size_t>(a.whole(i, 0, spectrum.pairs() - 1));
}

double theta(const Arguments& a) {
  const Spectrum& plain = a.engine.plain();
  return plain.inv_freq[pair_of(a, 0, plain)];
}

double lambda(const Arguments& a) { return turn / theta(a); }
double turns(const Arguments& a) { return a.number(1) * theta(a) / turn; }
double pairs(const Arguments& a) { return static_cast<double>(a.engine.plain().pairs()); }

/// e^{iΔθ} of a pair: at whole distances by the engines' phases, between them in double.
Complex hand(const Spectrum& spectrum, std::size_t pair, double distance) {
  if (distance != std::floor(distance) || std::abs(distance) > static_cast<double>(furthest))
    return std::polar(1.0, distance * spectrum.inv_freq[pair]);
  const auto at = cos_sin_at<double>(static_cast<std::int64_t>(distance), spectrum.turns[pair]);
  return {at.cos, at.sin};
}

double sum_of_cosines(const Spectrum& spectrum, double distance) {
  double sum = 0;
  for (std::size_t i = 0; i < spectrum.inv_freq.size(); ++i) sum += hand(spectrum, i, distance).real();
  return sum;
}

double score_of(const Spectrum& spectrum, double distance) {
  return sum_of_cosines(spectrum, distance) / static_cast<double>(spectrum.pairs());
}

/// score(Δ), score(Δ, scheme), score(Δ, c) of a query turned c tokens on.
double score(const Arguments& a) {
  if (a.is_text(1)) return score_of(a.engine.under(a.text(1)), a.number(0));
  return score_of(a.engine.in_force(), a.number(0) - a.number_or(1, 0));
}

double pair_score(const Arguments& a) {
  const Spectrum& spectrum = a.engine.in_force();
  const std::size_t pair = pair_of(a, 0, spectrum);
  return (hand(spectrum, pair, a.number(1)) * std::conj(hand(spectrum, pair, a.number(2)))).real();
}

std::vector<Complex> pairs_of_word(const Arguments& a, std::string_view word, std::int64_t head_dim) {
  return pairs_of_head(a.engine.scene().rope.layout.pairs, a.engine.plain().pairs(), word_vector(word, head_dim));
}

/// q·k of two unit vectors, of which each pair is turned by its distance; what does not turn is left out.
double dot(std::span<const Complex> q, std::span<const Complex> k, const Spectrum& spectrum, double distance) {
  double sum = 0;
  for (std::size_t i = 0; i < q.size(); ++i) sum += (q[i] * std::conj(k[i]) * hand(spectrum, i, distance)).real();
  return sum;
}

double word(const Arguments& a) {
  const ClaimScene& scene = a.engine.scene();
  if (scene.words.empty() || scene.looks_for.empty()) throw Error("word(…): the scene's \"words\" has no text");
  const auto last = static_cast<std::int64_t>(scene.words.size()) - 1;
  const std::int64_t m = a.whole(0, 0, last), n = a.whole(1, 0, last), d = scene.rope.layout.head_dim;
  const std::string position = a.count() > 2 ? a.text(2) : scene.position;
  if (position != "none" && position != "rope") a.refuse(2, "'none' or 'rope'");
  const auto q = pairs_of_word(a, scene.looks_for, d),
             k = pairs_of_word(a, scene.words[static_cast<std::size_t>(n)], d);
  return dot(q, k, a.engine.in_force(), position == "rope" ? static_cast<double>(m - n) : 0);
}

double word_dog(const Arguments& a) {
  const auto dog = pairs_of_word(a, "dog", a.engine.scene().rope.layout.head_dim);
  return dot(dog, dog, a.engine.plain(), a.number(0) - a.number(1));
}

/// A vector of `head_dim` numbers in the order of a pairing, turned by a position. "permuted": stored for half-split
/// pairing after the rows of an interleaved model were permuted, as converters do.
std::vector<double> turned_head(const Arguments& a, std::size_t place, std::string_view word, double position) {
  const Spectrum& spectrum = a.engine.plain();
  const std::string& name = a.text(place);
  const std::size_t n = spectrum.inv_freq.size();
  std::vector<double> head = word_vector(word, static_cast<std::int64_t>(2 * n)), result(2 * n);
  const bool split = name == "half" || name == "permuted";
  if (!split && name != "interleaved") a.refuse(place, "'half', 'interleaved' or 'permuted'");
  if (name == "permuted") {
    std::vector<double> permuted;
    for (const std::size_t first : {0u, 1u})
      for (std::size_t i = 0; i < n; ++i) permuted.push_back(head[2 * i + first]);
    head = permuted;
  }
  for (std::size_t i = 0; i < n; ++i) {
    const std::size_t x = split ? i : 2 * i, y = split ? i + n : 2 * i + 1;
    const Complex z = Complex(head[x], head[y]) * hand(spectrum, i, position);
    result[x] = z.real(), result[y] = z.imag();
  }
  return result;
}

double pairing(const Arguments& a) {
  const auto q = turned_head(a, 0, "q", a.number(2)), k = turned_head(a, 1, "k", a.number(3));
  double sum = 0;
  for (std::size_t i = 0; i < q.size(); ++i) sum += q[i] * k[i];
  return sum;
}

double first_negative(const Arguments& a) {
  constexpr std::int64_t end = 1 << 17; // tokens: further than any model's first one
  const Spectrum& spectrum = a.engine.in_force();
  for (std::int64_t distance = 1; distance <= end; ++distance)
    if (sum_of_cosines(spectrum, static_cast<double>(distance)) < 0) return static_cast<double>(distance);
  throw Error("first_negative(): no score up to 131 072 tokens is below 0");
}

double random_mean(const Arguments& a) {
  const std::int64_t distances[] = {a.whole(0, -furthest, furthest)};
  const HeadLayout& layout = a.engine.scene().rope.layout;
  return unrelated_scores(layout.pairs, layout.head_dim, a.engine.in_force().turns, a.whole(1, 1, 4096), distances)
      .mean.front();
}

double bound(const Arguments& a) {
  const std::int64_t distances[] = {a.whole(0, -furthest, furthest)};
  return roformer_bound(a.engine.in_force().turns, distances).front();
}

double sigma(const Arguments& a) { return 1 / std::sqrt(static_cast<double>(a.engine.scene().rope.layout.head_dim)); }

/// The score of a key that was turned and stored, against a query that comes later: by two products, not by Δ.
double cached(const Arguments& a) {
  const Spectrum& spectrum = a.engine.in_force();
  double sum = 0;
  for (std::size_t i = 0; i < spectrum.inv_freq.size(); ++i)
    sum += (hand(spectrum, i, a.number(0)) * std::conj(hand(spectrum, i, a.number(1)))).real();
  return sum / static_cast<double>(spectrum.pairs());
}

double shift_error(const Arguments& a) {
  const Spectrum& spectrum = a.engine.in_force();
  double worst = 0;
  for (std::size_t i = 0; i < spectrum.inv_freq.size(); ++i) {
    const Complex twice = hand(spectrum, i, a.number(0)) * hand(spectrum, i, a.number(1));
    worst = std::max(worst, std::abs(twice - hand(spectrum, i, a.number(0) + a.number(1))));
  }
  return worst;
}

double still_pairs(const Arguments& a) {
  return static_cast<double>(a.engine.scene().rope.layout.head_dim / 2 - a.engine.plain().pairs());
}

double partial(const Arguments& a) {
  const double all = static_cast<double>(a.engine.scene().rope.layout.head_dim) / 2;
  return (still_pairs(a) + sum_of_cosines(a.engine.plain(), a.number(0))) / all;
}

/// cos of angles that were multiplied in float32, against the truth, over the 4 096 positions below m.
double float32_error(const Arguments& a) {
  const std::int64_t end = a.whole(0, 1, std::int64_t{1} << 31), first = std::max<std::int64_t>(0, end - 4096);
  double worst = 0;
  for (const double theta : a.engine.plain().inv_freq)
    for (std::int64_t m = first; m < end; ++m) {
      const float angle = static_cast<float>(m) * static_cast<float>(theta);
      worst =
          std::max(worst, std::abs(std::cos(static_cast<double>(angle)) - std::cos(static_cast<double>(m) * theta)));
    }
  return worst;
}

constexpr Function table[] = {
    {"theta", "i", "frequency of pair i before any extension, rad a token", 1, 1, theta},
    {"lambda", "i", "tokens that pair i needs for one turn", 1, 1, lambda},
    {"turns", "i, p", "turns of pair i within p tokens", 2, 2, turns},
    {"pairs", "", "pairs that turn", 0, 0, pairs},
    {"score", "Δ, scheme or c",
     "mean of cos Δθ over the pairs: q = k; of another scheme, or of a query turned c tokens on", 1, 2, score},
    {"pair_score", "i, m, n", "the same of pair i alone, from the two turned arrows", 3, 3, pair_score},
    {"word", "m, n, position", "q·k of the picture words: of the word looked for at m and the word at n", 2, 3, word},
    {"word_dog", "m, n", "q·k of \"dog\" with itself under RoPE", 2, 2, word_dog},
    {"pairing", "layout of q, of k, m, n",
     "q·k of a head of 16 numbers; a layout is 'interleaved', 'half' or 'permuted'", 4, 4, pairing},
    {"first_negative", "", "the least distance with a score below 0", 0, 0, first_negative},
    {"random_mean", "Δ, count", "mean score of so many unrelated q and k", 2, 2, random_mean},
    {"bound", "Δ", "what RoFormer proved of the sum, relative to its value at 0", 1, 1, bound},
    {"sigma", "", "deviation of the score of unrelated q and k: 1/√d", 0, 0, sigma},
    {"cached", "m, n", "score of a key that was turned and stored against a query that comes later", 2, 2, cached},
    {"shift_error", "a, c", "greatest difference between turning by a, then by c, and turning by a + c", 2, 2,
     shift_error},
    {"still_pairs", "", "pairs that do not turn", 0, 0, still_pairs},
    {"partial", "Δ", "score with the pairs that do not turn counted as 1", 1, 1, partial},
    {"float32_error", "m", "greatest error of cos of a float32 angle at the 4 096 positions below m", 1, 1,
     float32_error},
};

} // namespace

std::span<const Function> rotation_functions() { return table; }

} // namespace ropescope::lecture
