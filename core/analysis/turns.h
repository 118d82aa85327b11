#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace ropescope {

/// How often each pair turns, in training and under a scheme at the target: a number per pair.
struct Turns {
  std::vector<double> trained;      ///< full turns of the frequency before any extension within the trained context
  std::vector<double> target;       ///< full turns of the frequency in force within the target
  std::vector<std::uint8_t> unseen; ///< 1: the target shows angles that training never did
  std::int64_t incomplete = 0;      ///< pairs that turn, and not once within the trained context
  std::int64_t unseen_pairs = 0;    ///< how many of `unseen` are 1
  double furthest = 1;              ///< greatest angle at the target ÷ angle in training, of all incomplete pairs
  bool operator==(const Turns&) const = default;
};

/// Pairs that turn, and not once within `length` tokens. `inv_freq`: rad/token, 0 for a pair that never turns.
std::int64_t incomplete_pairs(std::span<const double> inv_freq, double length);

/// The same where each pair has a reach of its own: how far the axis goes that turns it.
std::int64_t incomplete_pairs(std::span<const double> inv_freq, std::span<const double> reach);
Turns turns_of(std::span<const double> trained, std::span<const double> trained_reach, std::span<const double> inv_freq,
               std::span<const double> reach);

/// The pair of an axis that comes round first although it never did in training: the one of the least wavelength above
/// `trained_extent` (positions); nothing where each turned once. `axes`: of each pair. From there on a clip can look as
/// it began (RIFLEx, arXiv 2502.15894, §3).
std::optional<std::size_t> next_new_turn(std::span<const double> inv_freq, std::span<const std::uint8_t> axes,
                                         std::uint8_t axis, double trained_extent);

/// `trained`: rad/token before any extension, one for each pair; `inv_freq`: in force. Lengths in tokens. A pair with a
/// full turn in training has seen every angle; one with less is unseen where its angle at the target is greater than
/// in training by more than 1e-9 of it, so that rounding tells no pair apart that a scheme brings back exactly.
Turns turns_of(std::span<const double> trained, double trained_length, std::span<const double> inv_freq, double target);

} // namespace ropescope
