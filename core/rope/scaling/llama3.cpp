// Llama 3.1's frequency scaling: meta-llama/llama-models, model.py, apply_scaling; there 8, 1, 4, 8192.
// With low_freq_factor = high_freq_factor the middle band is empty, so that its division by 0 never counts.
#include <numbers>

#include <fmt/format.h>

#include "core/rope/scaling/scaling.h"

namespace ropescope::scaling {

template <typename A>
Frequencies<A> llama3(const RopeConfig& config) {
  using Real = typename A::Real;
  const auto factor = static_cast<Real>(extension_factor(config)), length = static_cast<Real>(trained_length(config)),
             low = static_cast<Real>(config.scaling.low_freq_factor),
             band = static_cast<Real>(config.scaling.high_freq_factor - config.scaling.low_freq_factor);
  const auto longest_kept = static_cast<Real>(trained_length(config) / config.scaling.high_freq_factor),
             shortest_slowed = static_cast<Real>(trained_length(config) / config.scaling.low_freq_factor);
  Frequencies<A> result = standard<A>(config);
  result.divisor = extension_factor(config);
  int kept = 0, slowed = 0;
  for (Real& theta : result.theta) {
    const Real wavelength = static_cast<Real>(2 * std::numbers::pi_v<typename A::Scalar>) / theta;
    if (wavelength < longest_kept) {
      ++kept;
      continue;
    }
    if (wavelength > shortest_slowed) {
      ++slowed;
      theta /= factor;
      continue;
    }
    const Real smooth = (length / wavelength - low) / band;
    theta = (1 - smooth) * theta / factor + smooth * theta;
  }
  result.rule = fmt::format("Llama 3: {} pairs kept, {} blended, {} divided by {:g}.", kept,
                            static_cast<int>(result.theta.size()) - kept - slowed, slowed, extension_factor(config));
  return result;
}

ROPESCOPE_BOTH_ARITHMETICS(llama3, const RopeConfig&)

} // namespace ropescope::scaling
