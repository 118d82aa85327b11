// Position Interpolation: Chen et al. 2023, arXiv 2306.15595.
#include "core/rope/scaling/scaling.h"

namespace ropescope::scaling {

Frequencies linear(const RopeConfig& config) {
  Frequencies result = standard(config);
  for (Real& theta : result.theta) theta /= static_cast<Real>(extension_factor(config));
  result.divisor = extension_factor(config);
  return result;
}

} // namespace ropescope::scaling
