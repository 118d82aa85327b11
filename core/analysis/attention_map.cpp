#include "core/analysis/attention_map.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numeric>

#include <fmt/format.h>

#include "core/rope/phase.h"
#include "core/word_vector.h"

namespace ropescope {

namespace {

using FloatRow = std::vector<std::complex<float>>;

double length_of(std::span<const std::complex<double>> row) {
  double square = 0;
  for (const std::complex<double> x : row) square += std::norm(x);
  return std::sqrt(square);
}

/// A row of length 1 at its position; one of length 0 stays 0.
FloatRow placed(std::span<const std::complex<double>> row, std::int64_t position, const PositionScheme& scheme,
                const PlaceContext& context) {
  const double length = length_of(row);
  FloatRow result;
  for (const std::complex<double> x : row) result.emplace_back(length > 0 ? x / length : x);
  if (scheme.place) scheme.place(result, position, context);
  return result;
}

// A head in the middle of eight: its slope is gentle enough for the content to be seen.
constexpr BiasHead shown_head{.head = 3, .heads = 8};

/// Sixteen sums side by side, which a compiler makes vectors of.
float dot(const FloatRow& a, const FloatRow& b) {
  constexpr std::size_t lanes = 8; // complex numbers
  std::array<float, 2 * lanes> sums{};
  std::size_t i = 0;
  for (; i + lanes <= a.size(); i += lanes)
    for (std::size_t lane = 0; lane < lanes; ++lane) {
      sums[2 * lane] += a[i + lane].real() * b[i + lane].real();
      sums[2 * lane + 1] += a[i + lane].imag() * b[i + lane].imag();
    }
  for (; i < a.size(); ++i) sums[0] += a[i].real() * b[i].real() + a[i].imag() * b[i].imag();
  return std::accumulate(sums.begin(), sums.end(), 0.0f);
}

float score_of(const FloatRow& query, const FloatRow& key, std::int64_t distance, const PositionScheme& scheme) {
  // A bias is in the unit of logits, q·k/√d of rows whose length is about √d.
  const double bias =
      scheme.bias ? scheme.bias->bias(distance, shown_head) / std::sqrt(2.0 * static_cast<double>(query.size())) : 0;
  return dot(query, key) + static_cast<float>(bias);
}

/// Queries and keys of some tokens, placed `by` tokens further on.
struct Placed {
  std::vector<FloatRow> query, key;
  Placed(const TokenRows& rows, std::int64_t count, std::int64_t step, const PositionScheme& scheme,
         const PlaceContext& context, std::int64_t by) {
    PlaceContext of_query = context, of_key = context;
    of_query.query = true;
    of_key.query = false;
    for (std::int64_t t = 0; t < count; ++t) {
      query.push_back(placed(rows.query_of(t * step), t * step + by, scheme, of_query));
      key.push_back(placed(rows.key_of(t * step), t * step + by, scheme, of_key));
    }
  }
  float score(std::int64_t m, std::int64_t n, std::int64_t step, const PositionScheme& scheme) const {
    return score_of(query[static_cast<std::size_t>(m)], key[static_cast<std::size_t>(n)], (m - n) * step, scheme);
  }
};

std::vector<std::complex<double>> as_pairs(const std::vector<double>& numbers) {
  std::vector<std::complex<double>> result;
  for (std::size_t i = 0; i + 1 < numbers.size(); i += 2) result.emplace_back(numbers[i], numbers[i + 1]);
  return result;
}

} // namespace

std::vector<float> square_of_scores(const TokenRows& rows, const PositionScheme& scheme, const PlaceContext& context) {
  const Placed at(rows, rows.tokens, 1, scheme, context, 0);
  std::vector<float> square;
  square.reserve(static_cast<std::size_t>(rows.tokens * rows.tokens));
  for (std::size_t m = 0; m < at.query.size(); ++m)
    for (std::size_t n = 0; n < at.key.size(); ++n)
      square.push_back(score_of(at.query[m], at.key[n], static_cast<std::int64_t>(m > n ? m - n : n - m), scheme));
  return square;
}

float score_of_places(const TokenRows& rows, const PositionScheme& scheme, const PlaceContext& context, std::int64_t m,
                      std::int64_t n) {
  PlaceContext of_query = context, of_key = context;
  of_query.query = true;
  of_key.query = false;
  return score_of(placed(rows.query, m, scheme, of_query), placed(rows.key, n, scheme, of_key), std::abs(m - n),
                  scheme);
}

float spread_of_diagonal(std::span<const float> square, std::int64_t tokens, std::int64_t distance) {
  float least = std::numeric_limits<float>::infinity(), greatest = -least;
  for (std::int64_t m = std::max<std::int64_t>(0, distance); m < std::min(tokens, tokens + distance); ++m) {
    const float score = square[static_cast<std::size_t>(m * tokens + m - distance)];
    least = std::min(least, score), greatest = std::max(greatest, score);
  }
  return greatest >= least ? greatest - least : 0;
}

std::vector<float> weights_of_square(std::span<const float> square, std::int64_t tokens, double scale, bool masked) {
  std::vector<float> weights(square.size());
  for (std::int64_t m = 0; m < tokens; ++m) {
    const auto row =
        square.subspan(static_cast<std::size_t>(m * tokens), static_cast<std::size_t>(masked ? m + 1 : tokens));
    const double greatest = static_cast<double>(*std::max_element(row.begin(), row.end()));
    double sum = 0;
    for (const float score : row) sum += std::exp(scale * (static_cast<double>(score) - greatest));
    for (std::size_t n = 0; n < row.size(); ++n)
      weights[static_cast<std::size_t>(m * tokens) + n] =
          static_cast<float>(std::exp(scale * (static_cast<double>(row[n]) - greatest)) / sum);
  }
  return weights;
}

TokenRows tokens_alike(const HeadPair& head, std::int64_t tokens) {
  return {tokens, static_cast<std::int64_t>(head.query.size()), true, head.query, head.key};
}

TokenRows random_tokens(std::int64_t pairs, std::int64_t tokens) {
  TokenRows rows{.tokens = tokens, .pairs = pairs, .alike = false, .query = {}, .key = {}};
  for (std::int64_t t = 0; t < tokens; ++t) {
    const auto query = as_pairs(word_vector(fmt::format("q{}", t), 2 * pairs)),
               key = as_pairs(word_vector(fmt::format("k{}", t), 2 * pairs));
    rows.query.insert(rows.query.end(), query.begin(), query.end());
    rows.key.insert(rows.key.end(), key.begin(), key.end());
  }
  return rows;
}

TokenRows one_needle(std::int64_t pairs, std::int64_t tokens, std::int64_t needle) {
  TokenRows rows = random_tokens(pairs, tokens);
  const auto wanted =
      as_pairs(word_vector(fmt::format("k{}", std::clamp<std::int64_t>(needle, 0, tokens - 1)), 2 * pairs));
  for (std::int64_t t = 0; t < tokens; ++t) std::copy(wanted.begin(), wanted.end(), rows.query.begin() + t * pairs);
  return rows;
}

AttentionMap::AttentionMap(const TokenRows& rows, std::span<const std::uint64_t> turns)
    : tokens_(rows.tokens), by_distance_(rows.alike) {
  if (by_distance_) {
    const double lengths = length_of(rows.query) * length_of(rows.key);
    std::vector<std::complex<double>> products;
    for (std::size_t i = 0; i < turns.size(); ++i)
      products.push_back(lengths > 0 ? rows.query[i] * std::conj(rows.key[i]) / lengths : 0);
    std::vector<std::int64_t> distances;
    for (std::int64_t d = 0; d < tokens_; ++d) distances.push_back(d);
    scores_ = scores_at(products, turns, distances);
    sum_up();
    return;
  }
  // Every row is turned once; a score is then a plain product of two of them.
  const auto turned_rows = [&](auto row_of) {
    std::vector<std::vector<std::complex<double>>> result;
    for (std::int64_t t = 0; t < tokens_; ++t) {
      const auto row = row_of(t);
      const double length = length_of(row);
      std::vector<std::complex<double>> at;
      for (std::size_t i = 0; i < turns.size(); ++i) {
        const auto turn = cos_sin_at<double>(t, turns[i]);
        at.push_back(length > 0 ? row[i] / length * std::complex<double>(turn.cos, turn.sin) : 0);
      }
      result.push_back(std::move(at));
    }
    return result;
  };
  const auto queries = turned_rows([&](std::int64_t t) { return rows.query_of(t); }),
             keys = turned_rows([&](std::int64_t t) { return rows.key_of(t); });
  scores_.reserve(static_cast<std::size_t>(tokens_ * (tokens_ + 1) / 2));
  for (std::size_t m = 0; m < queries.size(); ++m)
    for (std::size_t n = 0; n <= m; ++n) {
      double sum = 0;
      for (std::size_t i = 0; i < turns.size(); ++i)
        sum += queries[m][i].real() * keys[n][i].real() + queries[m][i].imag() * keys[n][i].imag();
      scores_.push_back(sum);
    }
}

AttentionMap::AttentionMap(const TokenRows& rows, const PositionScheme& scheme, const PlaceContext& context)
    : tokens_(rows.tokens), by_distance_(false) {
  const Placed all(rows, tokens_, 1, scheme, context, 0);
  for (std::int64_t m = 0; m < tokens_; ++m)
    for (std::int64_t n = 0; n <= m; ++n) scores_.push_back(static_cast<double>(all.score(m, n, 1, scheme)));
}

/// sums_[x] = Σ_{y ≤ x} Σ_{δ ≤ y} score(δ): from four of them follows the sum over a rectangle of queries and keys, as
/// distances below 0 add nothing.
void AttentionMap::sum_up() {
  double sum = 0, of_sums = 0;
  for (const double score : scores_) {
    sum += score;
    of_sums += sum;
    sums_.push_back(of_sums);
  }
}

double AttentionMap::mean(std::int64_t first_m, std::int64_t end_m, std::int64_t first_n, std::int64_t end_n) const {
  if (end_m - first_m == 1 && end_n - first_n == 1)
    return first_n <= first_m ? at(first_m, first_n) : std::numeric_limits<double>::quiet_NaN();
  double sum = 0;
  std::int64_t count = 0;
  for (std::int64_t m = first_m; m < end_m; ++m) {
    const std::int64_t end = std::min(end_n, m + 1);
    count += std::max<std::int64_t>(0, end - first_n);
    if (!by_distance_)
      for (std::int64_t n = first_n; n < end; ++n) sum += at(m, n);
  }
  if (count == 0) return std::numeric_limits<double>::quiet_NaN();
  if (by_distance_) {
    const auto below = [&](std::int64_t x) { return x < 0 ? 0.0 : sums_[static_cast<std::size_t>(x)]; };
    sum = below(end_m - 1 - first_n) - below(first_m - 1 - first_n) - below(end_m - 1 - end_n) +
          below(first_m - 1 - end_n);
  }
  return sum / static_cast<double>(count);
}

AttentionWeights::AttentionWeights(const AttentionMap& map, double scale) : scale_(scale) {
  for (std::int64_t m = 0; m < map.tokens(); ++m) {
    // By distance a query has all logits of the one before it and one more.
    const bool goes_on = map.by_distance() && m > 0;
    double greatest = goes_on ? greatest_.back() : -std::numeric_limits<double>::infinity(),
           sum = goes_on ? sum_.back() : 0;
    const auto add = [&](double logit) {
      if (logit > greatest)
        sum = sum * std::exp(greatest - logit) + 1;
      else
        sum += std::exp(logit - greatest);
      greatest = std::max(greatest, logit);
    };
    if (goes_on)
      add(scale * map.at(m, 0));
    else
      for (std::int64_t n = 0; n <= m; ++n) add(scale * map.at(m, n));
    greatest_.push_back(greatest);
    sum_.push_back(sum);
  }
}

double AttentionWeights::at(const AttentionMap& map, std::int64_t m, std::int64_t n) const {
  const auto query = static_cast<std::size_t>(m);
  return std::exp(scale_ * map.at(m, n) - greatest_[query]) / sum_[query];
}

double diagonal_spread(const TokenRows& rows, const PositionScheme& scheme, const PlaceContext& context) {
  constexpr std::int64_t most = 256;
  const std::int64_t step = (rows.tokens + most - 1) / most, count = (rows.tokens + step - 1) / step;
  const Placed all(rows, count, step, scheme, context, 0);
  double greatest = 0;
  for (std::int64_t distance = 0; distance < count; ++distance) {
    float least = std::numeric_limits<float>::infinity(), most_of_all = -least;
    for (std::int64_t m = distance; m < count; ++m) {
      const float score = all.score(m, m - distance, step, scheme);
      least = std::min(least, score);
      most_of_all = std::max(most_of_all, score);
    }
    greatest = std::max(greatest, static_cast<double>(most_of_all) - static_cast<double>(least));
  }
  return greatest;
}

double slide_change(const TokenRows& rows, const PositionScheme& scheme, const PlaceContext& context, std::int64_t by) {
  const Placed here(rows, rows.tokens, 1, scheme, context, 0), there(rows, rows.tokens, 1, scheme, context, by);
  double greatest = 0;
  for (std::int64_t m = 0; m < rows.tokens; ++m)
    for (std::int64_t n = 0; n <= m; ++n)
      greatest = std::max(greatest, std::abs(static_cast<double>(here.score(m, n, 1, scheme)) -
                                             static_cast<double>(there.score(m, n, 1, scheme))));
  return greatest;
}

RivalMap rival_map(const PositionScheme& scheme, const HeadPair& head, std::int64_t tokens,
                   const PlaceContext& context) {
  constexpr std::int64_t slide = 1000;
  const TokenRows same = tokens_alike(head, tokens),
                  random = random_tokens(static_cast<std::int64_t>(head.query.size()), tokens);
  return {&scheme, AttentionMap(same, scheme, context), AttentionMap(random, scheme, context),
          diagonal_spread(same, scheme, context), slide_change(random, scheme, context, slide)};
}

} // namespace ropescope
