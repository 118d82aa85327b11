#pragma once
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace ropescope {

/// A score that a head might have learned: Σ aᵢ cos Δθᵢ + bᵢ sin Δθᵢ, fitted to random values in ±1 at some distances
/// within the trained length. Source: the experiment of Chen et al. 2023, arXiv 2306.15595, §2.2.
struct SeriesFit {
  std::vector<double> inv_freq;     ///< θᵢ, rad/token
  std::vector<double> cosine, sine; ///< aᵢ and bᵢ

  /// At a distance in tokens, fractions too. Within 1e-9 of itself while Δθ stays below 2²⁰ rad.
  double at(double distance) const;
};

/// What is fitted: a value 2u − 1 at distances 0, every, 2·every … below `length` (tokens), u of word_draws(word).
struct FitSamples {
  std::string_view word = "wild";
  double length = 8192;
  std::int64_t every = 8;
  double ridge = 1e-6; ///< times the number of samples, added to the diagonal of the normal equations
};

/// The values that are fitted, in the order of their distances.
std::vector<double> fit_values(const FitSamples&);

/// Least squares with weight decay. Requires ridge > 0 and one sample at least. Time: samples × pairs².
SeriesFit fit_series(std::span<const double> inv_freq, const FitSamples&);

/// Where the series is greatest in size over the integers first … last.
struct FitPeak {
  double size = 0; ///< |value|
  std::int64_t distance = 0;
};
/// `divided_by`: distances are divided by it before they are looked up, as position interpolation does.
FitPeak greatest_of(const SeriesFit&, std::int64_t first, std::int64_t last, double divided_by = 1);

} // namespace ropescope
