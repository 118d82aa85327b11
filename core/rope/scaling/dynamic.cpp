// Dynamic NTK: the base grows with the sequence once it is longer than max_position_embeddings (never
// original_max_position_embeddings). HunYuan's `alpha` is a static NTK scaling under the same name; once a
// sequence outgrows the context, Hugging Face's generic function takes over and forgets it.
#include <algorithm>
#include <type_traits>

#include <fmt/format.h>

#include "core/error.h"
#include "core/rope/scaling/scaling.h"
#include "core/text.h"

namespace ropescope::scaling {

template <typename A>
Frequencies<A> dynamic(const RopeConfig& config, std::optional<double> seq_len) {
  using Scalar = typename A::Scalar;
  // A forward pass has the sequence length as a tensor: there the new base is float32 already.
  using Base = std::conditional_t<std::is_same_v<A, PyTorch>, float, Scalar>;
  const double length = config.scaling.max_position_embeddings, effective = std::max(seq_len.value_or(0), length);
  if (config.scaling.alpha && effective <= length) {
    Frequencies<A> result = ntk<A>(config);
    result.rule = fmt::format("Dynamic NTK: alpha {:g}, fixed while the sequence fits {} tokens.",
                              *config.scaling.alpha, grouped(length));
    return result;
  }
  if (!config.scaling.factor)
    throw Error("rope_type \"dynamic\" needs a \"factor\" once a sequence is longer than the context");
  if (effective <= length) {
    Frequencies<A> result = standard<A>(config);
    result.divisor = 0;
    result.rule = fmt::format("Dynamic NTK: base unchanged up to {} tokens.", grouped(length));
    return result;
  }
  const auto d = static_cast<Scalar>(config.layout.rotary_dim);
  const Scalar s = *config.scaling.factor;
  const Base growth =
      static_cast<Base>(s) * static_cast<Base>(effective) / static_cast<Base>(length) - static_cast<Base>(s - 1);
  // PyTorch raises a float32 tensor to a Python number in double and rounds the result.
  const Base base =
      static_cast<Base>(config.base) * static_cast<Base>(std::pow(static_cast<Scalar>(growth), d / (d - 2)));
  return {.theta = default_frequencies<A>(static_cast<Scalar>(base), config.layout.rotary_dim),
          .base = static_cast<Scalar>(base),
          .divisor = 0,
          .rule = fmt::format("Dynamic NTK: base {:.6g}, because {} > {} tokens.", static_cast<double>(base),
                              grouped(effective), grouped(length))};
}

ROPESCOPE_BOTH_ARITHMETICS(dynamic, const RopeConfig&, std::optional<double>)

} // namespace ropescope::scaling
