#pragma once
#include <complex>
#include <cstdint>
#include <span>
#include <vector>

#include "core/rope/engine.h"
#include "core/rope/spectrum.h"

namespace ropescope {

/// A query that is turned by one table of frequencies, and a cached key that another one turned, perhaps as if it stood
/// elsewhere. Frequencies are Spectrum::turns, units of 2⁻⁶⁴ turn per token, one for each pair.
struct StaleKey {
  std::span<const std::uint64_t> query_turns; ///< the table in force
  std::span<const std::uint64_t> key_turns;   ///< the table that the key was stored under; as many pairs
  std::int64_t query = 0;                     ///< position of the query, tokens
  std::int64_t shift = 0; ///< tokens that a key's stored position lies beyond its present one: those evicted before it
};

/// Angles from key to query of one pair, rad, −π … π; exact to 1e-9 rad at positions up to 2³¹.
struct StaleAngle {
  double fresh; ///< both by the query's table: (m − n)·θ
  double stale; ///< m·θ_query − (n + shift)·θ_key
  double error; ///< stale − fresh, the nearest way round
};

/// Of every pair, for a key at position n = query − distance.
std::vector<StaleAngle> stale_angles(const StaleKey&, std::int64_t distance);

/// What each pair adds to the score (contributions(), their lengths sum to 1) as weights of a scan along the distance
/// Δ ≥ 0 behind the query: with key_turns it yields the score of the stale keys. As the query stays while Δ grows, all
/// but Δ·θ_key is a constant angle of the pair. The fresh score needs query_turns and fresh_weights().
std::vector<ScoreScan::Weight> stale_weights(const StaleKey&, std::span<const std::complex<double>> contributions);
std::vector<ScoreScan::Weight> fresh_weights(std::span<const std::complex<double>> contributions);

} // namespace ropescope
