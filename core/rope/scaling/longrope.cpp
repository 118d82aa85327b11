// LongRoPE: Ding et al. 2024, arXiv 2402.13753, as Phi-3 ships it. One set of divisors for calls that fit the
// original context and one for those that do not; the attention factor is the same for both.
#include <cmath>

#include <fmt/format.h>

#include "core/rope/scaling/scaling.h"
#include "core/text.h"

namespace ropescope::scaling {

Frequencies longrope(const RopeConfig& config, std::optional<double> seq_len) {
  const double original = trained_length(config);
  const bool is_long = seq_len && *seq_len > original;
  const std::vector<double>& divisor = is_long ? config.long_factor : config.short_factor;

  Frequencies result = standard(config);
  result.divisor = 0;
  for (std::size_t j = 0; j < result.theta.size(); ++j) result.theta[j] /= static_cast<Real>(divisor[j]);

  const Real factor = extension_factor(config);
  if (config.attention_factor)
    result.attention_factor = *config.attention_factor;
  else if (factor > 1)
    result.attention_factor = std::sqrt(1 + std::log(factor) / std::log(static_cast<Real>(original)));

  if (!seq_len)
    result.rule = "LongRoPE: short factors, as a model is loaded.";
  else
    result.rule = fmt::format("LongRoPE: {} factors, because {} {} {}.", is_long ? "long" : "short", grouped(*seq_len),
                              is_long ? ">" : "≤", grouped(original));
  return result;
}

} // namespace ropescope::scaling
