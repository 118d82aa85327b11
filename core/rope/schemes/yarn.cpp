// YaRN: Peng et al. 2023, arXiv 2309.00071, as Hugging Face computes it; its extrapolation_factor and attn_factor are
// those of jquesnelle/yarn @ 995db5b, LlamaYaRNScaledRotaryEmbedding.
#include <algorithm>
#include <numbers>

#include <fmt/format.h>

#include "core/error.h"
#include "core/rope/scheme.h"

namespace ropescope::schemes {

namespace {

/// The (fractional) pair that completes `turns` turns within the original context.
/// Pair j turns base^(−2j/d)·length/2π times within `length` tokens; this is that equation solved for j.
template <typename Scalar>
Scalar pair_with_turns(Scalar turns, Scalar rotary_dim, Scalar base, Scalar original_length) {
  return rotary_dim * std::log(original_length / (turns * 2 * std::numbers::pi_v<Scalar>)) / (2 * std::log(base));
}

/// What cos and sin are multiplied by: the stated factor, else the quotient of two magnitudes (DeepSeek), else YaRN's
/// own magnitude, which is 1 + 0.1·ln s. As in Python, 0 counts as not given, and mscale counts only beside
/// mscale_all_dim.
template <typename Scalar>
Scalar attention(const RopeConfig& config, Scalar factor) {
  if (config.attention.attention_factor) return static_cast<Scalar>(*config.attention.attention_factor);
  const double mscale = config.scaling[key::mscale].value_or(0),
               all_dim = config.scaling[key::mscale_all_dim].value_or(0);
  if (mscale != 0 && all_dim != 0) return magnitude<Scalar>(factor, mscale) / magnitude<Scalar>(factor, all_dim);
  return magnitude<Scalar>(factor, 1) * static_cast<Scalar>(config.scaling[key::attn_factor]);
}

} // namespace

template <typename A>
std::vector<typename A::Real> ramp(const RopeConfig& config, typename A::Scalar fast, typename A::Scalar slow,
                                   bool truncate) {
  using Scalar = typename A::Scalar;
  using Real = typename A::Real;
  const auto d = static_cast<Scalar>(config.layout.rotary_dim);
  const Scalar base = config.base, length = trained_length(config);
  Scalar low = pair_with_turns(fast, d, base, length), high = pair_with_turns(slow, d, base, length);
  if (truncate) {
    low = std::floor(low);
    high = std::ceil(high);
  }
  low = std::max<Scalar>(low, 0);
  high = std::min<Scalar>(high, d - 1);
  // Hugging Face's guard against a division by 0; the ramp becomes a step.
  if (low == high) high += Scalar(0.001L);
  std::vector<Real> result(static_cast<std::size_t>(pair_count(config)));
  for (std::size_t j = 0; j < result.size(); ++j)
    result[j] = std::clamp<Real>((static_cast<Real>(j) - static_cast<Real>(low)) / static_cast<Real>(high - low), 0, 1);
  return result;
}

namespace {

/// YaRN's own ramp: 1 for pairs that are divided by the whole factor.
template <typename A>
std::vector<typename A::Real> yarn_ramp(const RopeConfig& config) {
  // 0 is "not given" in Python's `or`.
  const double fast = config.scaling[key::beta_fast], slow = config.scaling[key::beta_slow];
  return ramp<A>(config, fast != 0 ? fast : key::beta_fast.fallback, slow != 0 ? slow : key::beta_slow.fallback,
                 config.scaling[key::truncate]);
}

} // namespace

template <typename A>
Frequencies<A> yarn_frequencies(const RopeConfig& config) {
  using Scalar = typename A::Scalar;
  using Real = typename A::Real;
  const double factor = extension_factor(config);
  const std::vector<Real> interpolated = yarn_ramp<A>(config);
  const std::vector<Real> powers = A::powers(config.base, config.layout.rotary_dim, pair_count(config));

  Frequencies<A> result{.base = config.base, .divisor = factor};
  result.attention_factor = attention<Scalar>(config, factor);
  for (std::size_t j = 0; j < powers.size(); ++j) {
    // Both ends of the blend are reciprocals of powers and not quotients of them, in the order of Hugging Face.
    const Real kept = (1 - interpolated[j]) * static_cast<Real>(config.scaling[key::extrapolation_factor]);
    result.theta.push_back(1 / (static_cast<Real>(factor) * powers[j]) * (1 - kept) + 1 / powers[j] * kept);
  }
  return result;
}

std::string yarn_sentence(const RopeConfig& config) {
  const std::vector<Exact::Real> interpolated = yarn_ramp<Exact>(config);
  const auto kept = std::count(interpolated.begin(), interpolated.end(), Exact::Real(0)),
             slowed = std::count(interpolated.begin(), interpolated.end(), Exact::Real(1));
  return fmt::format("YaRN: {} pairs kept, {} blended, {} divided by {:g}.", kept,
                     static_cast<std::ptrdiff_t>(interpolated.size()) - kept - slowed, slowed,
                     extension_factor(config));
}

template std::vector<Exact::Real> ramp<Exact>(const RopeConfig&, Exact::Scalar, Exact::Scalar, bool);
template std::vector<PyTorch::Real> ramp<PyTorch>(const RopeConfig&, PyTorch::Scalar, PyTorch::Scalar, bool);
ROPESCOPE_BOTH_ARITHMETICS(yarn_frequencies, const RopeConfig&)

namespace {

template <typename A>
Frequencies<A> frequencies(const RopeConfig& config, std::optional<double>) {
  return yarn_frequencies<A>(config);
}

std::string sentence(const RopeConfig& config, std::optional<double>) { return yarn_sentence(config); }

void validate(const RopeConfig& config) {
  // `"factor": null` stands for the ratio of the lengths; a factor that is not there at all is an error.
  if (config.scaling.factor_is_null && !config.scaling.factor)
    require_positive_extension(config);
  else
    require_factor(config);
  require_trained_length(config);
  require_logarithm_of_base(config, "yarn");
  if (config.scaling[key::beta_fast] < 0 || config.scaling[key::beta_slow] < 0)
    throw Error("beta_fast and beta_slow count turns, expected positive numbers");
}

constexpr const Parameter* parameters[] = {&key::beta_fast,   &key::beta_slow,       &key::truncate,
                                           &key::mscale,      &key::mscale_all_dim,  &key::extrapolation_factor,
                                           &key::attn_factor, &key::attention_factor};
constexpr const Parameter* required[] = {&key::factor};
constexpr SchemeControl controls[] = {{.label = "β slow / fast",
                                       .low = &key::beta_slow,
                                       .high = &key::beta_fast,
                                       .least = 0.25,
                                       .greatest = 128,
                                       .swapped = "beta_swapped"}};

constexpr std::string_view aliases[] = {"deepseek_yarn"}; // as vLLM has it

} // namespace

const Scheme yarn{.type = RopeType::yarn,
                  .name = "yarn",
                  .aliases = aliases,
                  .title = "YaRN",
                  .label = "YaRN",
                  .idea = "pairs that turn often are kept, slow ones divided by the factor; scores are sharpened",
                  .source = "Peng et al. 2023, arXiv 2309.00071",
                  .acts_on = ActsOn::pair_index,
                  .original_length_above = true,
                  .compared_at_first = true,
                  .parameters = parameters,
                  .required = required,
                  .controls = controls,
                  .validate = validate,
                  .exact = frequencies<Exact>,
                  .pytorch = frequencies<PyTorch>,
                  .sentence = sentence};

} // namespace ropescope::schemes
