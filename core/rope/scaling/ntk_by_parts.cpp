// NTK-by-parts, YaRN's forerunner: jquesnelle/yarn @ 995db5b, Llama{,Dynamic}PartNTKScaledRotaryEmbedding. Fast pairs
// are kept, slow ones interpolated, and those between take NTK-aware scaling; the four bounds, in turns within the
// original context, were "found experimentally" there.
#include <algorithm>

#include <fmt/format.h>

#include "core/rope/scaling/scaling.h"

namespace ropescope::scaling {

template <typename A>
Frequencies<A> ntk_by_parts(const RopeConfig& config) {
  using Scalar = typename A::Scalar;
  using Real = typename A::Real;
  const auto d = static_cast<Scalar>(config.layout.rotary_dim);
  const double factor = extension_factor(config);
  const Scalar ntk_base = config.base * std::pow(static_cast<Scalar>(factor), d / (d - 2));
  const std::int64_t pairs = pair_count(config);
  const std::vector<Real> powers = A::powers(config.base, config.layout.rotary_dim, pairs);
  const std::vector<Real> ntk_powers = A::powers(ntk_base, config.layout.rotary_dim, pairs);
  const std::vector<Real> to_linear = ramp<A>(config, Scalar(1.25), Scalar(0.75), true);
  const std::vector<Real> from_base = ramp<A>(config, 16, 2, true);

  Frequencies<A> result{.base = config.base, .divisor = factor};
  for (std::size_t j = 0; j < powers.size(); ++j) {
    const Real by_ntk = (1 - to_linear[j]) * static_cast<Real>(config.scaling.ntk_factor);
    const Real scaled = 1 / (static_cast<Real>(factor) * powers[j]) * (1 - by_ntk) + 1 / ntk_powers[j] * by_ntk;
    const Real kept = (1 - from_base[j]) * static_cast<Real>(config.scaling.extrapolation_factor);
    result.theta.push_back(scaled * (1 - kept) + 1 / powers[j] * kept);
  }
  result.rule = fmt::format("NTK-by-parts: kept from 16 turns, NTK-aware from 2 to 1.25, ÷{:g} below 0.75.", factor);
  return result;
}

template <typename A>
Frequencies<A> dynamic_ntk_by_parts(const RopeConfig& config, std::optional<double> seq_len) {
  constexpr double first_llama = 2048; // tokens of the model that it was made for
  const double length = config.scaling.max_position_embeddings;
  return growing<A>(ntk_by_parts<A>, "Dynamic NTK-by-parts", config, seq_len, length, length, length / first_llama);
}

ROPESCOPE_BOTH_ARITHMETICS(ntk_by_parts, const RopeConfig&)
ROPESCOPE_BOTH_ARITHMETICS(dynamic_ntk_by_parts, const RopeConfig&, std::optional<double>)

} // namespace ropescope::scaling
