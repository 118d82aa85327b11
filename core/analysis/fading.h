#pragma once
#include <cstdint>
#include <span>
#include <vector>

namespace ropescope {

/// Scores of xPos (Sun et al. 2022, arXiv 2212.10554) by distance, of q = k = 1: mean over pairs of
/// ζᵢ^(Δ/512)·cos(Δθᵢ), ζᵢ = (2i/d + γ)/(1 + γ), d = 2 · pairs; the paper has γ = 0.4.
struct Fading {
  std::vector<double> mean, least,
      greatest;                ///< per bin, of its distances: all of them up to 64, else 64 spread evenly
  std::vector<double> ceiling; ///< per bin, at its first distance: mean of ζᵢ^(Δ/512), which no score passes
};
Fading fading_scores(std::span<const std::uint64_t> turns, double gamma, std::span<const std::int64_t> edges);

/// The same at one distance.
double fading_score(std::span<const std::uint64_t> turns, double gamma, std::int64_t distance);
double fading_ceiling(std::int64_t pairs, double gamma, std::int64_t distance);

/// The first position at which a key of size 1 in the fastest pair is beyond float16's greatest number, 65 504: the
/// least n with ζ₀^(−n/512) > 65 504.
std::int64_t fading_end_of_float16(double gamma);

/// The distance (tokens) within which a head of this slope keeps 99 % of its attention, where all keys score alike:
/// ⌈ln 100 / slope⌉. Requires slope > 0.
std::int64_t reach_of_slope(double slope);

} // namespace ropescope
