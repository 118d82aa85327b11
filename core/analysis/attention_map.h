#pragma once
#include <complex>
#include <cstdint>
#include <span>
#include <vector>

#include "core/analysis/contributions.h"
#include "core/analysis/rivals/position_schemes.h"

namespace ropescope {

/// Queries and keys of successive tokens before their positions come in, a complex number for each pair.
struct TokenRows {
  std::int64_t tokens = 0, pairs = 0;
  bool alike = true;                            ///< every token has the same query and the same key
  std::vector<std::complex<double>> query, key; ///< [pairs] where alike, else [tokens][pairs]
  std::span<const std::complex<double>> query_of(std::int64_t token) const { return row(query, token); }
  std::span<const std::complex<double>> key_of(std::int64_t token) const { return row(key, token); }

private:
  std::span<const std::complex<double>> row(const std::vector<std::complex<double>>& all, std::int64_t token) const {
    return std::span(all).subspan(alike ? 0 : static_cast<std::size_t>(token * pairs), static_cast<std::size_t>(pairs));
  }
};

/// The same query and key at every position.
TokenRows tokens_alike(const HeadPair&, std::int64_t tokens);

/// Token t has word_vector("q{t}") and word_vector("k{t}").
TokenRows random_tokens(std::int64_t pairs, std::int64_t tokens);

/// The same keys, and every query looks for the key at `needle`: it is that key.
TokenRows one_needle(std::int64_t pairs, std::int64_t tokens, std::int64_t needle);

/// Scores Re Σ qᵢ·conj(kᵢ)·e^{j(m−n)θᵢ} / (|q||k|) of a query at m with every key n ≤ m before it. Summed in double.
class AttentionMap {
public:
  AttentionMap() = default;
  /// `turns`: per pair; 0: it does not turn. Time: tokens × pairs where all tokens are alike, else tokens² × pairs.
  AttentionMap(const TokenRows&, std::span<const std::uint64_t> turns);
  /// The same under another way to know where a token is, in float.
  AttentionMap(const TokenRows&, const PositionScheme&, const PlaceContext&);

  std::int64_t tokens() const { return tokens_; }
  bool by_distance() const { return by_distance_; } ///< one number for each distance tells all
  double at(std::int64_t m, std::int64_t n) const { return scores_[index(m, n)]; } ///< requires 0 ≤ n ≤ m < tokens
  /// Mean over queries first_m … end_m − 1 and keys first_n … end_n − 1, of those with n ≤ m; NaN where there are none.
  double mean(std::int64_t first_m, std::int64_t end_m, std::int64_t first_n, std::int64_t end_n) const;

private:
  std::size_t index(std::int64_t m, std::int64_t n) const {
    return static_cast<std::size_t>(by_distance_ ? m - n : m * (m + 1) / 2 + n);
  }
  void sum_up();

  std::int64_t tokens_ = 0;
  bool by_distance_ = true;
  std::vector<double> scores_; // by distance, or rows of the lower triangle
  std::vector<double> sums_;   // by distance: sums of sums, for means
};

/// How strongly each key is looked at: softmax over the keys n ≤ m of score × `scale`.
class AttentionWeights {
public:
  AttentionWeights() = default;
  AttentionWeights(const AttentionMap&, double scale);
  double at(const AttentionMap&, std::int64_t m, std::int64_t n) const;

private:
  double scale_ = 1;
  std::vector<double> greatest_, sum_; // per query: greatest logit, and the sum of e^{logit − greatest}
};

/// Greatest difference between two scores on one diagonal m − n, of rows that are placed one by one in float32 and
/// multiplied in float32, as kernels do: 0 in exact arithmetic for what sees the distance alone. Requires tokens alike.
/// At most 256 of the tokens are looked at, spread evenly.
double diagonal_spread(const TokenRows&, const PositionScheme&, const PlaceContext&);

/// Greatest change of a score, in float32 again, when query and key both move `by` tokens on.
double slide_change(const TokenRows&, const PositionScheme&, const PlaceContext&, std::int64_t by);

/// Scores of every query with every key, those after it too, under a way to know where a token is: row by row, tokens ×
/// tokens. A bias goes by the distance, whichever way it points. In float. Time: tokens² × pairs.
std::vector<float> square_of_scores(const TokenRows&, const PositionScheme&, const PlaceContext&);

/// One of them, at any two positions (tokens). Requires tokens alike.
float score_of_places(const TokenRows&, const PositionScheme&, const PlaceContext&, std::int64_t m, std::int64_t n);

/// Greatest − least of a diagonal m − n = distance of such a square.
float spread_of_diagonal(std::span<const float> square, std::int64_t tokens, std::int64_t distance);

/// What softmax gives a key: of each row the e^{scale·(score − greatest)} over their sum, of all keys or, `masked`, of
/// those up to the query; 0 of the others.
std::vector<float> weights_of_square(std::span<const float> square, std::int64_t tokens, double scale, bool masked);

/// A small map of one way to know where a token is.
struct RivalMap {
  const PositionScheme* scheme = nullptr;
  AttentionMap same, random; ///< of one token everywhere, and of random tokens
  double spread = 0;         ///< diagonal_spread() of the same token
  double change = 0;         ///< slide_change() of random tokens by 1000
  /// Whether only m − n counts, within what rounding of float32 explains.
  bool sees_distance_alone() const { return spread < 1e-5 && change < 1e-5; }
};

RivalMap rival_map(const PositionScheme&, const HeadPair&, std::int64_t tokens, const PlaceContext&);

} // namespace ropescope
