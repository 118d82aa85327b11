#pragma once
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "core/analysis/series_fit.h"

namespace ropescope {

/// More samples, or pairs, than these would take a fit seconds.
inline constexpr std::int64_t most_fit_samples = 4096, most_fit_pairs = 256;

/// Samples of a fit within `trained` tokens, every `every` tokens; where these would be more than most_fit_samples, at
/// the least multiple of that step at which they are not. Requires trained ≥ 1, every ≥ 1.
FitSamples samples_within(std::string_view word, double trained, std::int64_t every, double ridge);

/// Σ aᵢ cos Δθᵢ + bᵢ sin Δθᵢ at Δ = first, first + step, …, `count` of them, in a time in which SeriesFit::at() gives a
/// tenth as many. `inv_freq`: rad per token, those of the fit or of the same head under a scheme. Within 1e-12 of
/// Σ|a| + |b| up to distances of 2²⁴ tokens.
std::vector<double> fitted_values(const SeriesFit&, std::span<const double> inv_freq, std::int64_t first,
                                  std::int64_t step, std::int64_t count);

} // namespace ropescope
