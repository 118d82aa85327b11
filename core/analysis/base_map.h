#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <stop_token>
#include <vector>

namespace ropescope {

/// How low the score of q = k falls with one base: the least Σcos(mθᵢ)/pairs over 1 … L for every L at once, as it
/// falls at a few distances alone and never rises.
struct LeastScores {
  struct Fall {
    std::int64_t distance; ///< tokens
    double score;          ///< of this distance, below that of every one before
  };
  double base = 0;
  std::int64_t reach = 0; ///< tokens that were looked at: every integer from 1; 0: none yet
  std::vector<Fall> falls;

  /// The distance ≤ length with the least score, and the score. Requires 1 ≤ length; beyond `reach` what holds there.
  const Fall& at(std::int64_t length) const;
  /// The least distance whose score is below 0, of those that were looked at.
  std::optional<std::int64_t> first_negative() const;
};

/// Where a scan of distances may end before its last one.
enum class ScanUntil : std::uint8_t { end, negative };

/// Of a plain rotation of `rotary_dim` components with this base, at every integer distance 1 … `length`, none left
/// out; up to the first negative score alone where that is asked for. Stopped, it tells what it knows by then
/// (`reach`). Precision: falls are summed in double and exact to 1e-15; which distances they are is exact, too. Source:
/// the bound on the base, Men et al. 2024, arXiv 2405.14591, whose B is this sum.
LeastScores least_scores(std::int64_t rotary_dim, double base, std::int64_t length, ScanUntil = ScanUntil::end,
                         const std::stop_token& = {});

/// Bases 10^(k/steps) of a grid that is the same for every view: `steps` of them a decade, k from `first` to `last`.
struct BaseGrid {
  std::int64_t steps = 200, first = 600, last = 1800;
  std::int64_t count() const { return last - first + 1; }
  double base(std::int64_t k) const;
};

/// The grid of the base map: 10³ … 10⁹, 0.005 decades apart.
inline constexpr BaseGrid whole_base_grid{};

/// Which bases of a grid keep the score of q = k at 0 or above for every distance 1 … length. They are no interval.
struct BaseBound {
  std::int64_t length = 0;               ///< tokens
  std::optional<double> smallest;        ///< feasible base; nothing where the grid has none
  std::optional<double> largest_failing; ///< greatest base of the grid that is not feasible
  std::int64_t sign_changes = 0;         ///< from feasible to failing and back, along the grid
  struct Stretch {
    double least, greatest; ///< bases of the grid, both failing
  };
  std::vector<Stretch> failing; ///< above the smallest feasible one
};

/// For every length, from rows of a grid in rising order that each reach the greatest length or a negative score.
std::vector<BaseBound> base_bounds(std::span<const LeastScores> rows, std::span<const std::int64_t> lengths);

/// The rows of a grid that base_bounds() asks for, on every processor.
std::vector<LeastScores> bound_rows(std::int64_t rotary_dim, const BaseGrid&, std::int64_t greatest_length);

/// Of rotary_dim/2 pairs with frequencies base^(−2i/rotary_dim), how many make less than one turn within a length
/// (tokens). Requires a base above 1.
std::int64_t pairs_below_a_turn(double base, std::int64_t rotary_dim, double length);

/// The published fit of the least base for a length: 0.0424·L^1.628 (Men et al. 2024, for 128 rotary components).
double published_base_bound(double length);

} // namespace ropescope
