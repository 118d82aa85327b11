#include <algorithm>
#include <cmath>
#include <complex>
#include <set>

#include <fmt/format.h>

#include "core/analysis/rivals/position_bias.h"
#include "core/error.h"
#include "core/lecture/claim_engine.h"
#include "core/lecture/functions.h"
#include "core/lecture/small_matrix.h"
#include "core/rope/phase.h"
#include "core/word_vector.h"

// Functions of position schemes beside RoPE, and of linear attention.

namespace ropescope::lecture {

namespace {

constexpr std::int64_t furthest = std::int64_t{1} << 31; // tokens
constexpr double xpos_base = 512;                        // tokens, as torchscale has it
constexpr double greatest_float32 = 3.4028235e38, greatest_float16 = 65504;

/// (x + p_m)·(x + p_n) / d: x is the word "dog", sines and cosines of each pair lie side by side; both of length
/// √(d/2).
double sinusoidal_score(const Spectrum& plain, std::int64_t m, std::int64_t n) {
  const std::size_t pairs = plain.inv_freq.size();
  const std::vector<double> dog = word_vector("dog", static_cast<std::int64_t>(2 * pairs));
  const double length = std::sqrt(static_cast<double>(pairs));
  double sum = 0;
  for (std::size_t i = 0; i < pairs; ++i) {
    const auto of_m = cos_sin_at<double>(m, plain.turns[i]), of_n = cos_sin_at<double>(n, plain.turns[i]);
    const double x = length * dog[2 * i], y = length * dog[2 * i + 1];
    sum += (x + of_m.sin) * (x + of_n.sin) + (y + of_m.cos) * (y + of_n.cos);
  }
  return sum / static_cast<double>(2 * pairs);
}

double sinusoidal(const Arguments& a) {
  return sinusoidal_score(a.engine.plain(), a.whole(0, 0, furthest), a.whole(1, 0, furthest));
}

double sinusoidal_spread(const Arguments& a) {
  const std::int64_t distance = a.whole(0, 0, furthest), count = a.whole(1, 1, 1 << 16);
  double least = HUGE_VAL, greatest = -HUGE_VAL;
  for (std::int64_t n = 0; n < count; ++n) {
    const double score = sinusoidal_score(a.engine.plain(), n + distance, n);
    least = std::min(least, score), greatest = std::max(greatest, score);
  }
  return greatest - least;
}

double bucket(const Arguments& a) { return static_cast<double>(rivals::t5_bucket(a.whole(0, 0, furthest))); }

double buckets(const Arguments& a) {
  std::set<std::int64_t> met;
  for (std::int64_t distance = a.whole(0, 1, 1 << 22) - 1; distance >= 0; --distance)
    met.insert(rivals::t5_bucket(distance));
  return static_cast<double>(met.size());
}

double reach(const Arguments& a) {
  if (!(a.number(0) > 0)) a.refuse(0, "a slope above 0");
  return std::ceil(std::log(100) / a.number(0));
}

/// ζ of pair i of d numbers: (2i + 0.4 d) / 1.4 d.
double zeta_of(std::size_t pair, std::size_t pairs) {
  const double d = 2 * static_cast<double>(pairs);
  return (2 * static_cast<double>(pair) + 0.4 * d) / (1.4 * d);
}

double zeta(const Arguments& a) {
  const Spectrum& plain = a.engine.plain();
  return zeta_of(static_cast<std::size_t>(a.whole(0, 0, plain.pairs() - 1)), plain.inv_freq.size());
}

/// Mean over the pairs of ζ^{Δ/512}, each times cos Δθ or not.
double faded(const Arguments& a, bool turns) {
  const Spectrum& plain = a.engine.plain();
  const std::size_t pairs = plain.inv_freq.size();
  const std::int64_t distance = a.whole(0, 0, furthest);
  double sum = 0;
  for (std::size_t i = 0; i < pairs; ++i)
    sum += std::pow(zeta_of(i, pairs), static_cast<double>(distance) / xpos_base) *
           (turns ? cos_sin_at<double>(distance, plain.turns[i]).cos : 1);
  return sum / static_cast<double>(pairs);
}

/// The least n with ζ₀^{−n/512} beyond float16's greatest number.
double fp16_end(const Arguments& a) {
  return std::ceil(xpos_base * std::log(greatest_float16) / -std::log(zeta_of(0, a.engine.plain().inv_freq.size())));
}

/// What depends on the distance alone, as a table of N × N: cos(m − n)θ₆, e^{−(m − n)/8}, e^{bias of T5's bucket}.
double rank(const Arguments& a) {
  const std::string& kind = a.text(0);
  const std::int64_t n = a.whole(1, 1, 256);
  const std::vector<double> learned = word_draws("t5", 32);
  const auto& turns = a.engine.plain().turns;
  const auto value = [&](std::int64_t distance) {
    if (kind == "rope") return cos_sin_at<double>(distance, turns[std::min<std::size_t>(6, turns.size() - 1)]).cos;
    if (kind == "alibi") return std::exp(-static_cast<double>(distance) / 8);
    if (kind != "t5") a.refuse(0, "'rope', 'alibi' or 't5'");
    return std::exp(2 * learned[static_cast<std::size_t>(rivals::t5_bucket(std::abs(distance)))] - 1);
  };
  std::vector<double> matrix;
  for (std::int64_t i = 0; i < n; ++i)
    for (std::int64_t j = 0; j < n; ++j) matrix.push_back(value(i - j));
  const std::vector<double> sizes = singular_values(std::move(matrix), static_cast<std::size_t>(n));
  const double least = 1e-10 * *std::max_element(sizes.begin(), sizes.end());
  return static_cast<double>(std::count_if(sizes.begin(), sizes.end(), [&](double size) { return size > least; }));
}

using Row = std::vector<double>;

/// elu(x) + 1, which keeps every feature positive.
Row features(std::string_view word, std::int64_t d) {
  Row row = word_vector(word, d);
  for (double& x : row) x = 4 * x > 0 ? 4 * x + 1 : std::exp(4 * x);
  return row;
}

/// Half-split pairs turned by a position, base 10 000.
Row turned_row(const Row& row, std::int64_t position) {
  const std::size_t pairs = row.size() / 2;
  Row result(row.size());
  for (std::size_t i = 0; i < pairs; ++i) {
    const double angle =
        static_cast<double>(position) * std::pow(10000.0, -static_cast<double>(i) / static_cast<double>(pairs));
    const std::complex<double> z = std::complex<double>(row[i], row[i + pairs]) * std::polar(1.0, angle);
    result[i] = z.real(), result[i + pairs] = z.imag();
  }
  return result;
}

double dot(const Row& a, const Row& b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += a[i] * b[i];
  return sum;
}

/// Linear attention twice: by the whole table of products, and by a sum that runs along the tokens. The greatest
/// difference of any output. The denominator is not turned, as in RoFormer.
double running_sum_error(const Arguments& a) {
  constexpr std::int64_t d = 16;
  const std::int64_t count = a.whole(0, 1, 2048);
  std::vector<Row> plain_keys, keys, values;
  std::vector<Row> sum(d, Row(d)); // of R(n)k ⊗ v
  Row denominator(d);
  double worst = 0;
  for (std::int64_t t = 0; t < count; ++t) {
    const Row q = features(fmt::format("q{}", t), d), turned_q = turned_row(q, t);
    plain_keys.push_back(features(fmt::format("k{}", t), d));
    keys.push_back(turned_row(plain_keys.back(), t));
    values.push_back(word_vector(fmt::format("v{}", t), d));
    for (std::size_t i = 0; i < d; ++i) {
      denominator[i] += plain_keys.back()[i];
      for (std::size_t j = 0; j < d; ++j) sum[i][j] += keys.back()[i] * values.back()[j];
    }
    Row table(d);
    double table_denominator = 0;
    for (std::size_t n = 0; n < keys.size(); ++n) {
      const double weight = dot(turned_q, keys[n]);
      table_denominator += dot(q, plain_keys[n]);
      for (std::size_t j = 0; j < d; ++j) table[j] += weight * values[n][j];
    }
    for (std::size_t j = 0; j < d; ++j) {
      double running = 0;
      for (std::size_t i = 0; i < d; ++i) running += turned_q[i] * sum[i][j];
      worst = std::max(worst, std::abs(running / dot(q, denominator) - table[j] / table_denominator));
    }
  }
  return worst;
}

/// Numbers that a scheme learns: 'learned', places, width; 't5', heads; none of the others.
double parameters(const Arguments& a) {
  const std::string& kind = a.text(0);
  if (kind == "learned") return a.number(1) * a.number(2);
  if (kind == "t5") return 32 * a.number_or(1, 1);
  for (const std::string_view none : {"rope", "none", "sinusoidal", "alibi", "xpos"})
    if (kind == none) return 0;
  a.refuse(0, "'learned', 't5', 'rope', 'none', 'sinusoidal', 'alibi' or 'xpos'");
}

double cosine(const Arguments& a) {
  const std::int64_t d = a.engine.scene().rope.layout.head_dim;
  return dot(word_vector(a.text(0), d), word_vector(a.text(1), d)); // both of length 1
}

constexpr Function table[] = {
    {"sinusoidal", "m, n", "(x + p_m)·(x + p_n)/128 of \"dog\" with sinusoidal positions", 2, 2, sinusoidal},
    {"sinusoidal_spread", "Δ, count", "greatest less least of these at one distance", 2, 2, sinusoidal_spread},
    {"bucket", "Δ", "T5’s bucket of a distance", 1, 1, bucket},
    {"buckets", "count", "different buckets below this distance", 1, 1, buckets},
    {"reach", "slope", "distance that holds 99 % of an ALiBi head’s attention", 1, 1, reach},
    {"zeta", "i", "xPos: how much pair i keeps", 1, 1, zeta},
    {"xpos", "Δ", "score under xPos", 1, 1, [](const Arguments& a) { return faded(a, true); }},
    {"xpos_ceiling", "Δ", "what that score cannot exceed", 1, 1, [](const Arguments& a) { return faded(a, false); }},
    {"fp16_end", "", "position at which the key of pair 0 passes float16’s greatest number", 0, 0, fp16_end},
    {"mask_share", "t", "attention that token t gives each key at equal content", 1, 1,
     [](const Arguments& a) { return 1 / (a.number(0) + 1); }},
    {"rank", "kind, N", "rank of the N × N table of 'rope', 'alibi' or 't5'", 2, 2, rank},
    {"running_sum_error", "count",
     "greatest difference of linear attention by a running sum from that by the whole table", 1, 1, running_sum_error},
    {"overflow32", "s", "least n with e^(s n) beyond float32", 1, 1,
     [](const Arguments& a) { return std::ceil(std::log(greatest_float32) / a.number(0)); }},
    {"parameters", "kind, places, width", "numbers that 'learned', 't5', 'rope' … learn", 1, 3, parameters},
    {"cosine", "a, b", "of the vectors of two words", 2, 2, cosine},
};

} // namespace

std::span<const Function> rival_functions() { return table; }

} // namespace ropescope::lecture
