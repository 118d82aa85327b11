#include "core/analysis/rivals_curves.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "core/analysis/fading.h"
#include "core/analysis/rivals/position_bias.h"
#include "core/word_vector.h"

namespace ropescope {

std::int64_t t5_last_bucket_begins() {
  std::int64_t distance = 0;
  while (rivals::t5_bucket(distance) < 31) ++distance;
  return distance;
}

std::vector<std::int64_t> log_stretches(std::int64_t first, std::int64_t last, std::int64_t count) {
  std::vector<std::int64_t> edges{first};
  const double from = std::log(static_cast<double>(first)), to = std::log(static_cast<double>(last) + 1);
  for (std::int64_t j = 1; j <= count; ++j) {
    const double at = std::exp(from + (to - from) * static_cast<double>(j) / static_cast<double>(count));
    const std::int64_t edge = j == count ? last + 1 : std::llround(at);
    if (edge > edges.back()) edges.push_back(edge);
  }
  return edges;
}

DistanceCurve distance_curve(std::span<const double> inv_freq, std::span<const std::int64_t> edges) {
  constexpr std::int64_t looked_at = 24;
  DistanceCurve curve;
  for (std::size_t j = 0; j + 1 < edges.size(); ++j) {
    const std::int64_t length = edges[j + 1] - edges[j], looks = std::min(length, looked_at);
    double sum = 0, least = 1e300, greatest = -1e300;
    for (std::int64_t k = 0; k < looks; ++k) {
      const auto distance = static_cast<double>(edges[j] + k * length / looks);
      double value = 0;
      for (const double theta : inv_freq) value += std::cos(distance * theta);
      value /= std::max(1.0, static_cast<double>(inv_freq.size()));
      sum += value, least = std::min(least, value), greatest = std::max(greatest, value);
    }
    curve.mean.push_back(sum / static_cast<double>(looks));
    curve.least.push_back(least);
    curve.greatest.push_back(greatest);
  }
  return curve;
}

double learned_likeness(std::int64_t distance, std::int64_t components) {
  const std::vector<double> a = word_vector(fmt::format("p{}", distance), components),
                            b = word_vector("p0", components);
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += a[i] * b[i];
  return sum;
}

RivalVerdict learned_verdict(double distance, double trained) {
  return {distance >= trained ? RivalVerdict::Kind::fails : RivalVerdict::Kind::works, trained};
}

RivalVerdict alibi_verdict(double distance) {
  const bool seen = distance <= static_cast<double>(reach_of_slope(gentlest_slope));
  return {seen ? RivalVerdict::Kind::works : RivalVerdict::Kind::fails, -distance * gentlest_slope};
}

RivalVerdict t5_verdict(double distance) {
  const auto begins = static_cast<double>(t5_last_bucket_begins());
  return {distance < begins ? RivalVerdict::Kind::works : RivalVerdict::Kind::blind, begins};
}

RivalVerdict rope_verdict(std::int64_t unseen) {
  return {unseen > 0 ? RivalVerdict::Kind::fails : RivalVerdict::Kind::works, static_cast<double>(unseen)};
}

} // namespace ropescope
