// NTK-aware scaling: bloc97 2023; code: jquesnelle/yarn @ 995db5b, LlamaNTKScaledRotaryEmbedding.
// The fastest pair stays, the slowest is divided by exactly alpha.
#include <fmt/format.h>

#include "core/rope/scaling/scaling.h"

namespace ropescope::scaling {

template <typename A>
Frequencies<A> ntk(const RopeConfig& config) {
  using Scalar = typename A::Scalar;
  const auto d = static_cast<Scalar>(config.layout.rotary_dim);
  const Scalar alpha = config.scaling.alpha ? *config.scaling.alpha : extension_factor(config);
  const Scalar base = config.base * std::pow(alpha, d / (d - 2));
  return {.theta = default_frequencies<A>(base, config.layout.rotary_dim),
          .base = base,
          .divisor = alpha,
          .rule = fmt::format("NTK-aware: base {:.6g} instead of {:g}.", static_cast<double>(base), config.base)};
}

ROPESCOPE_BOTH_ARITHMETICS(ntk, const RopeConfig&)

} // namespace ropescope::scaling
