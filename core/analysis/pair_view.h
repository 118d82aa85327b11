#pragma once
#include <complex>
#include <cstdint>
#include <span>
#include <vector>

#include "core/rope/spectrum.h"

namespace ropescope {

/// Where the query's arrow of one pair points at a position.
struct PairPlace {
  std::int64_t position; ///< tokens
  double x, y, length;   ///< length: of (x, y); rotations keep it
};

/// An arrow (x + iy) at each of some positions: (x + iy)·e^{j·position·θ}. `turns`: of the pair, 2⁻⁶⁴ turn per token.
std::vector<PairPlace> places_of_pair(std::complex<double> arrow, std::uint64_t turns,
                                      std::span<const std::int64_t> positions);

/// A key that was stored under another table than the one that turns the query, beside one that was not.
struct CachedPair {
  std::complex<double> query, fresh_key, cached_key; ///< of one pair, each of length 1 before the rotation
  double fresh_pair = 0, cached_pair = 0;            ///< cosine of the angle from key to query
  double fresh_total = 0, cached_total = 0;          ///< score of all pairs, as a share of its greatest possible value
};

/// Query at m, key at n (tokens); `now` turns the query and the fresh key, `then` the cached one. `products`:
/// contributions() of the head, whose lengths sum to 1. Requires pair < products.size(), and tables of as many pairs.
CachedPair cached_pair(std::span<const std::complex<double>> products, std::span<const std::uint64_t> now,
                       std::span<const std::uint64_t> then, std::size_t pair, std::int64_t m, std::int64_t n);

} // namespace ropescope
