// The automatic base of KoboldCpp, Gradient's formula: LostRuins/koboldcpp, gpttype_adapter.cpp,
// CalcGradientAIRopeFreqBase. Lengths are counted in turns of the fastest pair, 2π tokens each. What it does for SOLAR
// models beside that is not here.
#include <cmath>
#include <numbers>

#include <fmt/format.h>

#include "core/error.h"
#include "core/rope/scheme.h"

namespace ropescope::schemes {

namespace {

template <typename Scalar>
Scalar base_of(const RopeConfig& config) {
  const Scalar turn = 2 * std::numbers::pi_v<Scalar>;
  const Scalar trained = trained_length(config);
  const Scalar wanted = trained * extension_factor(config);
  if (wanted <= trained || wanted <= 2048) return config.base;
  return std::pow(static_cast<Scalar>(config.base), std::log(wanted / turn) / std::log(trained / turn));
}

template <typename A>
Frequencies<A> frequencies(const RopeConfig& config, std::optional<double>) {
  const auto base = base_of<typename A::Scalar>(config);
  return {.theta = default_frequencies<A>(base, config.layout.rotary_dim), .base = base};
}

void validate(const RopeConfig& config) {
  require_factor(config);
  if (!(trained_length(config) > 7)) // more than a turn, 2π tokens: else the logarithm is 0 or less
    throw Error(
        fmt::format("the trained length is {:g} tokens, expected more than 7 for this base", trained_length(config)));
}

std::string sentence(const RopeConfig& config, std::optional<double>) {
  return fmt::format("Automatic base: {:.6g} instead of {:g}.", static_cast<double>(base_of<long double>(config)),
                     config.base);
}

constexpr const Parameter* required[] = {&key::factor};
constexpr std::string_view aliases[] = {"gradient"};

} // namespace

const Scheme kobold{.type = RopeType::kobold,
                    .name = "kobold",
                    .aliases = aliases,
                    .title = "automatic base",
                    .label = "auto base",
                    .idea = "the base grows by the ratio of the lengths' logarithms",
                    .source = "LostRuins/koboldcpp, gpttype_adapter.cpp",
                    .acts_on = ActsOn::base,
                    .offered = false,
                    .required = required,
                    .validate = validate,
                    .exact = frequencies<Exact>,
                    .pytorch = frequencies<PyTorch>,
                    .sentence = sentence};

} // namespace ropescope::schemes
