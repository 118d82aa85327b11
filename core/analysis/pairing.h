#pragma once
#include <cstdint>
#include <span>
#include <string_view>

namespace ropescope {

/// How a head's components are taken as pairs.
enum class HeadPairing : std::uint8_t {
  interleaved, ///< (2i, 2i + 1)
  half,        ///< (i, i + pairs)
  permuted     ///< half, after the permutation that a conversion of interleaved weights makes: 0, 2, 4 …, 1, 3, 5 …
};

/// R_a(m)q · R_c(n)k: the query turned with its pairing a at place m, the key with c at n (tokens), each written back
/// into the components that it was read from, then multiplied component by component. Where both pairings agree it is a
/// function of m − n; where they do not, it is not. `inv_freq`: rad per token. Requires 2·pairs components of both.
double pairing_score(std::span<const double> q, std::span<const double> k, std::span<const double> inv_freq,
                     HeadPairing of_query, HeadPairing of_key, std::int64_t m, std::int64_t n);

/// The component that stands first or second in a pair; `permuted` has half's.
std::int64_t component_of_pair(HeadPairing, std::int64_t pairs, std::int64_t pair, bool second);

} // namespace ropescope
