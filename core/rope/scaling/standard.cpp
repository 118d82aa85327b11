// RoFormer: Su et al. 2021, arXiv 2104.09864, equation 15.
#include "core/rope/float32.h"
#include "core/rope/scaling/scaling.h"

namespace ropescope::scaling {

std::vector<long double> Exact::powers(long double base, std::int64_t denominator, std::int64_t count) {
  std::vector<long double> result(static_cast<std::size_t>(count));
  for (std::size_t j = 0; j < result.size(); ++j)
    result[j] = std::pow(base, 2 * static_cast<long double>(j) / static_cast<long double>(denominator));
  return result;
}

std::vector<float> PyTorch::powers(double base, std::int64_t denominator, std::int64_t count) {
  return float32::powers(static_cast<float>(base), denominator, count);
}

template <typename A>
Frequencies<A> standard(const RopeConfig& config) {
  return {.theta = default_frequencies<A>(config.base, config.layout.rotary_dim), .base = config.base};
}

ROPESCOPE_BOTH_ARITHMETICS(standard, const RopeConfig&)

} // namespace ropescope::scaling
