#include "core/rope/ggml.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "core/error.h"
#include "core/rope/scheme_keys.h"
#include "core/rope/spectrum.h"

namespace ropescope {

namespace {

/// The (fractional) pair that completes `turns` turns within n_ctx_orig tokens: ggml_rope_yarn_corr_dim, in its order
/// of operations. core/rope/schemes/yarn.cpp derives the formula.
float corrected_dim(const GgmlRope& rope, double turns) {
  return static_cast<float>(rope.n_dims) *
         std::log(static_cast<float>(rope.n_ctx_orig) / (static_cast<float>(turns) * 2 * std::numbers::pi_v<float>)) /
         (2 * std::log(static_cast<float>(rope.freq_base)));
}

/// 1 for pairs to be extrapolated, 0 for those to be interpolated.
float yarn_ramp(float low, float high, std::int64_t pair) {
  // The least width 0.001 guards the division; Hugging Face widens a ramp only where both ends are equal.
  const float y = (static_cast<float>(pair) - low) / std::max(0.001f, high - low);
  return 1 - std::min(1.0f, std::max(0.0f, y));
}

} // namespace

RopeConfig config_of(const GgmlRope& rope) {
  RopeConfig config;
  const bool vision = rope.mode == GgmlMode::vision, pairs_halves = rope.mode != GgmlMode::normal;
  config.layout.head_dim = rope.head_dim;
  // In vision mode n_dims counts the components of one axis, which is half the rotary part.
  config.layout.rotary_dim = vision ? 2 * rope.n_dims : rope.n_dims;
  config.base = rope.freq_base;
  config.scaling.max_position_embeddings = static_cast<double>(rope.n_ctx_orig);
  config.scaling.factor = 1 / rope.freq_scale;
  config.attention.attention_factor = rope.attn_factor;
  // Both are set, as schemes read different ones: YaRN takes a stated attention_factor as it is, the default scheme and
  // linear scaling multiply by attn_factor.
  config.scaling.set(key::attn_factor, rope.attn_factor);
  if (rope.ext_factor != 0) {
    config.scaling.rope_type = RopeType::yarn;
    config.scaling.set(key::extrapolation_factor, rope.ext_factor);
    config.scaling.set(key::beta_fast, rope.beta_fast);
    config.scaling.set(key::beta_slow, rope.beta_slow);
    // ggml multiplies YaRN's magnitude in where ext_factor is not 0; Hugging Face takes a stated attention_factor for
    // the whole.
    *config.attention.attention_factor *= 1 + 0.1 * std::log(1 / rope.freq_scale);
  } else
    config.scaling.rope_type = rope.freq_scale == 1 ? RopeType::standard : RopeType::linear;
  config.scaling.freq_factors.assign(rope.freq_factors.begin(), rope.freq_factors.end());
  if (rope.mode == GgmlMode::mrope) config.axes.rule = AxisRule::ggml_sections;
  if (rope.mode == GgmlMode::imrope) config.axes.rule = AxisRule::ggml_interleaved;
  if (vision) config.axes.rule = AxisRule::halves;
  // Sections count in MROPE and IMROPE alone. `vision` has one for each axis too, but they follow from n_dims.
  if (!vision && pairs_halves && rope.mode != GgmlMode::neox)
    config.axes.mrope_section.assign(rope.sections.begin(), rope.sections.end());
  config.layout.pairs.pairing = config.layout.pairs.output = pairs_halves ? Pairing::half : Pairing::interleaved;
  config.layout.pairs.offset = rope.offset;
  config.layout.pairs.direction = rope.backward ? -1 : +1;
  return config;
}

bool has_ggml_rope(const RopeConfig& config) {
  switch (config.axes.rule) {
  case AxisRule::sections_ernie:
  case AxisRule::halves_xy:
  case AxisRule::alternating:
  case AxisRule::alternating_xy:
  case AxisRule::thirds:
  case AxisRule::even_odd:
  case AxisRule::centred_grid:
  case AxisRule::listed: return false;
  default: return config.layout.rotary_dim % 2 == 0 && !is_mixed(config);
  }
}

GgmlRope ggml_of(const RopeConfig& config, std::optional<double> seq_len, double attention_factor) {
  // The Spectrum has the rotary_dim that the scheme turns, which p-RoPE makes as wide as the head.
  const Spectrum spectrum = make_spectrum(config, seq_len);
  GgmlRope rope;
  rope.head_dim = config.layout.head_dim;
  rope.n_dims = spectrum.rotary_dim;
  rope.freq_base = config.base;
  switch (config.axes.rule) {
  case AxisRule::single:
    rope.mode = config.layout.pairs.pairing == Pairing::half ? GgmlMode::neox : GgmlMode::normal;
    break;
  case AxisRule::sections:
  case AxisRule::ggml_sections: rope.mode = GgmlMode::mrope; break;
  case AxisRule::sections_interleaved:
  case AxisRule::ggml_interleaved: rope.mode = GgmlMode::imrope; break;
  case AxisRule::halves:
    rope.mode = GgmlMode::vision;
    rope.n_dims /= 2;
    break;
  default: throw Error("ggml has no rope for the axes of this model's positions");
  }
  // Half of the pairs belong to the row and half to the column.
  if (rope.mode == GgmlMode::vision)
    rope.sections.fill(spectrum.pairs() / 2);
  else
    std::copy_n(config.axes.mrope_section.begin(), std::min<std::size_t>(4, config.axes.mrope_section.size()),
                rope.sections.begin());
  rope.attn_factor = attention_factor;
  // ggml always rounds the ends of YaRN's ramp to whole pairs. A model with truncate = false goes by factors.
  const bool by_yarn = config.scaling.rope_type == RopeType::yarn && config.scaling[key::truncate];
  if (config.rotates &&
      (by_yarn || config.scaling.rope_type == RopeType::linear || config.scaling.rope_type == RopeType::standard)) {
    rope.freq_scale = config.scaling.rope_type == RopeType::standard ? 1 : 1 / extension_factor(config);
    rope.freq_factors.assign(config.scaling.freq_factors.begin(), config.scaling.freq_factors.end());
    if (!by_yarn) return rope;
    rope.ext_factor = config.scaling[key::extrapolation_factor];
    rope.n_ctx_orig = static_cast<std::int64_t>(trained_length(config));
    // 0 means "not given" to Hugging Face (Python's `or`).
    const double fast = config.scaling[key::beta_fast], slow = config.scaling[key::beta_slow]; // 0: not given
    rope.beta_fast = fast != 0 ? fast : key::beta_fast.fallback;
    rope.beta_slow = slow != 0 ? slow : key::beta_slow.fallback;
    rope.attn_factor /= 1 + 0.1 * std::log(1 / rope.freq_scale); // ggml multiplies it in again
    return rope;
  }
  // Every other scheme as one divisor for each pair. A pair that never turns is divided by infinity: its angle is 0.
  for (std::size_t i = 0; i < spectrum.inv_freq.size(); ++i)
    rope.freq_factors.push_back(spectrum.inv_freq[i] == 0
                                    ? std::numeric_limits<float>::infinity()
                                    : static_cast<float>(spectrum.unscaled[i] / spectrum.inv_freq[i]));
  return rope;
}

std::vector<CosSin<float>> ggml_table(const GgmlRope& rope, const Positions& positions, AngleRule rule,
                                      std::span<const std::uint8_t> pair_axis) {
  const bool vision = rope.mode == GgmlMode::vision;
  const std::int64_t pairs = vision ? rope.n_dims : rope.n_dims / 2, tokens = positions.tokens();
  // All of this is float32 on purpose: the rounding of ggml's own steps is what a recipe is asked for.
  const float theta_scale = std::pow(static_cast<float>(rope.freq_base), -2.0f / static_cast<float>(rope.n_dims));
  const float low = std::max(0.0f, std::floor(corrected_dim(rope, rope.beta_fast)));
  const float high = std::min(static_cast<float>(rope.n_dims - 1), std::ceil(corrected_dim(rope, rope.beta_slow)));
  const auto freq_scale = static_cast<float>(rope.freq_scale), ext_factor = static_cast<float>(rope.ext_factor);
  auto gain = static_cast<float>(rope.attn_factor);
  if (ext_factor != 0) gain *= 1 + 0.1f * std::log(1 / freq_scale);

  std::vector<std::uint8_t> axes(pair_axis.begin(), pair_axis.end());
  if (axes.empty()) axes = pair_axes(config_of(rope), positions.axes);
  std::vector<CosSin<float>> table;
  table.reserve(static_cast<std::size_t>(tokens * pairs));
  std::vector<float> theta(static_cast<std::size_t>(positions.axes));
  for (std::int64_t token = 0; token < tokens; ++token) {
    // ggml keeps one running angle for each axis, and multiplies all of them at every pair, also those that do not turn
    // this pair. The error of the recurrence grows with the pair's index.
    const auto restart = [&] {
      for (std::size_t a = 0; a < theta.size(); ++a)
        theta[a] = static_cast<float>(positions.at(static_cast<std::int64_t>(a), token));
    };
    restart();
    for (std::int64_t i = 0; i < pairs; ++i) {
      // In vision mode the frequencies begin anew at the column's half of the pairs, and the running angles with them.
      const std::int64_t step = vision ? i % (pairs / 2) : i;
      if (vision && step == 0) restart();
      const auto axis = static_cast<std::size_t>(axes[static_cast<std::size_t>(i)]);
      const float angle = rule == AngleRule::power
                              ? static_cast<float>(positions.at(static_cast<std::int64_t>(axis), token)) *
                                    std::pow(theta_scale, static_cast<float>(step))
                              : theta[axis];
      // The divisor comes before the scale, as in ggml's code: the order decides the last bit.
      const float factor = rope.freq_factors.empty() ? 1 : rope.freq_factors[static_cast<std::size_t>(i)];
      const float extrapolated = angle / factor, interpolated = freq_scale * extrapolated;
      float turned = interpolated;
      if (ext_factor != 0) {
        const float mix = yarn_ramp(low, high, i) * ext_factor;
        turned = std::fma(interpolated, 1 - mix, extrapolated * mix); // as GCC contracts it where there is FMA
      }
      table.push_back({std::cos(turned) * gain, std::sin(turned) * gain});
      for (float& t : theta) t *= theta_scale;
    }
  }
  return table;
}

} // namespace ropescope
