#include "core/analysis/pairing.h"

#include <cmath>
#include <vector>

namespace ropescope {

namespace {

std::vector<double> turned_head(std::span<const double> x, std::span<const double> inv_freq, HeadPairing pairing,
                                std::int64_t position) {
  const auto pairs = static_cast<std::int64_t>(inv_freq.size());
  std::vector<double> head(x.begin(), x.end());
  if (pairing == HeadPairing::permuted)
    for (std::size_t i = 0; i < inv_freq.size(); ++i) head[i] = x[2 * i], head[i + inv_freq.size()] = x[2 * i + 1];
  for (std::int64_t i = 0; i < pairs; ++i) {
    const double angle = static_cast<double>(position) * inv_freq[static_cast<std::size_t>(i)];
    double& first = head[static_cast<std::size_t>(component_of_pair(pairing, pairs, i, false))];
    double& second = head[static_cast<std::size_t>(component_of_pair(pairing, pairs, i, true))];
    const double a = first, b = second;
    first = a * std::cos(angle) - b * std::sin(angle);
    second = a * std::sin(angle) + b * std::cos(angle);
  }
  return head;
}

} // namespace

std::int64_t component_of_pair(HeadPairing pairing, std::int64_t pairs, std::int64_t pair, bool second) {
  if (pairing == HeadPairing::interleaved) return 2 * pair + (second ? 1 : 0);
  return pair + (second ? pairs : 0);
}

double pairing_score(std::span<const double> q, std::span<const double> k, std::span<const double> inv_freq,
                     HeadPairing of_query, HeadPairing of_key, std::int64_t m, std::int64_t n) {
  const std::vector<double> query = turned_head(q, inv_freq, of_query, m), key = turned_head(k, inv_freq, of_key, n);
  double sum = 0;
  for (std::size_t i = 0; i < query.size(); ++i) sum += query[i] * key[i];
  return sum;
}

} // namespace ropescope
