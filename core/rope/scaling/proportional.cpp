// p-RoPE: Barbero et al. 2024, arXiv 2410.06205, as Gemma 4's full-attention layers use it. The table is as
// wide as the head and the exponent divides by head_dim; all but the first pairs have frequency 0.
#include <cmath>

#include "core/rope/scaling/scaling.h"

namespace ropescope::scaling {

Frequencies proportional(const RopeConfig& config) {
  Frequencies result{.theta = default_frequencies(config.base, config.head_dim),
                     .base = config.base,
                     .divisor = config.factor.value_or(1.0)};
  // Python: int(partial * head_dim // 2), a floor division of doubles
  const double turning = std::floor(config.partial_rotary_factor * static_cast<double>(config.head_dim) / 2);
  for (std::size_t j = 0; j < result.theta.size(); ++j)
    result.theta[j] =
        static_cast<double>(j) < turning ? result.theta[j] / static_cast<Real>(config.factor.value_or(1.0)) : 0;
  return result;
}

} // namespace ropescope::scaling
