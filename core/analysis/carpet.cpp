#include "core/analysis/carpet.h"

#include <algorithm>

namespace ropescope {

namespace {

constexpr double turn = 2 * std::numbers::pi;
constexpr double rounding = 1e-9; // of the arc: an angle that a scheme brings back to its end is seen

} // namespace

bool UnseenAngles::at(std::int64_t position) const {
  return static_cast<double>(position) > length && arc < turn &&
         std::fmod(theta * static_cast<double>(position), turn) > arc * (1 + rounding);
}

std::int64_t UnseenAngles::count(std::int64_t from, std::int64_t to) const {
  from = std::max(from, static_cast<std::int64_t>(std::floor(length)) + 1);
  if (from > to || arc >= turn || !(theta > 0)) return 0;
  // Turn by turn: within turn k the unseen positions lie between (2πk + arc)/θ and 2π(k + 1)/θ. Such a pair needs more
  // than the trained context for a turn, so that turns are few. A pair that a scheme makes faster than that is counted
  // position by position.
  if (turn / theta < 8) {
    std::int64_t unseen = 0;
    for (std::int64_t m = from; m <= to; ++m) unseen += at(m) ? 1 : 0;
    return unseen;
  }
  std::int64_t unseen = 0;
  const auto last_turn = static_cast<std::int64_t>(theta * static_cast<double>(to) / turn);
  for (auto k = static_cast<std::int64_t>(theta * static_cast<double>(from) / turn); k <= last_turn; ++k) {
    const double begin = (turn * static_cast<double>(k) + arc * (1 + rounding)) / theta,
                 end = turn * static_cast<double>(k + 1) / theta;
    // The ends are rounded, at() decides: one position at either side is asked.
    std::int64_t first = std::max(from, static_cast<std::int64_t>(std::ceil(begin)) - 1),
                 last = std::min(to, static_cast<std::int64_t>(std::floor(end)) + 1);
    while (first <= last && !at(first)) ++first;
    while (last >= first && !at(last)) --last;
    if (first > last) continue;
    unseen += last - first + 1;
    from = std::max(from, last + 1);
  }
  return unseen;
}

CarpetRows carpet_rows(std::span<const double> trained, double trained_length, std::span<const double> inv_freq,
                       std::int64_t target) {
  const std::vector<double> reach(inv_freq.size(), trained_length);
  return carpet_rows(trained, reach, inv_freq, target);
}

CarpetRows carpet_rows(std::span<const double> trained, std::span<const double> trained_reach,
                       std::span<const double> inv_freq, std::int64_t target) {
  CarpetRows rows;
  for (std::size_t i = 0; i < inv_freq.size(); ++i) {
    const auto first = static_cast<std::int64_t>(std::floor(trained_reach[i])) + 1;
    rows.pairs.push_back({inv_freq[i], trained[i] * trained_reach[i], trained_reach[i]});
    const std::int64_t unseen = rows.pairs.back().count(first, target);
    rows.unseen_cells += unseen;
    rows.unseen_pairs += unseen > 0 ? 1 : 0;
    rows.cells += std::max<std::int64_t>(0, target - first + 1);
  }
  return rows;
}

} // namespace ropescope
