#include "core/rope/spectrum.h"

#include <cmath>
#include <limits>
#include <numbers>
#include <utility>

#include <fmt/format.h>

#include "core/error.h"
#include "core/rope/scheme.h"

namespace ropescope {

namespace {

using Real = schemes::Exact::Real;

/// The config without any extension, for Spectrum::unscaled.
RopeConfig as_trained(RopeConfig config) {
  config.scaling.rope_type = RopeType::standard;
  // Layers without RoPE are shown beside the frequencies that they would have.
  config.rotates = true;
  config.scaling.freq_factors.clear();
  for (PositionAxis& axis : config.axes.list) {
    axis.rope_type = RopeType::standard;
    axis.held_pair = -1;
  }
  return config;
}

/// DeepSeek-V2, V3 and Mistral 4 multiply the softmax scale by YaRN's magnitude for mscale_all_dim, squared:
/// transformers @ decba1d2, modeling_deepseek_v3.py, yarn_apply_mscale.
double softmax_factor(const RopeConfig& config) {
  if (!config.attention.scales_softmax || config.scaling.rope_type == RopeType::standard) return 1;
  const Real all_dim = config.scaling[key::mscale_all_dim].value_or(0);
  if (all_dim == 0) return 1;
  const Real m = schemes::magnitude<Real>(extension_factor(config), all_dim);
  return static_cast<double>(m * m);
}

/// θ/2π modulo one turn as a 64-bit fraction. An error of half a unit, 2⁻⁶⁵ turn per token, becomes 2⁻³⁴ turn or 4e-10
/// rad at position 2³¹. Rounding up to a whole turn is the fraction 0.
std::uint64_t fraction_of_a_turn(Real theta) {
  const Real turns = theta / (2 * std::numbers::pi_v<Real>);
  const Real scaled = std::round(std::ldexp(turns - std::floor(turns), 64));
  return scaled >= std::ldexp(Real(1), 64) ? 0 : static_cast<std::uint64_t>(scaled);
}

} // namespace

Spectrum make_spectrum(const RopeConfig& config, std::optional<double> seq_len) {
  return make_spectrum(ValidRope(config), seq_len);
}

Spectrum make_spectrum(const ValidRope& valid, std::optional<double> seq_len) {
  const RopeConfig& config = valid;
  if (seq_len && !(*seq_len > 0 && std::isfinite(*seq_len)))
    throw Error(fmt::format("the sequence length is {}, expected a positive number of tokens", *seq_len));
  const auto frequencies = schemes::frequencies_in_force<schemes::Exact>(config, seq_len);
  const bool whole_head = scheme_of(config).spans_whole_head;

  Spectrum spectrum;
  spectrum.head_dim = config.layout.head_dim;
  spectrum.rotary_dim = whole_head ? config.layout.head_dim : config.layout.rotary_dim;
  spectrum.attention_factor = static_cast<double>(frequencies.attention_factor);
  spectrum.softmax_factor = softmax_factor(config);
  spectrum.divisor = static_cast<double>(frequencies.divisor);
  spectrum.base = static_cast<double>(frequencies.base);
  spectrum.rule = schemes::rule_in_force(config, seq_len);
  for (const Real theta : frequencies.theta) {
    if (!std::isfinite(static_cast<double>(theta)))
      throw Error("these parameters yield frequencies beyond double precision");
    spectrum.inv_freq.push_back(static_cast<double>(theta));
    spectrum.turns.push_back(fraction_of_a_turn(theta));
  }
  for (const Real theta : frequencies.second) {
    spectrum.second_inv_freq.push_back(static_cast<double>(theta));
    spectrum.second_turns.push_back(fraction_of_a_turn(theta));
  }
  // Each parameter is finite, and still a power or a quotient of them may not be.
  const std::pair<const char*, double> derived[] = {{"an attention factor", spectrum.attention_factor},
                                                    {"a factor of the softmax scale", spectrum.softmax_factor},
                                                    {"a divisor of frequencies", spectrum.divisor},
                                                    {"a base", spectrum.base}};
  for (const auto& [what, number] : derived)
    if (!std::isfinite(number)) throw Error(fmt::format("these parameters yield {} beyond double precision", what));
  for (const Real theta : schemes::frequencies_in_force<schemes::Exact>(as_trained(config), std::nullopt).theta)
    spectrum.unscaled.push_back(static_cast<double>(theta));
  return spectrum;
}

PairFate fate(const Spectrum& spectrum, std::int64_t pair) {
  // Relative. Two roundings to double differ by some 1e-16; a blended pair that comes closer than 1e-9 to either end
  // cannot be told from it in any picture.
  constexpr double same = 1e-9;
  const auto i = static_cast<std::size_t>(pair);
  if (spectrum.inv_freq[i] == 0) return PairFate::unrotated;
  const double ratio = spectrum.inv_freq[i] / spectrum.unscaled[i];
  if (std::abs(ratio - 1) < same) return PairFate::kept;
  return std::abs(ratio * spectrum.divisor - 1) < same ? PairFate::interpolated : PairFate::blended;
}

double wavelength(double inv_freq) {
  return inv_freq == 0 ? std::numeric_limits<double>::infinity() : 2 * std::numbers::pi / inv_freq;
}

} // namespace ropescope
