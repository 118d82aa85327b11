// RoFormer: Su et al. 2021, arXiv 2104.09864, equation 15.
#include <cmath>

#include "core/rope/scaling/scaling.h"

namespace ropescope::scaling {

std::vector<Real> default_frequencies(Real base, std::int64_t rotary_dim) {
  std::vector<Real> theta(static_cast<std::size_t>((rotary_dim + 1) / 2));
  for (std::size_t j = 0; j < theta.size(); ++j)
    theta[j] = std::pow(base, -2 * static_cast<Real>(j) / static_cast<Real>(rotary_dim));
  return theta;
}

Frequencies standard(const RopeConfig& config) {
  return {.theta = default_frequencies(config.base, config.rotary_dim), .base = config.base};
}

} // namespace ropescope::scaling
