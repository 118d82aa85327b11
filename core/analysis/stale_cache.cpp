#include "core/analysis/stale_cache.h"

#include <numbers>

namespace ropescope {

namespace {

/// A phase of 2⁻⁶⁴ turn as an angle, −π … π: as a signed number it is the nearest way round.
double angle_of(std::uint64_t phase) {
  constexpr double unit = std::numbers::pi / 9223372036854775808.0; // π / 2⁶³
  return static_cast<double>(static_cast<std::int64_t>(phase)) * unit;
}

} // namespace

std::vector<StaleAngle> stale_angles(const StaleKey& at, std::int64_t distance) {
  const std::int64_t key = at.query - distance;
  std::vector<StaleAngle> angles;
  for (std::size_t i = 0; i < at.query_turns.size(); ++i) {
    // Differences of phases wrap at a turn by themselves, so that nothing is lost however far the positions are.
    const std::uint64_t fresh = phase64(distance, at.query_turns[i]);
    const std::uint64_t stale = phase64(at.query, at.query_turns[i]) - phase64(key + at.shift, at.key_turns[i]);
    angles.push_back({angle_of(fresh), angle_of(stale), angle_of(stale - fresh)});
  }
  return angles;
}

std::vector<ScoreScan::Weight> stale_weights(const StaleKey& at, std::span<const std::complex<double>> contributions) {
  std::vector<ScoreScan::Weight> weights;
  for (std::size_t i = 0; i < contributions.size(); ++i) {
    const auto turned = cos_sin(phase64(at.query, at.query_turns[i]) - phase64(at.query + at.shift, at.key_turns[i]));
    const std::complex<double> w = contributions[i] * std::complex<double>(turned.cos, turned.sin);
    weights.push_back({w.real(), -w.imag()}); // Re(w·e^{jx}) = Re w cos x − Im w sin x
  }
  return weights;
}

std::vector<ScoreScan::Weight> fresh_weights(std::span<const std::complex<double>> contributions) {
  std::vector<ScoreScan::Weight> weights;
  for (const std::complex<double> z : contributions) weights.push_back({z.real(), -z.imag()});
  return weights;
}

} // namespace ropescope
