// p-RoPE: Barbero et al. 2024, arXiv 2410.06205, as Gemma 4's full-attention layers use it. The table is as
// wide as the head and the exponent divides by head_dim; all but the first pairs have frequency 0.
#include <fmt/format.h>

#include "core/rope/scaling/scaling.h"

namespace ropescope::scaling {

template <typename A>
Frequencies<A> proportional(const RopeConfig& config) {
  const double factor = config.scaling.factor.value_or(1.0);
  // Python: int(partial * head_dim // 2), a floor division of doubles
  const auto turning = static_cast<std::int64_t>(
      std::floor(config.layout.partial_rotary_factor * static_cast<double>(config.layout.head_dim) / 2));
  Frequencies<A> result{.base = config.base, .divisor = factor};
  result.theta = A::powers(config.base, config.layout.head_dim, std::min(turning, (config.layout.head_dim + 1) / 2));
  for (auto& theta : result.theta) theta = 1 / theta / static_cast<typename A::Real>(factor);
  result.rule = fmt::format("p-RoPE: {} of {} pairs turn, the slowest never do.", result.theta.size(),
                            (config.layout.head_dim + 1) / 2);
  result.theta.resize(static_cast<std::size_t>((config.layout.head_dim + 1) / 2), 0);
  return result;
}

ROPESCOPE_BOTH_ARITHMETICS(proportional, const RopeConfig&)

} // namespace ropescope::scaling
