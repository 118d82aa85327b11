#include "core/analysis/helix.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "core/rope/phase.h"

namespace ropescope {

namespace {

constexpr double turn = 2 * std::numbers::pi;

/// 2⁻⁶⁴ turn in rad.
constexpr double radians = turn / 18446744073709551616.0;

double angle_of(std::uint64_t phase) { return static_cast<double>(phase) * radians; }

} // namespace

Helix helix_at(const HeadPair& head, std::span<const std::uint64_t> turns, std::int64_t m, std::int64_t n,
               const ExampleAngles& example) {
  Helix helix;
  double longest_query = 0, longest_key = 0;
  for (std::size_t i = 0; i < turns.size(); ++i) {
    helix.query.push_back(angle_of(phase64(m, turns[i])));
    helix.key.push_back(angle_of(phase64(n, turns[i])));
    helix.wedge.push_back(angle_of(phase64(m - n, turns[i])));
    helix.query_start.push_back(head.ones ? example.query : std::arg(head.query[i]));
    helix.key_start.push_back(head.ones ? example.key : std::arg(head.key[i]));
    helix.query_length.push_back(std::abs(head.query[i]));
    helix.key_length.push_back(std::abs(head.key[i]));
    longest_query = std::max(longest_query, helix.query_length.back());
    longest_key = std::max(longest_key, helix.key_length.back());
  }
  for (double& length : helix.query_length) length = longest_query > 0 ? length / longest_query : 0;
  for (double& length : helix.key_length) length = longest_key > 0 ? length / longest_key : 0;
  return helix;
}

double strand_angle(std::uint64_t turns, double position) {
  const double token = std::floor(position);
  return std::fmod(angle_of(phase64(static_cast<std::int64_t>(token), turns)) + (position - token) * angle_of(turns),
                   turn);
}

UsualRopes usual_ropes(std::int64_t pairs, int ropes) {
  // Sixteenths of all pairs: from a rope that turns within a line's width to one that seems to stand.
  constexpr int three[] = {1, 5, 10}, five[] = {1, 3, 5, 7, 10}, seven[] = {1, 2, 3, 5, 7, 10, 13};
  const std::span<const int> places = ropes >= 7   ? std::span<const int>(seven)
                                      : ropes >= 5 ? std::span<const int>(five)
                                                   : std::span<const int>(three);
  UsualRopes chosen;
  for (const int sixteenths : places) {
    const std::int64_t pair = std::clamp<std::int64_t>((pairs * sixteenths + 8) / 16, 0, pairs - 1);
    if (chosen.count == 0 || chosen.pairs[chosen.count - 1] < pair) chosen.pairs[chosen.count++] = pair;
  }
  return chosen;
}

} // namespace ropescope
