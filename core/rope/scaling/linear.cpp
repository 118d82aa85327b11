// Position Interpolation: Chen et al. 2023, arXiv 2306.15595.
#include <fmt/format.h>

#include "core/rope/scaling/scaling.h"

namespace ropescope::scaling {

template <typename A>
Frequencies<A> linear(const RopeConfig& config) {
  Frequencies<A> result = standard<A>(config);
  const double factor = extension_factor(config);
  for (auto& theta : result.theta) theta /= static_cast<typename A::Real>(factor);
  result.divisor = factor;
  result.rule = fmt::format("PI: every pair is divided by {:g}.", factor);
  return result;
}

ROPESCOPE_BOTH_ARITHMETICS(linear, const RopeConfig&)

} // namespace ropescope::scaling
