#include <algorithm>
#include <cmath>
#include <numbers>

#include <fmt/format.h>

#include "core/analysis/stale_cache.h"
#include "core/analysis/turns.h"
#include "core/error.h"
#include "core/lecture/claim_engine.h"
#include "core/lecture/functions.h"
#include "core/rope/scheme.h"
#include "core/rope/scheme_keys.h"

// Functions of extensions to longer contexts.

namespace ropescope::lecture {

namespace {

constexpr double turn = 2 * std::numbers::pi;
constexpr double greatest_length = 16.0 * 1024 * 1024; // tokens

double length_of(const Arguments& a, std::size_t i) {
  const double tokens = a.number(i);
  if (!(tokens >= 1 && tokens <= greatest_length)) a.refuse(i, "1 … 16 777 216 tokens");
  return tokens;
}

/// A spectrum's number: the scheme in force, or one by name with a factor of its own.
const Spectrum& spectrum_of(const Arguments& a, std::size_t scheme, std::optional<double> tokens = std::nullopt) {
  if (a.count() <= scheme) return a.engine.in_force(tokens);
  return a.engine.under(a.text(scheme), a.count() > scheme + 1 ? std::optional(a.number(scheme + 1)) : std::nullopt,
                        tokens);
}

double unseen(const Arguments& a) {
  const double target = length_of(a, 0);
  const Spectrum& spectrum = spectrum_of(a, 1, target);
  return static_cast<double>(
      turns_of(a.engine.plain().inv_freq, a.engine.trained(), spectrum.inv_freq, target).unseen_pairs);
}

/// Whole positions m of a pair with L < m mod λ, below a target: those between k·λ + L and (k + 1)·λ.
double new_positions(double wavelength, double trained, double target) {
  double count = 0;
  for (double begin = 0; begin + trained < target; begin += wavelength) {
    const double first = std::floor(begin + trained) + 1, last = std::min(std::ceil(begin + wavelength), target) - 1;
    count += std::max(0.0, last - first + 1);
  }
  return count;
}

double new_cells(const Arguments& a) {
  const double trained = a.engine.trained(), target = std::floor(a.engine.scene().target);
  const Spectrum& plain = a.engine.plain();
  double count = 0;
  for (const double theta : plain.inv_freq)
    if (theta > 0 && turn / theta > trained) count += new_positions(turn / theta, trained, target);
  return count / (target * static_cast<double>(plain.pairs()));
}

double one_turn(const Arguments& a) {
  const Spectrum& plain = a.engine.plain();
  return static_cast<double>(plain.pairs() - incomplete_pairs(plain.inv_freq, a.engine.trained()));
}

/// The pair, between two of them too, that turns r times within the trained length.
double pair_of_turns(const Arguments& a, double r) {
  const RopeConfig& rope = a.engine.scene().rope;
  return static_cast<double>(rope.layout.rotary_dim) * std::log(a.engine.trained() / (r * turn)) /
         (2 * std::log(rope.base));
}

double count_fate(const Arguments& a, PairFate wanted) {
  const Spectrum& spectrum = a.engine.in_force();
  std::int64_t count = 0;
  for (std::int64_t i = 0; i < spectrum.pairs(); ++i) count += fate(spectrum, i) == wanted;
  return static_cast<double>(count);
}

double speed(const Arguments& a) {
  const Spectrum& spectrum = spectrum_of(a, 1);
  const auto pair = static_cast<std::size_t>(a.whole(0, 0, spectrum.pairs() - 1));
  return spectrum.inv_freq[pair] / a.engine.plain().inv_freq[pair];
}

double mean_cosine(const Spectrum& spectrum, double distance) {
  double sum = 0;
  for (const double theta : spectrum.inv_freq) sum += std::cos(distance * theta);
  return sum / static_cast<double>(spectrum.pairs());
}

/// The least distance, between tokens too, at which a share of the score at 0 is lost: by steps that are small beside
/// the fastest pair's turn, then by halving.
double lost(const Arguments& a) {
  constexpr double step = 0.01, end = 4096; // tokens
  const double level = 1 - a.number(0);
  const Spectrum& spectrum = spectrum_of(a, 1);
  double after = step;
  while (mean_cosine(spectrum, after) >= level) {
    after += step;
    if (after > end) throw Error("lost(…): so much is not lost within 4 096 tokens");
  }
  double before = after - step;
  for (int i = 0; i < 60; ++i) {
    const double middle = (before + after) / 2;
    (mean_cosine(spectrum, middle) < level ? after : before) = middle;
  }
  return after;
}

double curvature(const Arguments& a) {
  const Spectrum& spectrum = spectrum_of(a, 0);
  double sum = 0;
  for (const double theta : spectrum.inv_freq) sum += theta * theta;
  return sum / static_cast<double>(spectrum.pairs());
}

double attention_factor(const Arguments& a) {
  if (a.count() == 0) return a.engine.in_force().attention_factor;
  return a.engine.under(a.engine.scheme(), a.number(0)).attention_factor;
}

/// Share of attention of a key that scores z among N − 1 others whose scores are noise of variance 1, all multiplied
/// by g; the noise in expectation.
double share(const Arguments& a) {
  const double needle = std::exp(a.number(2) * a.number(1)), noise = std::exp(a.number(2) * a.number(2) / 2);
  return needle / (needle + (a.number(0) - 1) * noise);
}

/// z with share(L, z, 1) = share(T, z, a²).
double breakeven(const Arguments& a) {
  const double factor = a.engine.in_force().attention_factor, gain = factor * factor;
  if (gain == 1) throw Error("breakeven(): the scheme in force multiplies no score");
  return (std::log((a.engine.scene().target - 1) / (a.engine.trained() - 1)) + (gain * gain - 1) / 2) / (gain - 1);
}

FitPeak fit_peak(const Arguments& a) {
  constexpr std::int64_t furthest = 1 << 20;
  const double divided_by = a.number_or(2, 1);
  if (!(divided_by > 0)) a.refuse(2, "a number above 0");
  return greatest_of(a.engine.fit(), a.whole(0, 0, furthest), a.whole(1, 0, furthest), divided_by);
}

/// Angles of a key stored at length L₁ under a query of length L₂, both of dynamic NTK with factor 1.
std::vector<StaleAngle> stale_of(const Arguments& a, std::size_t first) {
  constexpr std::int64_t furthest = std::int64_t{1} << 31;
  const std::int64_t m = a.whole(first, 0, furthest), n = a.whole(first + 1, 0, furthest);
  const Spectrum key = a.engine.under("dynamic", 1, length_of(a, first + 2));
  const Spectrum& query = a.engine.under("dynamic", 1, length_of(a, first + 3));
  return stale_angles({.query_turns = query.turns, .key_turns = key.turns, .query = m}, m - n);
}

double stale(const Arguments& a) {
  const auto angles = stale_of(a, 0);
  double sum = 0;
  for (const StaleAngle& angle : angles) sum += std::cos(angle.stale);
  return sum / static_cast<double>(angles.size());
}

double stale_angle(const Arguments& a) {
  const auto angles = stale_of(a, 1);
  return std::abs(angles[static_cast<std::size_t>(a.whole(0, 0, static_cast<std::int64_t>(angles.size()) - 1))].stale);
}

const std::vector<double>& long_factors(const Arguments& a) {
  const std::vector<double>& factors = a.engine.scene().rope.scaling[key::long_factor];
  if (factors.empty()) throw Error("the scene's model has no LongRoPE factors");
  return factors;
}

double longrope(const Arguments& a) {
  const auto& factors = long_factors(a);
  return factors[static_cast<std::size_t>(a.whole(0, 0, static_cast<std::int64_t>(factors.size()) - 1))];
}

double longrope_slow_min(const Arguments& a) {
  const auto& factors = long_factors(a);
  const Spectrum& plain = a.engine.plain();
  double least = 0;
  for (std::size_t i = 0; i < std::min(factors.size(), plain.inv_freq.size()); ++i)
    if (turn / plain.inv_freq[i] > a.engine.trained() && (least == 0 || factors[i] < least)) least = factors[i];
  if (least == 0) throw Error("longrope_slow_min(): every pair turns once within the trained length");
  return least;
}

double model_unseen(const Arguments& a) {
  const ClaimScene& scene = a.engine.scene();
  if (!scene.model) throw Error("model_unseen(…): no models are known here");
  const RopeConfig rope = scene.model(a.text(0));
  const double trained = length_of(a, 1), target = length_of(a, 2);
  const Spectrum spectrum = make_spectrum(rope, target);
  return static_cast<double>(turns_of(spectrum.unscaled, trained, spectrum.inv_freq, target).unseen_pairs);
}

constexpr Function table[] = {
    {"unseen", "tokens, scheme, s", "pairs that meet angles within so many tokens that training never showed", 1, 3,
     unseen},
    {"new_cells", "", "share of positions and pairs up to the target with an angle that training never showed", 0, 0,
     new_cells},
    {"one_turn", "", "pairs that complete a turn in training", 0, 0, one_turn},
    {"critical_pair", "", "where the pairs stand that make one turn in training, between two pairs", 0, 0,
     [](const Arguments& a) { return pair_of_turns(a, 1); }},
    {"corr", "r", "where the pairs stand that make r turns in training, between two pairs", 1, 1,
     [](const Arguments& a) { return pair_of_turns(a, a.number(0)); }},
    {"kept", "", "pairs that the scheme leaves as trained", 0, 0,
     [](const Arguments& a) { return count_fate(a, PairFate::kept); }},
    {"blended", "", "pairs that it slows in part", 0, 0,
     [](const Arguments& a) { return count_fate(a, PairFate::blended); }},
    {"squeezed", "", "pairs that it slows by the whole factor", 0, 0,
     [](const Arguments& a) { return count_fate(a, PairFate::interpolated); }},
    {"speed", "i, scheme, s", "frequency of pair i under a scheme, as a share of the trained one", 1, 3, speed},
    {"lost", "x, scheme, s", "least distance at which the score has lost x", 1, 3, lost},
    {"curvature", "scheme, s", "mean of the squared frequencies: how sharp the peak at 0 is", 0, 2, curvature},
    {"ntk_base", "s", "base of NTK-aware for the factor s", 1, 1,
     [](const Arguments& a) { return a.engine.under("ntk", a.number(0)).base; }},
    {"base_at", "tokens, s", "base of dynamic NTK at this length", 1, 2,
     [](const Arguments& a) { return a.engine.under("dynamic", a.number_or(1, 1), length_of(a, 0)).base; }},
    {"attention_factor", "s", "what q and k are multiplied by", 0, 1, attention_factor},
    {"share", "keys, z, gain", "share of attention of a key that scores z among noise, with all scores times the gain",
     3, 3, share},
    {"breakeven", "", "score of a key that keeps its share from the trained length to the target", 0, 0, breakeven},
    {"fit_max", "a, b, s", "greatest size of the fitted head between two distances, positions divided by s", 2, 3,
     [](const Arguments& a) { return fit_peak(a).size; }},
    {"fit_argmax", "a, b", "where that is", 2, 2,
     [](const Arguments& a) { return static_cast<double>(fit_peak(a).distance); }},
    {"stale", "m, n, L1, L2", "score of a key that was stored at length L1 with a query at length L2, dynamic NTK", 4,
     4, stale},
    {"stale_angle", "i, m, n, L1, L2", "the angle between both in pair i, rad", 5, 5, stale_angle},
    {"longrope", "i", "the model's own divisor of pair i", 1, 1, longrope},
    {"longrope_attention", "", "attention factor of LongRoPE", 0, 0,
     [](const Arguments& a) { return a.engine.under("longrope").attention_factor; }},
    {"longrope_slow_min", "", "least divisor of the pairs that never complete a turn in training", 0, 0,
     longrope_slow_min},
    {"model_unseen", "model, trained, tokens", "unseen() of another model, by its name", 3, 3, model_unseen},
};

} // namespace

std::span<const Function> extension_functions() { return table; }

} // namespace ropescope::lecture
