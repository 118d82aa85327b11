// Position Interpolation: Chen et al. 2023, arXiv 2306.15595.
#include <fmt/format.h>

#include "core/rope/scheme.h"

namespace ropescope::schemes {

namespace {

template <typename A>
Frequencies<A> frequencies(const RopeConfig& config, std::optional<double>) {
  Frequencies<A> result = standard_frequencies<A>(config);
  const double factor = extension_factor(config);
  for (auto& theta : result.theta) theta /= static_cast<typename A::Real>(factor);
  result.divisor = factor;
  result.attention_factor *= config.scaling[key::attn_factor]; // ggml's; Hugging Face has none here
  return result;
}

std::string sentence(const RopeConfig& config, std::optional<double>) {
  return fmt::format("PI: every pair is divided by {:g}.", extension_factor(config));
}

constexpr const Parameter* required[] = {&key::factor};

} // namespace

const Scheme linear{.type = RopeType::linear,
                    .name = "linear",
                    .title = "PI",
                    .label = "PI",
                    .idea = "every frequency is divided by the factor",
                    .source = "Chen et al. 2023, arXiv 2306.15595",
                    .acts_on = ActsOn::every_pair,
                    .compared_at_first = true,
                    .required = required,
                    .validate = require_factor,
                    .exact = frequencies<Exact>,
                    .pytorch = frequencies<PyTorch>,
                    .sentence = sentence};

} // namespace ropescope::schemes
