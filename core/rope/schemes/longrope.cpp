// LongRoPE: Ding et al. 2024, arXiv 2402.13753, as Phi-3 ships it. One set of divisors for calls that fit the
// original context and one for those that do not, by the greatest position of the whole call; the attention factor is
// the same for both, but for PhiMoE, which states one for each.
#include <algorithm>

#include <fmt/format.h>

#include "core/error.h"
#include "core/rope/scheme.h"
#include "core/text.h"

namespace ropescope::schemes {

namespace {

// PhiMoE's own.
constexpr Key<std::optional<double>> short_mscale{
    {.key = "short_mscale", .meaning = "the attention factor of calls that fit the original context, in PhiMoE"}};
constexpr Key<std::optional<double>> long_mscale{
    {.key = "long_mscale", .meaning = "the attention factor of calls longer than the original context, in PhiMoE"}};

/// Whether the call outgrows the original context. Without a length the answer is no, as when a model is loaded.
bool is_long(const RopeConfig& config, std::optional<double> seq_len) {
  return seq_len && *seq_len > trained_length(config);
}

std::optional<double> stated_factor(const RopeConfig& config, bool long_call) {
  return long_call ? config.scaling[long_mscale] : config.scaling[short_mscale];
}

template <typename A>
Frequencies<A> frequencies(const RopeConfig& config, std::optional<double> seq_len) {
  using Scalar = typename A::Scalar;
  using Real = typename A::Real;
  const bool long_call = is_long(config, seq_len);
  const std::vector<double>& divisor = long_call ? config.scaling[key::long_factor] : config.scaling[key::short_factor];

  Frequencies<A> result{.base = config.base, .divisor = 0};
  result.theta = A::powers(config.base, config.layout.rotary_dim, pair_count(config));
  for (std::size_t j = 0; j < result.theta.size(); ++j)
    // The divisor multiplies the power before the reciprocal is taken, as Hugging Face does: one rounding in another
    // place.
    result.theta[j] = 1 / (static_cast<Real>(divisor[j]) * result.theta[j]);

  // PhiMoE's number first, then what the file states, then √(1 + ln s / ln L) of the paper.
  const Scalar factor = extension_factor(config);
  if (const auto stated = stated_factor(config, long_call))
    result.attention_factor = *stated;
  else if (config.attention.attention_factor)
    result.attention_factor = *config.attention.attention_factor;
  else if (factor > 1)
    result.attention_factor = std::sqrt(1 + std::log(factor) / std::log(static_cast<Scalar>(trained_length(config))));
  return result;
}

std::string sentence(const RopeConfig& config, std::optional<double> seq_len) {
  if (!seq_len) return "LongRoPE: short factors, as a model is loaded.";
  const bool long_call = is_long(config, seq_len);
  const bool phimoe = long_call && stated_factor(config, true);
  return fmt::format("LongRoPE: {} factors, because {} {} {}.{}", long_call ? "long" : "short", grouped(*seq_len),
                     long_call ? ">" : "≤", grouped(trained_length(config)),
                     phimoe ? " (transformers 5.16 keeps PhiMoE's short factors there.)" : "");
}

void require_factors(const RopeConfig& config, const Key<std::vector<double>>& key) {
  const std::vector<double>& factors = config.scaling[key];
  const auto expected = static_cast<std::size_t>(pair_count(config));
  if (factors.size() != expected)
    throw Error(
        fmt::format("{} has {} entries, expected one for each of the {} pairs", key.key, factors.size(), expected));
  if (!std::all_of(factors.begin(), factors.end(), [](double f) { return f > 0 && std::isfinite(f); }))
    throw Error(fmt::format("{} holds a number that is not positive", key.key));
}

void validate(const RopeConfig& config) {
  require_factors(config, key::short_factor);
  require_factors(config, key::long_factor);
  if (!config.attention.attention_factor && extension_factor(config) > 1 && !(trained_length(config) > 1))
    throw Error("longrope needs original_max_position_embeddings greater than 1");
}

bool adopt(RopeConfig& config) { return !config.scaling[key::long_factor].empty(); }

constexpr std::string_view aliases[] = {"su"};
constexpr const Parameter* parameters[] = {&key::short_factor, &key::long_factor, &short_mscale, &long_mscale,
                                           &key::attention_factor};
constexpr const Parameter* required[] = {&key::short_factor, &key::long_factor};

} // namespace

const Scheme longrope{
    .type = RopeType::longrope,
    .name = "longrope",
    .aliases = aliases,
    .title = "LongRoPE",
    .label = "LongRoPE",
    .idea = "every pair is divided by a number of its own that was searched for",
    .source = "Ding et al. 2024, arXiv 2402.13753; Phi-3",
    .acts_on = ActsOn::given_factors,
    .memory = CallMemory::chooses,
    .original_length_above = true,
    .parameters = parameters,
    .required = required,
    .validate = validate,
    .adopt = adopt,
    .cannot_adopt = "LongRoPE needs a factor for every pair: open a config.json that has short_factor and long_factor.",
    .exact = frequencies<Exact>,
    .pytorch = frequencies<PyTorch>,
    .sentence = sentence};

} // namespace ropescope::schemes
