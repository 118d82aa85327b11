// NTK-aware scaling: bloc97 2023; code: jquesnelle/yarn @ 995db5b, LlamaNTKScaledRotaryEmbedding.
// The fastest pair stays, the slowest is divided by exactly alpha.
#include <cmath>

#include "core/rope/scaling/scaling.h"

namespace ropescope::scaling {

Frequencies ntk(const RopeConfig& config) {
  const auto d = static_cast<Real>(config.rotary_dim);
  const Real alpha = config.alpha ? *config.alpha : extension_factor(config);
  const Real base = config.base * std::pow(alpha, d / (d - 2));
  return {.theta = default_frequencies(base, config.rotary_dim), .base = base, .divisor = alpha};
}

} // namespace ropescope::scaling
