// LongRoPE: Ding et al. 2024, arXiv 2402.13753, as Phi-3 ships it. One set of divisors for calls that fit the
// original context and one for those that do not, by the greatest position of the whole call; the attention factor is
// the same for both, but for PhiMoE, which states one for each.
#include <fmt/format.h>

#include "core/rope/scaling/scaling.h"
#include "core/text.h"

namespace ropescope::scaling {

template <typename A>
Frequencies<A> longrope(const RopeConfig& config, std::optional<double> seq_len) {
  using Scalar = typename A::Scalar;
  using Real = typename A::Real;
  const double original = trained_length(config);
  const bool is_long = seq_len && *seq_len > original;
  const std::vector<double>& divisor = is_long ? config.scaling.long_factor : config.scaling.short_factor;

  Frequencies<A> result{.base = config.base, .divisor = 0};
  result.theta = A::powers(config.base, config.layout.rotary_dim, pair_count(config));
  for (std::size_t j = 0; j < result.theta.size(); ++j)
    result.theta[j] = 1 / (static_cast<Real>(divisor[j]) * result.theta[j]);

  const Scalar factor = extension_factor(config);
  const std::optional<double>& stated = is_long ? config.scaling.long_mscale : config.scaling.short_mscale;
  if (stated)
    result.attention_factor = *stated;
  else if (config.attention.attention_factor)
    result.attention_factor = *config.attention.attention_factor;
  else if (factor > 1)
    result.attention_factor = std::sqrt(1 + std::log(factor) / std::log(static_cast<Scalar>(original)));

  if (!seq_len)
    result.rule = "LongRoPE: short factors, as a model is loaded.";
  else
    result.rule = fmt::format("LongRoPE: {} factors, because {} {} {}.", is_long ? "long" : "short", grouped(*seq_len),
                              is_long ? ">" : "≤", grouped(original));
  if (stated && is_long) result.rule += " (transformers 5.16 keeps PhiMoE's short factors there.)";
  return result;
}

ROPESCOPE_BOTH_ARITHMETICS(longrope, const RopeConfig&, std::optional<double>)

} // namespace ropescope::scaling
