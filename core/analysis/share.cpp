#include "core/analysis/share.h"

#include <cmath>
#include <limits>

namespace ropescope {

double attention_share(double keys, double needle, double gain) {
  // Divided by e^{gz}, which may pass the range of double.
  return 1 / (1 + (keys - 1) * std::exp(gain * gain / 2 - gain * needle));
}

double breakeven_needle(double trained, double target, double gain) {
  if (gain == 1 || !(trained > 1) || !(target > 1)) return std::numeric_limits<double>::quiet_NaN();
  return (std::log((target - 1) / (trained - 1)) + (gain * gain - 1) / 2) / (gain - 1);
}

} // namespace ropescope
