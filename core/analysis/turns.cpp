#include "core/analysis/turns.h"

#include <algorithm>
#include <numbers>

namespace ropescope {

namespace {

constexpr double turn = 2 * std::numbers::pi;

/// One that never turned has one angle, which training has shown.
bool is_incomplete(double inv_freq, double length) {
  const double turns = inv_freq * length / turn;
  return turns > 0 && turns < 1;
}

} // namespace

std::int64_t incomplete_pairs(std::span<const double> inv_freq, double length) {
  return std::count_if(inv_freq.begin(), inv_freq.end(),
                       [length](double theta) { return is_incomplete(theta, length); });
}

std::int64_t incomplete_pairs(std::span<const double> inv_freq, std::span<const double> reach) {
  std::int64_t count = 0;
  for (std::size_t i = 0; i < inv_freq.size(); ++i) count += is_incomplete(inv_freq[i], reach[i]) ? 1 : 0;
  return count;
}

std::optional<std::size_t> next_new_turn(std::span<const double> inv_freq, std::span<const std::uint8_t> axes,
                                         std::uint8_t axis, double trained_extent) {
  std::optional<std::size_t> found;
  for (std::size_t i = 0; i < inv_freq.size(); ++i)
    if (axes[i] == axis && is_incomplete(inv_freq[i], trained_extent) && (!found || inv_freq[i] > inv_freq[*found]))
      found = i;
  return found;
}

Turns turns_of(std::span<const double> trained, double trained_length, std::span<const double> inv_freq,
               double target) {
  const std::vector<double> before(inv_freq.size(), trained_length), after(inv_freq.size(), target);
  return turns_of(trained, before, inv_freq, after);
}

Turns turns_of(std::span<const double> trained, std::span<const double> trained_reach, std::span<const double> inv_freq,
               std::span<const double> reach) {
  constexpr double rounding = 1e-9;
  Turns turns;
  turns.incomplete = incomplete_pairs(trained.first(inv_freq.size()), trained_reach);
  for (std::size_t i = 0; i < inv_freq.size(); ++i) {
    const double before = trained[i] * trained_reach[i] / turn, after = inv_freq[i] * reach[i] / turn;
    const bool unseen = before < 1 && after > before * (1 + rounding);
    turns.trained.push_back(before);
    turns.target.push_back(after);
    turns.unseen.push_back(unseen ? 1 : 0);
    turns.unseen_pairs += unseen ? 1 : 0;
    if (before > 0 && before < 1) turns.furthest = std::max(turns.furthest, after / before);
  }
  return turns;
}

} // namespace ropescope
