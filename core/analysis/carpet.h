#pragma once
#include <cmath>
#include <cstdint>
#include <numbers>
#include <span>
#include <vector>

namespace ropescope {

/// What one cell of the carpet shows: the mean of e^{jmθ} over every integer position m of a column of pixels.
struct MeanPhasor {
  double angle = 0;    ///< rad, 0 … 2π: of the middle of the column
  double strength = 0; ///< 0 … 1: the mean's length; 0 once the column holds a full turn or more
};

/// The mean over the positions from … to (tokens, both among them) of a pair of a frequency (rad/token). It is
/// |sin(Nθ/2) / (N sin(θ/2))| at the angle θ·(from + to)/2, of N positions. Only the main lobe counts: a column that
/// holds a whole turn shows nothing of the pair, and the side lobes would be moiré. Double precision: the angle is
/// within 1e-9 rad for positions up to 2²⁴ and frequencies up to 1.
inline MeanPhasor mean_phasor(double theta, std::int64_t from, std::int64_t to) {
  constexpr double turn = 2 * std::numbers::pi;
  const auto count = static_cast<double>(to - from + 1);
  const double angle = std::fmod(theta * (static_cast<double>(from + to) / 2), turn);
  if (count * theta >= turn) return {angle, 0};
  // One position, or a pair that stays: 0/0 of the formula is 1.
  const double below = count * std::sin(theta / 2);
  return {angle, below > 0 && to > from ? std::abs(std::sin(count * theta / 2) / below) : 1};
}

/// Which positions of a pair have an angle that training never showed: those beyond the trained context whose angle
/// modulo a turn is greater than the trained arc. A pair that comes round again meets known angles.
struct UnseenAngles {
  double theta = 0;  ///< rad/token, in force
  double arc = 0;    ///< rad, the greatest angle of training; 2π and more: every angle
  double length = 0; ///< tokens of the trained context

  bool at(std::int64_t position) const;
  /// How many of the positions from … to are unseen.
  std::int64_t count(std::int64_t from, std::int64_t to) const;
};

/// The carpet of one scheme, a number per pair.
struct CarpetRows {
  std::vector<UnseenAngles> pairs;
  std::int64_t unseen_pairs = 0; ///< pairs with unseen positions up to the target
  std::int64_t unseen_cells = 0; ///< (position, pair) beyond the trained context and up to the target
  std::int64_t cells = 0;        ///< all such
};

/// `trained`: rad/token before any extension, one for each pair; `inv_freq`: in force. Lengths in tokens.
CarpetRows carpet_rows(std::span<const double> trained, double trained_length, std::span<const double> inv_freq,
                       std::int64_t target);

/// The same where each pair was trained as far as its own axis went, in positions.
CarpetRows carpet_rows(std::span<const double> trained, std::span<const double> trained_reach,
                       std::span<const double> inv_freq, std::int64_t target);

} // namespace ropescope
