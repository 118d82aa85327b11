// NTK-aware scaling: bloc97 2023; code: jquesnelle/yarn @ 995db5b, LlamaNTKScaledRotaryEmbedding.
// The fastest pair stays, the slowest is divided by exactly alpha.
#include <fmt/format.h>

#include "core/error.h"
#include "core/rope/scheme.h"

namespace ropescope::schemes {

template <typename A>
Frequencies<A> ntk_frequencies(const RopeConfig& config) {
  using Scalar = typename A::Scalar;
  const auto d = static_cast<Scalar>(config.layout.rotary_dim);
  const Scalar alpha = config.scaling[key::alpha].value_or(extension_factor(config));
  // The slowest pair, d/2 − 1, has the exponent −(d − 2)/d. With the base times alpha^(d/(d−2)) its frequency is
  // divided by alpha to the power 1, and that of pair 0 by alpha to the power 0.
  const Scalar base = config.base * std::pow(alpha, d / (d - 2));
  return {.theta = default_frequencies<A>(base, config.layout.rotary_dim), .base = base, .divisor = alpha};
}

ROPESCOPE_BOTH_ARITHMETICS(ntk_frequencies, const RopeConfig&)

void require_factor_or_alpha(const RopeConfig& config) {
  const std::optional<double> alpha = config.scaling[key::alpha];
  if (!alpha)
    require_factor(config);
  else if (!(*alpha > 0) || !std::isfinite(*alpha))
    throw Error(fmt::format("alpha is {}, expected a positive number", *alpha));
  require_room_for_ntk(config, "NTK-aware scaling");
}

namespace {

template <typename A>
Frequencies<A> frequencies(const RopeConfig& config, std::optional<double>) {
  return ntk_frequencies<A>(config);
}

std::string sentence(const RopeConfig& config, std::optional<double>) {
  return fmt::format("NTK-aware: base {:.6g} instead of {:g}.",
                     static_cast<double>(ntk_frequencies<Exact>(config).base), config.base);
}

constexpr const Parameter* parameters[] = {&key::alpha};
constexpr const Parameter* required[] = {&key::factor};

} // namespace

const Scheme ntk{.type = RopeType::ntk,
                 .name = "ntk",
                 .title = "NTK-aware",
                 .label = "NTK",
                 .idea = "the base grows: fast pairs stay, the slowest is divided by the factor",
                 .source = "bloc97 2023; jquesnelle/yarn @ 995db5b",
                 .acts_on = ActsOn::base,
                 .compared_at_first = true,
                 .parameters = parameters,
                 .required = required,
                 .excuses = &key::alpha,
                 .validate = require_factor_or_alpha,
                 .exact = frequencies<Exact>,
                 .pytorch = frequencies<PyTorch>,
                 .sentence = sentence};

} // namespace ropescope::schemes
