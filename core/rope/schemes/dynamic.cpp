// Dynamic NTK: the base grows with the sequence once it is longer than max_position_embeddings (never
// original_max_position_embeddings). HunYuan's `alpha` is a static NTK scaling under the same name; once a
// sequence outgrows the context, Hugging Face's generic function takes over and forgets it.
#include <algorithm>
#include <type_traits>

#include <fmt/format.h>

#include "core/error.h"
#include "core/rope/scheme.h"
#include "core/text.h"

namespace ropescope::schemes {

namespace {

/// Tokens that the base is made for: the call's, but never fewer than the context.
double effective_length(const RopeConfig& config, std::optional<double> seq_len) {
  return std::max(seq_len.value_or(0), config.scaling.max_position_embeddings);
}

bool outgrows_context(const RopeConfig& config, std::optional<double> seq_len) {
  return effective_length(config, seq_len) > config.scaling.max_position_embeddings;
}

template <typename A>
Frequencies<A> frequencies(const RopeConfig& config, std::optional<double> seq_len) {
  using Scalar = typename A::Scalar;
  // A forward pass has the sequence length as a tensor: there the new base is float32 already.
  using Base = std::conditional_t<std::is_same_v<A, PyTorch>, float, Scalar>;
  const bool outgrown = outgrows_context(config, seq_len);
  if (config.scaling[key::alpha] && !outgrown) return ntk_frequencies<A>(config);
  if (!config.scaling.factor)
    throw Error("rope_type \"dynamic\" needs a \"factor\" once a sequence is longer than the context");
  if (!outgrown) {
    Frequencies<A> result = standard_frequencies<A>(config);
    result.divisor = 0;
    return result;
  }
  const double length = config.scaling.max_position_embeddings, effective = effective_length(config, seq_len);
  const auto d = static_cast<Scalar>(config.layout.rotary_dim);
  const Scalar s = *config.scaling.factor;
  // s·n/L − (s − 1): 1 at n = L, where the base is unchanged; each further L tokens add s.
  const Base growth =
      static_cast<Base>(s) * static_cast<Base>(effective) / static_cast<Base>(length) - static_cast<Base>(s - 1);
  // PyTorch raises a float32 tensor to a Python number in double and rounds the result.
  const Base base =
      static_cast<Base>(config.base) * static_cast<Base>(std::pow(static_cast<Scalar>(growth), d / (d - 2)));
  return {.theta = default_frequencies<A>(static_cast<Scalar>(base), config.layout.rotary_dim),
          .base = static_cast<Scalar>(base),
          .divisor = 0};
}

std::string sentence(const RopeConfig& config, std::optional<double> seq_len) {
  const double length = config.scaling.max_position_embeddings;
  const std::optional<double> alpha = config.scaling[key::alpha];
  if (outgrows_context(config, seq_len))
    return fmt::format("Dynamic NTK: base {:.6g}, because {} > {} tokens.",
                       static_cast<double>(frequencies<Exact>(config, seq_len).base),
                       grouped(effective_length(config, seq_len)), grouped(length));
  if (alpha)
    return fmt::format("Dynamic NTK: alpha {:g}, fixed while the sequence fits {} tokens.", *alpha, grouped(length));
  return fmt::format("Dynamic NTK: base unchanged up to {} tokens.", grouped(length));
}

void validate(const RopeConfig& config) {
  require_factor_or_alpha(config);
  if (!(config.scaling.max_position_embeddings > 0)) throw Error("rope_type \"dynamic\" needs max_position_embeddings");
}

constexpr std::string_view aliases[] = {"xdrope"};
constexpr const Parameter* parameters[] = {&key::alpha};
constexpr const Parameter* required[] = {&key::factor};

} // namespace

const Scheme dynamic{.type = RopeType::dynamic,
                     .name = "dynamic",
                     .aliases = aliases,
                     .title = "dynamic NTK",
                     .label = "dynamic",
                     .idea = "NTK-aware, by a base that grows with the sequence",
                     .source = "emozilla 2023; transformers @ decba1d2",
                     .acts_on = ActsOn::base,
                     .memory = CallMemory::grows_returns,
                     .parameters = parameters,
                     .required = required,
                     .excuses = &key::alpha,
                     .validate = validate,
                     .adopt = count_from_trained_length,
                     .exact = frequencies<Exact>,
                     .pytorch = frequencies<PyTorch>,
                     .sentence = sentence};

} // namespace ropescope::schemes
