#pragma once
#include <cmath>
#include <numbers>
#include <optional>
#include <span>
#include <vector>

#include "core/rope/spectrum.h"

namespace ropescope {

/// How a scheme slows each pair, a list per pair.
struct Wavelengths {
  std::vector<double> wavelength; ///< tokens per full turn; infinite where the pair never turns
  std::vector<double> ratio;      ///< θ′/θ, what the scheme leaves of the frequency; 1 where both are 0
};

inline Wavelengths wavelengths_of(const Spectrum& spectrum) {
  Wavelengths result;
  for (std::size_t i = 0; i < spectrum.inv_freq.size(); ++i) {
    const double scaled = spectrum.inv_freq[i], plain = spectrum.unscaled[i];
    result.wavelength.push_back(wavelength(scaled));
    result.ratio.push_back(plain == 0 ? 1 : scaled / plain);
  }
  return result;
}

/// How many turns a pair makes within a length (tokens), at a place between pairs too (0 … pairs − 1): there
/// frequencies (rad/token) go on by equal ratios. Requires that there is a pair and that none of those around the place
/// is 0.
inline double turns_at(std::span<const double> inv_freq, double tokens, double place) {
  const auto last = static_cast<double>(inv_freq.size() - 1), at = std::min(std::max(place, 0.0), last);
  const auto i = static_cast<std::size_t>(std::min(std::floor(at), std::max(0.0, last - 1)));
  const double part = at - static_cast<double>(i), turns = tokens * inv_freq[i] / (2 * std::numbers::pi);
  return part == 0 ? turns : turns * std::pow(inv_freq[i + 1] / inv_freq[i], part);
}

/// The inverse: the place along the pairs that makes so many turns. Nothing where no place does, or where frequencies
/// do not fall from pair to pair, as where axes of the positions share the pairs.
inline std::optional<double> place_of_turns(std::span<const double> inv_freq, double tokens, double turns) {
  std::optional<double> place;
  const double wanted = turns * 2 * std::numbers::pi / tokens;
  for (std::size_t i = 0; i + 1 < inv_freq.size(); ++i) {
    if (!(inv_freq[i] > inv_freq[i + 1]) || !(inv_freq[i + 1] > 0)) return std::nullopt;
    if (!place && wanted <= inv_freq[i] && wanted >= inv_freq[i + 1])
      place = static_cast<double>(i) + std::log(wanted / inv_freq[i]) / std::log(inv_freq[i + 1] / inv_freq[i]);
  }
  return place;
}

} // namespace ropescope
