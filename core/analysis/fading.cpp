#include "core/analysis/fading.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/rope/phase.h"

namespace ropescope {

namespace {

constexpr double scale_base = 512; // tokens, as torchscale has it

double log_zeta(std::size_t pair, std::size_t pairs, double gamma) {
  return std::log((static_cast<double>(pair) / static_cast<double>(pairs) + gamma) / (1 + gamma));
}

} // namespace

double fading_score(std::span<const std::uint64_t> turns, double gamma, std::int64_t distance) {
  double sum = 0;
  for (std::size_t i = 0; i < turns.size(); ++i)
    sum += std::exp(log_zeta(i, turns.size(), gamma) * static_cast<double>(distance) / scale_base) *
           cos_sin(phase64(distance, turns[i])).cos;
  return sum / static_cast<double>(turns.size());
}

double fading_ceiling(std::int64_t pairs, double gamma, std::int64_t distance) {
  const auto count = static_cast<std::size_t>(pairs);
  double sum = 0;
  for (std::size_t i = 0; i < count; ++i)
    sum += std::exp(log_zeta(i, count, gamma) * static_cast<double>(distance) / scale_base);
  return sum / static_cast<double>(count);
}

Fading fading_scores(std::span<const std::uint64_t> turns, double gamma, std::span<const std::int64_t> edges) {
  constexpr std::int64_t most = 64;
  Fading fading;
  for (std::size_t b = 0; b + 1 < edges.size(); ++b) {
    const std::int64_t count = edges[b + 1] - edges[b], looked_at = std::min(count, most);
    double sum = 0, least = std::numeric_limits<double>::infinity(), greatest = -least;
    for (std::int64_t k = 0; k < looked_at; ++k) {
      const double score = fading_score(turns, gamma, edges[b] + k * count / looked_at);
      sum += score, least = std::min(least, score), greatest = std::max(greatest, score);
    }
    fading.mean.push_back(sum / static_cast<double>(looked_at));
    fading.least.push_back(least);
    fading.greatest.push_back(greatest);
    fading.ceiling.push_back(fading_ceiling(static_cast<std::int64_t>(turns.size()), gamma, edges[b]));
  }
  return fading;
}

std::int64_t fading_end_of_float16(double gamma) {
  const double per_token = -log_zeta(0, 1, gamma) / scale_base;
  auto n = static_cast<std::int64_t>(std::floor(std::log(65504.0) / per_token));
  while (per_token * static_cast<double>(n) <= std::log(65504.0)) ++n;
  return n;
}

std::int64_t reach_of_slope(double slope) { return static_cast<std::int64_t>(std::ceil(std::log(100.0) / slope)); }

} // namespace ropescope
