// Llama 3.1's frequency scaling: meta-llama/llama-models, model.py, apply_scaling; there 8, 1, 4, 8192.
// With low_freq_factor = high_freq_factor the middle band is empty, so that its division by 0 never counts.
#include <numbers>

#include "core/rope/scaling/scaling.h"

namespace ropescope::scaling {

Frequencies llama3(const RopeConfig& config) {
  const Real factor = extension_factor(config), length = trained_length(config);
  const Real low = config.low_freq_factor, high = config.high_freq_factor;
  Frequencies result = standard(config);
  result.divisor = factor;
  for (Real& theta : result.theta) {
    const Real wavelength = 2 * std::numbers::pi_v<Real> / theta;
    if (wavelength < length / high) continue;
    if (wavelength > length / low) {
      theta /= factor;
      continue;
    }
    const Real smooth = (length / wavelength - low) / (high - low);
    theta = (1 - smooth) * theta / factor + smooth * theta;
  }
  return result;
}

} // namespace ropescope::scaling
