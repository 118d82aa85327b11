// p-RoPE: Barbero et al. 2024, arXiv 2410.06205, as Gemma 4's full-attention layers use it. The table is as
// wide as the head and the exponent divides by head_dim; all but the first pairs have frequency 0.
#include <algorithm>

#include <fmt/format.h>

#include "core/error.h"
#include "core/rope/scheme.h"

namespace ropescope::schemes {

namespace {

std::int64_t pairs_of_head(const RopeConfig& config) { return (config.layout.head_dim + 1) / 2; }

/// Python: int(partial * head_dim // 2), a floor division of doubles.
std::int64_t turning_pairs(const RopeConfig& config) {
  const double turning =
      std::floor(config.layout.partial_rotary_factor * static_cast<double>(config.layout.head_dim) / 2);
  return std::min(static_cast<std::int64_t>(turning), pairs_of_head(config));
}

template <typename A>
Frequencies<A> frequencies(const RopeConfig& config, std::optional<double>) {
  const double factor = config.scaling.factor.value_or(1.0);
  Frequencies<A> result{.base = config.base, .divisor = factor};
  // The exponent divides by the whole head, so the pairs that turn have the frequencies of a head that turns whole.
  result.theta = A::powers(config.base, config.layout.head_dim, turning_pairs(config));
  for (auto& theta : result.theta) theta = 1 / theta / static_cast<typename A::Real>(factor);
  result.theta.resize(static_cast<std::size_t>(pairs_of_head(config)), 0);
  return result;
}

std::string sentence(const RopeConfig& config, std::optional<double>) {
  const std::int64_t turning = turning_pairs(config), pairs = pairs_of_head(config);
  const double factor = config.scaling.factor.value_or(1.0);
  std::string words =
      turning == pairs ? fmt::format("p-RoPE with p = 1: all {} pairs turn. A smaller p stops the slowest", pairs)
      : turning == 0   ? fmt::format("p-RoPE with p = 0: none of {} pairs turns", pairs)
                       : fmt::format("p-RoPE with p = {:g}: {} of {} pairs turn, the slowest {} never do",
                                     config.layout.partial_rotary_factor, turning, pairs, pairs - turning);
  if (factor != 1) words += fmt::format("; each is divided by {:g}", factor);
  return words + '.';
}

void validate(const RopeConfig& config) {
  const HeadLayout& layout = config.layout;
  if (layout.rotary_dim != layout.head_dim)
    throw Error(fmt::format("rotary_dim is {}, and rope_type \"proportional\" spans the whole head of {}",
                            layout.rotary_dim, layout.head_dim));
  if (!(layout.partial_rotary_factor >= 0 && layout.partial_rotary_factor <= 1))
    throw Error(fmt::format("partial_rotary_factor is {}, expected 0…1", layout.partial_rotary_factor));
}

bool adopt(RopeConfig& config) {
  config.layout.rotary_dim = config.layout.head_dim;
  return true;
}

} // namespace

const Scheme proportional{.type = RopeType::proportional,
                          .name = "proportional",
                          .title = "p-RoPE",
                          .label = "p-RoPE",
                          .idea = "the slowest pairs do not turn at all",
                          .source = "Barbero et al. 2024, arXiv 2410.06205; Gemma 4",
                          .takes_factor = false,
                          .spans_whole_head = true,
                          .validate = validate,
                          .adopt = adopt,
                          .exact = frequencies<Exact>,
                          .pytorch = frequencies<PyTorch>,
                          .sentence = sentence};

} // namespace ropescope::schemes
