// YaRN: Peng et al. 2023, arXiv 2309.00071, as Hugging Face computes it; its dynamic form and its extrapolation_factor
// and attn_factor are those of jquesnelle/yarn @ 995db5b, Llama{,Dynamic}YaRNScaledRotaryEmbedding.
#include <algorithm>
#include <numbers>

#include <fmt/format.h>

#include "core/rope/scaling/scaling.h"

namespace ropescope::scaling {

namespace {

/// The (fractional) pair that completes `turns` turns within the original context.
template <typename Scalar>
Scalar pair_with_turns(Scalar turns, Scalar rotary_dim, Scalar base, Scalar original_length) {
  return rotary_dim * std::log(original_length / (turns * 2 * std::numbers::pi_v<Scalar>)) / (2 * std::log(base));
}

template <typename Scalar>
Scalar attention(const RopeConfig& config, Scalar factor) {
  if (config.attention.attention_factor) return static_cast<Scalar>(*config.attention.attention_factor);
  const double mscale = config.scaling.mscale.value_or(0), all_dim = config.scaling.mscale_all_dim.value_or(0);
  if (mscale != 0 && all_dim != 0) return magnitude<Scalar>(factor, mscale) / magnitude<Scalar>(factor, all_dim);
  return magnitude<Scalar>(factor, 1) * static_cast<Scalar>(config.scaling.attn_factor);
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
  if (low == high) high += Scalar(0.001L);
  std::vector<Real> result(static_cast<std::size_t>(pair_count(config)));
  for (std::size_t j = 0; j < result.size(); ++j)
    result[j] = std::clamp<Real>((static_cast<Real>(j) - static_cast<Real>(low)) / static_cast<Real>(high - low), 0, 1);
  return result;
}

template <typename A>
Frequencies<A> yarn(const RopeConfig& config) {
  using Scalar = typename A::Scalar;
  using Real = typename A::Real;
  const double factor = extension_factor(config);
  const double fast =
      config.scaling.beta_fast != 0 ? config.scaling.beta_fast : 32; // 0 is "not given" in Python's `or`
  const double slow = config.scaling.beta_slow != 0 ? config.scaling.beta_slow : 1;
  const std::vector<Real> interpolated = ramp<A>(config, fast, slow, config.scaling.truncate);
  const std::vector<Real> powers = A::powers(config.base, config.layout.rotary_dim, pair_count(config));

  Frequencies<A> result{.base = config.base, .divisor = factor};
  result.attention_factor = attention<Scalar>(config, factor);
  for (std::size_t j = 0; j < powers.size(); ++j) {
    const Real kept = (1 - interpolated[j]) * static_cast<Real>(config.scaling.extrapolation_factor);
    result.theta.push_back(1 / (static_cast<Real>(factor) * powers[j]) * (1 - kept) + 1 / powers[j] * kept);
  }
  const auto is_kept = std::count(interpolated.begin(), interpolated.end(), Real(0)),
             is_slowed = std::count(interpolated.begin(), interpolated.end(), Real(1));
  result.rule = fmt::format("YaRN: {} pairs kept, {} blended, {} divided by {:g}.", is_kept,
                            static_cast<std::ptrdiff_t>(powers.size()) - is_kept - is_slowed, is_slowed, factor);
  return result;
}

template <typename A>
Frequencies<A> dynamic_yarn(const RopeConfig& config, std::optional<double> seq_len) {
  const double stated = config.scaling.max_position_embeddings, original = trained_length(config);
  return growing<A>(yarn<A>, "Dynamic YaRN", config, seq_len, std::max(stated, original), original, stated / original);
}

template std::vector<Exact::Real> ramp<Exact>(const RopeConfig&, Exact::Scalar, Exact::Scalar, bool);
template std::vector<PyTorch::Real> ramp<PyTorch>(const RopeConfig&, PyTorch::Scalar, PyTorch::Scalar, bool);
ROPESCOPE_BOTH_ARITHMETICS(yarn, const RopeConfig&)
ROPESCOPE_BOTH_ARITHMETICS(dynamic_yarn, const RopeConfig&, std::optional<double>)

} // namespace ropescope::scaling
