#pragma once
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

} // namespace ropescope
