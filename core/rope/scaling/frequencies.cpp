#include <algorithm>
#include <numbers>
#include <type_traits>

#include <fmt/format.h>

#include "core/rope/scaling/scaling.h"
#include "core/text.h"

namespace ropescope::scaling {

namespace {

template <typename A>
Frequencies<A> by_type(const RopeConfig& config, std::optional<double> seq_len) {
  switch (config.scaling.rope_type) {
  case RopeType::standard: return standard<A>(config);
  case RopeType::linear: return linear<A>(config);
  case RopeType::ntk: return ntk<A>(config);
  case RopeType::dynamic: return dynamic<A>(config, seq_len);
  case RopeType::yarn: return yarn<A>(config);
  case RopeType::longrope: return longrope<A>(config, seq_len);
  case RopeType::llama3: return llama3<A>(config);
  case RopeType::proportional: return proportional<A>(config);
  case RopeType::ntk_by_parts: return ntk_by_parts<A>(config);
  case RopeType::dynamic_yarn: return dynamic_yarn<A>(config, seq_len);
  case RopeType::dynamic_ntk_by_parts: return dynamic_ntk_by_parts<A>(config, seq_len);
  }
  return {};
}

/// By the factors of a file, one for each pair.
template <typename A>
void divide(Frequencies<A>& frequencies, const RopeConfig& config) {
  std::size_t divided = 0;
  double greatest = 1;
  for (std::size_t i = 0; i < frequencies.theta.size(); ++i) {
    frequencies.theta[i] /= static_cast<typename A::Real>(config.scaling.freq_factors[i]);
    divided += config.scaling.freq_factors[i] != 1;
    greatest = std::max(greatest, config.scaling.freq_factors[i]);
  }
  if (frequencies.divisor == 1) frequencies.divisor = greatest;
  frequencies.rule += fmt::format("{}The file's factors divide {} of {} pairs, by up to {:.4g}.",
                                  frequencies.rule.empty() ? "" : " ", divided, frequencies.theta.size(), greatest);
}

/// Each axis of a patch has its own half of the pairs, with the frequencies of a head half as wide.
template <typename A>
Frequencies<A> of_two_halves(const RopeConfig& config, std::optional<double> seq_len) {
  RopeConfig half = config;
  half.axes.rule = AxisRule::single;
  half.layout.rotary_dim = config.layout.rotary_dim / 2;
  half.layout.head_dim = config.layout.head_dim / 2;
  Frequencies<A> result = by_type<A>(half, seq_len);
  const std::vector<typename A::Real> once = result.theta;
  result.theta.insert(result.theta.end(), once.begin(), once.end());
  return result;
}

} // namespace

template <typename A>
Frequencies<A> frequencies(const RopeConfig& config, std::optional<double> seq_len) {
  using Real = typename A::Real;
  Frequencies<A> result;
  switch (config.axes.rule) {
  case AxisRule::halves:
  case AxisRule::halves_xy: result = of_two_halves<A>(config, seq_len); break;
  case AxisRule::centred_grid: {
    // Positions are odd integers 2i + 1 − side: the patch centre over −1 … 1 is that over the side, times 2π. PyTorch
    // has that factor in the position (core/rope/recipe.cpp).
    result = of_two_halves<A>(config, seq_len);
    if (std::is_same_v<A, PyTorch>) break;
    const std::size_t half = result.theta.size() / 2;
    for (std::size_t i = 0; i < result.theta.size(); ++i)
      result.theta[i] *=
          2 * std::numbers::pi_v<Real> / static_cast<Real>(i < half ? config.axes.grid_height : config.axes.grid_width);
    break;
  }
  case AxisRule::even_odd: {
    result = by_type<A>(config, seq_len);
    const std::vector<Real> all = result.theta;
    const std::size_t half = all.size() / 2;
    for (std::size_t i = 0; i < all.size(); ++i) result.theta[i] = i < half ? all[2 * i] : all[2 * (i - half) + 1];
    break;
  }
  default: result = by_type<A>(config, seq_len);
  }
  if (config.scaling.rope_type == RopeType::standard || config.scaling.rope_type == RopeType::linear)
    result.attention_factor *= config.scaling.attn_factor; // ggml's; the others have it in their own
  if (!config.scaling.freq_factors.empty()) divide<A>(result, config);
  if (!config.rotates) {
    result.theta.assign(result.theta.size(), 0);
    result.attention_factor = 1;
    result.rule = "No RoPE: in these layers nothing turns.";
  }
  if (config.attention.query_scale != QueryScale::none)
    result.rule += fmt::format("{}Beside it queries grow with their position: ×{:.4g} at {} tokens.",
                               result.rule.empty() ? "" : " ", query_scale(config, 131072), grouped(131072));
  return result;
}

ROPESCOPE_BOTH_ARITHMETICS(frequencies, const RopeConfig&, std::optional<double>)

} // namespace ropescope::scaling
