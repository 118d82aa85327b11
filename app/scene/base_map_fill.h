#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "app/scene/latest.h"
#include "core/analysis/base_map.h"

namespace ropescope {

/// Which rows of the base map are wanted. Bases lie on one grid, so that what one view has shown another finds again.
struct BaseMapWish {
  std::int64_t rotary_dim = 128;
  std::int64_t first = 0, last = 0, step = 64; ///< places on fine_base_grid, every step-th of which is a row
  double base = 0;                             ///< the scene's own, whose row comes first
  bool operator==(const BaseMapWish&) const = default;
};

/// Places of bases: 2560 a decade, of which the whole map shows every 64th; 64 = 2⁶, so that it can be halved.
inline constexpr BaseGrid fine_base_grid{.steps = 2560, .first = 3 * 2560, .last = 9 * 2560};
/// Tokens that every row reaches to.
inline constexpr std::int64_t base_map_reach = std::int64_t{1} << 21;

/// The rows of the base map, filled on a thread beside the frame: every eighth row first, then those between.
class BaseMapFill {
public:
  /// Begins what is wanted and not yet known, and takes what is finished; another wish stops the work of the one
  /// before, whose finished rows stay. `others`: bases that come after the scene's own. `near`: the base around which
  /// rows come first. `wait`: until all is there.
  void update(const BaseMapWish&, std::span<const double> others, double near, bool wait);
  void stop(); ///< nobody sees the map now

  bool working() const { return working_; }
  double share() const { return working_ ? worker_.share() : 1; } ///< of the rows of the wish, 0 … 1

  /// Of the wish's rotary_dim, by rising base, each as far as base_map_reach.
  std::span<const LeastScores> rows() const { return rows_; }
  std::uint64_t version() const { return version_; } ///< grows with every row that comes

private:
  struct Wanted {
    std::int64_t rotary_dim = 0;
    std::vector<double> bases;
  };
  using Rows = std::vector<LeastScores>;

  std::vector<double> missing(const BaseMapWish&, std::span<const double> others, double near) const;
  bool known(double base) const;
  void take();
  void add(LeastScores);

  void change_head(std::int64_t rotary_dim);

  struct OtherHead {
    std::int64_t rotary_dim;
    Rows rows;
  };
  Rows rows_;
  std::vector<OtherHead> other_heads_; // what was filled before, as a person goes from model to model and back
  BaseMapWish wish_;
  bool working_ = false, complete_ = false;
  std::uint64_t version_ = 0;
  Latest<Wanted, Rows> worker_{&fill};
  static void fill(Wanted&, Latest<Wanted, Rows>::Run&);
};

} // namespace ropescope
