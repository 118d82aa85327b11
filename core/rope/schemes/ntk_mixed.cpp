// Su Jianlin's mixed-base NTK scaling, and the "fixed" one that GTE's models have: kexue.fm/archives/9706;
// vllm-project/vllm @ 03587f55, ntk_scaling_rope.py, which reads `"type": "ntk"` and `mixed_b`.
#include <fmt/format.h>

#include "core/rope/scheme.h"

namespace ropescope::schemes {

namespace {

constexpr Key<std::optional<double>> mixed_b{
    {.key = "mixed_b",
     .meaning =
         "pair j is divided by exp(a * (j+1)^mixed_b), where a gives the slowest pair the whole factor; null: all "
         "pairs share a larger base and a divisor"}};

template <typename A>
Frequencies<A> frequencies(const RopeConfig& config, std::optional<double>) {
  using Scalar = typename A::Scalar;
  const auto d = static_cast<Scalar>(config.layout.rotary_dim);
  const Scalar s = extension_factor(config);
  const std::optional<double> b = config.scaling[mixed_b];
  Frequencies<A> result;
  if (!b) {
    // The base times s, then all divided by s^(2/d): the slowest pair is divided by s, the fastest by s^(2/d).
    result.base = config.base * s;
    result.theta = default_frequencies<A>(result.base, config.layout.rotary_dim);
    const Scalar divisor = std::pow(s, 2 / d);
    for (auto& theta : result.theta) theta /= divisor;
    result.divisor = s;
    return result;
  }
  // Pair j by exp(a·(j + 1)^b), with the a that gives the slowest pair the factor.
  result.base = config.base;
  result.theta = default_frequencies<A>(result.base, config.layout.rotary_dim);
  const Scalar a = std::log(s) / std::pow(d / 2, static_cast<Scalar>(*b));
  for (std::size_t j = 0; j < result.theta.size(); ++j)
    result.theta[j] /= std::exp(a * std::pow(static_cast<Scalar>(j + 1), static_cast<Scalar>(*b)));
  result.divisor = s;
  return result;
}

constexpr const Parameter* parameters[] = {&mixed_b};
constexpr const Parameter* required[] = {&key::factor};

} // namespace

const Scheme ntk_mixed{.type = RopeType::ntk_mixed,
                       .name = "ntk-mixed",
                       .title = "NTK, mixed base",
                       .label = "NTK mixed",
                       .idea = "the factor is shared among the pairs: each a little more than the one before",
                       .source = "Su 2023, kexue.fm/archives/9706; vLLM @ 03587f55",
                       .acts_on = ActsOn::pair_index,
                       .offered = false,
                       .parameters = parameters,
                       .required = required,
                       .validate = require_factor,
                       .exact = frequencies<Exact>,
                       .pytorch = frequencies<PyTorch>};

} // namespace ropescope::schemes
