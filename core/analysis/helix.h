#pragma once
#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "core/analysis/contributions.h"

namespace ropescope {

/// Every pair as a rope along the positions: where its two strands point at m and at n. Lists per pair.
struct Helix {
  std::vector<double> query, key;             ///< angle that the rotation adds at m and at n, rad, 0 … 2π
  std::vector<double> wedge;                  ///< the same of m − n: it stays where both slide along; rad, 0 … 2π
  std::vector<double> query_start, key_start; ///< direction of q and of k before the rotation, rad, −π … π
  std::vector<double> query_length, key_length; ///< |q| and |k|, the greatest of each being 1; 0 where there is none
};

/// `turns`: Spectrum::turns, or 0 for a pair that m and n do not turn. Angles are exact to 1e-15 of a turn plus what
/// `turns` is off (Spectrum). `example`: directions (rad) of q and of k in the place of a head of ones, where both
/// strands would be one. Requires as many turns as the head has pairs.
struct ExampleAngles {
  double query, key;
  bool operator==(const ExampleAngles&) const = default;
};
Helix helix_at(const HeadPair&, std::span<const std::uint64_t> turns, std::int64_t m, std::int64_t n,
               const ExampleAngles& example);

/// Angle (rad, 0 … 2π) that the rotation adds at a position (tokens) between tokens too: a strand is drawn so.
double strand_angle(std::uint64_t turns, double position);

/// Pairs that are shown where nobody chose: of 64 pairs 4, 20 and 40; 4, 12, 20, 28 and 40; or with 8 and 52 besides,
/// and as far along of any other number. None comes twice. `ropes`: 3, 5 or 7.
struct UsualRopes {
  std::array<std::int64_t, 7> pairs{};
  std::size_t count = 0;
  std::span<const std::int64_t> all() const { return {pairs.data(), count}; }
};
UsualRopes usual_ropes(std::int64_t pairs, int ropes);

} // namespace ropescope
