// YaRN: Peng et al. 2023, arXiv 2309.00071, with Hugging Face's clamps: the upper end of the ramp is limited
// to d − 1 (not to the number of pairs) and is not kept from being negative, in which case nothing is
// interpolated at all.
#include <algorithm>
#include <cmath>
#include <numbers>

#include "core/rope/scaling/scaling.h"

namespace ropescope::scaling {

namespace {

/// The (fractional) pair that completes `turns` turns within the original context.
Real pair_with_turns(Real turns, Real rotary_dim, Real base, Real original_length) {
  return rotary_dim * std::log(original_length / (turns * 2 * std::numbers::pi_v<Real>)) / (2 * std::log(base));
}

Real magnitude(Real factor, Real coefficient) { return factor <= 1 ? 1 : coefficient * std::log(factor) / 10 + 1; }

Real attention(const RopeConfig& config, Real factor) {
  if (config.attention_factor) return *config.attention_factor;
  const double mscale = config.mscale.value_or(0), all_dim = config.mscale_all_dim.value_or(0);
  if (mscale != 0 && all_dim != 0) return magnitude(factor, mscale) / magnitude(factor, all_dim);
  return magnitude(factor, 1);
}

} // namespace

Frequencies yarn(const RopeConfig& config) {
  const auto d = static_cast<Real>(config.rotary_dim);
  const Real factor = extension_factor(config), length = trained_length(config);
  const Real fast = config.beta_fast != 0 ? config.beta_fast : 32; // 0 is "not given" in Python's `or`
  const Real slow = config.beta_slow != 0 ? config.beta_slow : 1;
  Real low = pair_with_turns(fast, d, config.base, length);
  Real high = pair_with_turns(slow, d, config.base, length);
  if (config.truncate) {
    low = std::floor(low);
    high = std::ceil(high);
  }
  low = std::max<Real>(low, 0);
  high = std::min<Real>(high, d - 1);
  if (low == high) high += 0.001L;

  Frequencies result = standard(config);
  result.attention_factor = attention(config, factor);
  result.divisor = factor;
  for (std::size_t j = 0; j < result.theta.size(); ++j) {
    const Real ramp = std::clamp<Real>((static_cast<Real>(j) - low) / (high - low), 0, 1);
    result.theta[j] = result.theta[j] / factor * ramp + result.theta[j] * (1 - ramp);
  }
  return result;
}

} // namespace ropescope::scaling
