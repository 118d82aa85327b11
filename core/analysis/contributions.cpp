#include "core/analysis/contributions.h"

#include <cmath>

#include "core/rope/phase.h"

namespace ropescope {

HeadPair head_of_ones(std::int64_t pairs) {
  const std::vector<std::complex<double>> ones(static_cast<std::size_t>(pairs), {1, 0});
  return {ones, ones, true, true};
}

std::vector<std::complex<double>> pairs_of_head(const PairLayout& layout, std::int64_t pairs,
                                                std::span<const double> components) {
  const PairIndex index = pair_index(layout, static_cast<std::int64_t>(components.size()), pairs);
  std::vector<std::complex<double>> numbers;
  for (std::int64_t i = 0; i < pairs; ++i)
    numbers.emplace_back(components[static_cast<std::size_t>(index.in_first(i))],
                         layout.direction * components[static_cast<std::size_t>(index.in_second(i))]);
  return numbers;
}

HeadPair placed_head(const HeadPair& head, const Spectrum& spectrum, std::span<const double> query,
                     std::span<const double> key) {
  HeadPair placed{head.query, head.key, false, false};
  const auto turned_by = [&](std::size_t i, double position) {
    const double whole = std::round(position);
    const auto at = cos_sin_at<double>(std::llround(whole), spectrum.turns[i]);
    return std::complex<double>(at.cos, at.sin) * std::polar(1.0, (position - whole) * spectrum.inv_freq[i]);
  };
  bool moved = false;
  for (std::size_t i = 0; i < placed.query.size(); ++i) {
    if (query[i] != 0) placed.query[i] *= turned_by(i, query[i]);
    if (key[i] != 0) placed.key[i] *= turned_by(i, key[i]);
    moved = moved || query[i] != 0 || key[i] != 0;
  }
  return moved ? placed : head;
}

std::vector<std::complex<double>> contributions(const HeadPair& head) {
  std::vector<std::complex<double>> products;
  double sum = 0;
  for (std::size_t i = 0; i < head.query.size(); ++i) {
    products.push_back(head.query[i] * std::conj(head.key[i]));
    sum += std::abs(products.back());
  }
  for (std::complex<double>& z : products) z = sum > 0 ? z / sum : 0;
  return products;
}

std::vector<std::complex<double>> turned(std::span<const std::complex<double>> contributions,
                                         std::span<const std::uint64_t> turns, std::int64_t distance) {
  std::vector<std::complex<double>> arrows;
  for (std::size_t i = 0; i < contributions.size(); ++i) {
    const auto at = cos_sin_at<double>(distance, turns[i]);
    arrows.push_back(contributions[i] * std::complex<double>(at.cos, at.sin));
  }
  return arrows;
}

Chain chain_of(std::vector<std::complex<double>> arrows) {
  Chain chain;
  for (const std::complex<double> arrow : arrows) {
    chain.end += arrow;
    chain.ends.push_back(chain.end);
    chain.mean_length += std::abs(chain.end) / static_cast<double>(arrows.size());
  }
  chain.arrows = std::move(arrows);
  return chain;
}

std::vector<double> scores_at(std::span<const std::complex<double>> contributions, std::span<const std::uint64_t> turns,
                              std::span<const std::int64_t> distances) {
  std::vector<double> scores;
  for (const std::int64_t distance : distances) {
    double sum = 0;
    for (std::size_t i = 0; i < contributions.size(); ++i) {
      const auto at = cos_sin_at<double>(distance, turns[i]);
      sum += contributions[i].real() * at.cos - contributions[i].imag() * at.sin;
    }
    scores.push_back(sum);
  }
  return scores;
}

} // namespace ropescope
