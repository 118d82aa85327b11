#pragma once
#include <array>
#include <complex>
#include <cstdint>
#include <span>
#include <vector>

#include "core/analysis/contributions.h"

namespace ropescope {

/// The distances (tokens) at which small pictures of the chain stand beside each other.
inline constexpr std::array<std::int64_t, 6> curl_distances{0, 1, 8, 64, 512, 4096};

/// q and k of independent normal numbers: HeadSource "random:N" where all of a head turns.
HeadPair random_head(std::int64_t pairs, std::int64_t number);

/// Ends of the chains of random_head() number … number + count − 1, at each of some distances (tokens): those of the
/// first distance come first.
std::vector<std::complex<double>> random_ends(std::span<const std::uint64_t> turns,
                                              std::span<const std::int64_t> distances, std::int64_t number,
                                              std::int64_t count);

/// A rectangle of the complex plane, in the score's unit.
struct PlaneWindow {
  double re_least = 0, re_greatest = 0, im_least = 0, im_greatest = 0;
  bool operator==(const PlaneWindow&) const = default;
};

/// What holds the chain at any distance from 0 to `length` (tokens), so that it need not be rescaled while the distance
/// moves: at least −0.25 … 1.02 and −0.33 … 0.40, in which every chain of q = k lies under the usual bases, and more
/// where one of 400 distances on a logarithmic scale leaves it. Of negative distances it is the mirror image.
PlaneWindow chain_window(std::span<const std::complex<double>> contributions, std::span<const std::uint64_t> turns,
                         std::int64_t length);

/// Chains at each of curl_distances.
using Curl = std::array<Chain, curl_distances.size()>;
Curl curl_of(std::span<const std::complex<double>> contributions, std::span<const std::uint64_t> turns);

} // namespace ropescope
