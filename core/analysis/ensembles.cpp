#include "core/analysis/ensembles.h"

#include <algorithm>
#include <cmath>
#include <complex>

#include <fmt/format.h>

#include "core/analysis/contributions.h"
#include "core/rope/phase.h"
#include "core/word_vector.h"

namespace ropescope {

Unrelated unrelated_scores(const PairLayout& layout, std::int64_t head_dim, std::span<const std::uint64_t> turns,
                           std::int64_t draws, std::span<const std::int64_t> distances) {
  const std::size_t pairs = turns.size();
  // As separate lists of real and imaginary parts, so that the innermost loop runs along the pairs.
  std::vector<double> real, imaginary;
  for (std::int64_t n = 0; n < draws; ++n) {
    const auto of = [&](char letter) {
      return pairs_of_head(layout, static_cast<std::int64_t>(pairs),
                           word_vector(fmt::format("{}{}", letter, n), head_dim));
    };
    const auto q = of('q'), k = of('k');
    for (std::size_t i = 0; i < pairs; ++i) {
      const std::complex<double> product = q[i] * std::conj(k[i]);
      real.push_back(product.real());
      imaginary.push_back(product.imag());
    }
  }
  Unrelated scores;
  std::vector<double> cosines(pairs), sines(pairs);
  for (const std::int64_t distance : distances) {
    for (std::size_t i = 0; i < pairs; ++i) {
      const auto at = cos_sin_at<double>(distance, turns[i]);
      cosines[i] = at.cos;
      sines[i] = at.sin;
    }
    double sum = 0, squares = 0;
    for (std::size_t first = 0; first < real.size(); first += pairs) {
      double score = 0;
      for (std::size_t i = 0; i < pairs; ++i) score += real[first + i] * cosines[i] - imaginary[first + i] * sines[i];
      sum += score;
      squares += score * score;
    }
    const auto count = static_cast<double>(draws);
    scores.mean.push_back(sum / count);
    scores.deviation.push_back(std::sqrt(std::max(0.0, squares / count - (sum / count) * (sum / count))));
  }
  return scores;
}

std::vector<double> roformer_bound(std::span<const std::uint64_t> turns, std::span<const std::int64_t> distances) {
  std::vector<double> bounds;
  const auto pairs = static_cast<double>(turns.size());
  for (const std::int64_t distance : distances) {
    std::complex<double> end;
    double lengths = 0;
    for (const std::uint64_t turn : turns) {
      const auto at = cos_sin_at<double>(distance, turn);
      end += std::complex<double>(at.cos, at.sin);
      lengths += std::abs(end);
    }
    bounds.push_back(lengths / (pairs * (pairs + 1) / 2)); // at distance 0 the sums are 1, 2 … pairs
  }
  return bounds;
}

} // namespace ropescope
