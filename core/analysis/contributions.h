#pragma once
#include <complex>
#include <cstdint>
#include <span>
#include <vector>

#include "core/rope/layout.h"
#include "core/rope/spectrum.h"

namespace ropescope {

/// One query head and one key head before the rotation, as a complex number for each pair.
struct HeadPair {
  std::vector<std::complex<double>> query, key;
  bool equal = false; ///< query and key are the same numbers
  bool ones = false;  ///< and each pair is (1, 0)
  bool operator==(const HeadPair&) const = default;
};

/// Every pair (1, 0), of query and key.
HeadPair head_of_ones(std::int64_t pairs);

/// Components [head_dim] of one head as a complex number for each pair, where `layout` says which two belong together;
/// of a layout that turns by −angle the conjugates, so that a rotation by +angle tells the same score.
/// Requires as many components as the layout's pairs reach to.
std::vector<std::complex<double>> pairs_of_head(const PairLayout& layout, std::int64_t pairs,
                                                std::span<const double> components);

/// The same head where some of its pairs have turned already: pair i of the query by `query[i]` positions at its own
/// frequency, of the key by `key[i]`. So tokens lie apart on axes along which nothing moves. Fractions are positions
/// too. Lists of as many numbers as there are pairs. Precision: double.
HeadPair placed_head(const HeadPair&, const Spectrum&, std::span<const double> query, std::span<const double> key);

/// What each pair adds to the score at distance 0: qᵢ·conj(kᵢ) / Σ|q||k|, so that the lengths sum to 1. All 0 where q
/// or k is 0 in every pair.
std::vector<std::complex<double>> contributions(const HeadPair&);

/// The same at distance Δ = m − n (tokens, negative too): each times e^{jΔθᵢ}. Their sum's real part is the score, as a
/// share of its greatest possible value; without q and k of one's own it is Σcos(Δθᵢ)/pairs.
/// `turns`: Spectrum::turns, or 0 for a pair that Δ does not turn. Precision: double, each within 2e-9 of its length.
std::vector<std::complex<double>> turned(std::span<const std::complex<double>> contributions,
                                         std::span<const std::uint64_t> turns, std::int64_t distance);

/// Partial sums of turned contributions, the first after the first pair, and what the chain says in numbers.
struct Chain {
  std::vector<std::complex<double>> arrows, ends; ///< per pair: arrow, and the chain's end after it
  std::complex<double> end;                       ///< the last of `ends`; its real part is the score
  double mean_length = 0; ///< mean of |ends|: the quantity of RoFormer's bound (arXiv:2104.09864, §3.4.3) in this unit
};
Chain chain_of(std::vector<std::complex<double>> arrows);

/// Scores of contributions at each of some distances, in double.
std::vector<double> scores_at(std::span<const std::complex<double>> contributions, std::span<const std::uint64_t> turns,
                              std::span<const std::int64_t> distances);

} // namespace ropescope
