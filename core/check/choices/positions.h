#pragma once
#include <cstddef>
#include <functional>
#include <span>
#include <utility>
#include <vector>

#include "core/check/basics/cause.h"
#include "core/check/basics/run.h"
#include "core/check/choices/prediction.h"
#include "core/check/evidence/position_shift.h"

namespace ropescope {

/// An account of the positions that a kernel took.
struct PositionAccount {
  std::vector<Cause> causes; ///< empty: as given
  TurnedPositions positions;
  std::vector<Cause> alike; ///< what would leave the same numbers
  bool unchanged = false;   ///< rows pass unchanged, gain and all
};

/// The accounts that are tried, in the order in which they are added: simplest first. A cause adds its own by
/// suggest_positions.
class PositionAccounts {
public:
  /// Where the kernel takes a token to be, by its position in the run, and which token it is.
  using Map = std::function<double(double position, std::size_t token)>;

  /// `shifts`: per token of the run, what was measured of it.
  PositionAccounts(const KernelRun&, std::span<const TokenShift> shifts);

  const KernelRun& run() const { return run_; }
  const TurnedPositions& given() const { return given_; }

  // Of the first axis of positions, per token; rows of zeros, which tell nothing, are taken to be turned as the token
  // before them was.
  const std::vector<double>& position() const { return position_; } ///< as given
  const std::vector<double>& shift() const { return shift_; }       ///< tokens, how much further it was turned
  const std::vector<double>& seen() const { return seen_; }         ///< position + shift
  bool visible(std::size_t token) const { return visible_[token]; } ///< not zeros alone
  /// Tokens of which something is seen, by position; at least one.
  const std::vector<std::size_t>& by_position() const { return order_; }

  /// Every axis of the given positions through a map. The reference holds until the next account is added.
  PositionAccount& add(std::vector<Cause>, const Map&);
  void add(PositionAccount account) { accounts_.push_back(std::move(account)); }

  std::vector<PositionAccount>& all() { return accounts_; }

private:
  void fill_gaps();

  const KernelRun& run_;
  TurnedPositions given_;
  std::vector<double> shift_, position_, seen_;
  std::vector<std::uint8_t> visible_;
  std::vector<std::size_t> order_;
  std::vector<PositionAccount> accounts_;
};

} // namespace ropescope
