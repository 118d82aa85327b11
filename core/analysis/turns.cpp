#include "core/analysis/turns.h"

#include <algorithm>
#include <numbers>

namespace ropescope {

namespace {

constexpr double turn = 2 * std::numbers::pi;

/// One that never turned has one angle, which training has shown.
bool is_incomplete(double inv_freq, double length) { return inv_freq > 0 && inv_freq * length / turn < 1; }

} // namespace

std::int64_t incomplete_pairs(std::span<const double> inv_freq, double length) {
  return std::count_if(inv_freq.begin(), inv_freq.end(),
                       [length](double theta) { return is_incomplete(theta, length); });
}

Turns turns_of(std::span<const double> trained, double trained_length, std::span<const double> inv_freq,
               double target) {
  constexpr double rounding = 1e-9;
  Turns turns;
  turns.incomplete = incomplete_pairs(trained.first(inv_freq.size()), trained_length);
  for (std::size_t i = 0; i < inv_freq.size(); ++i) {
    const double before = trained[i] * trained_length / turn, after = inv_freq[i] * target / turn;
    const bool unseen = before < 1 && after > before * (1 + rounding);
    turns.trained.push_back(before);
    turns.target.push_back(after);
    turns.unseen.push_back(unseen ? 1 : 0);
    turns.unseen_pairs += unseen ? 1 : 0;
    if (is_incomplete(trained[i], trained_length)) turns.furthest = std::max(turns.furthest, after / before);
  }
  return turns;
}

} // namespace ropescope
