#include "core/check/search/exponent_choices.h"

#include <cmath>
#include <functional>
#include <optional>
#include <set>

#include "core/check/causes/base.h"
#include "core/check/causes/exponent.h"
#include "core/check/search/likeness.h"
#include "core/rope/scheme.h"

namespace ropescope {

namespace {

std::vector<double> powers(std::vector<double> theta, double exponent) {
  for (double& t : theta) t = t == 0 ? 0 : std::pow(t, exponent);
  return theta;
}

/// Numbers that a programmer may take for rotary_dim.
std::set<std::int64_t> denominators(const KernelRun& run, std::int64_t rotary_dim) {
  std::set<std::int64_t> all{run.rope.layout.head_dim,
                             run.shape.head_dim,
                             rotary_dim - 2,
                             rotary_dim + 2,
                             rotary_dim - 1,
                             rotary_dim + 1,
                             2 * rotary_dim,
                             2 * rotary_dim - 2,
                             rotary_dim / 2,
                             rotary_dim / 2 - 1,
                             run.rope.layout.rotary_dim};
  // The model's own is no mistake.
  all.erase(rotary_dim);
  std::erase_if(all, [](std::int64_t denominator) { return denominator <= 0; });
  return all;
}

/// base^(−exponent(i)) by pair, times what the model's scaling did to the pair of that number.
std::vector<double> by_index(const RopeConfig& config, const Spectrum& spectrum,
                             const std::function<double(double)>& exponent) {
  std::vector<double> theta;
  for (std::size_t i = 0; i < spectrum.inv_freq.size(); ++i) {
    const double scale = spectrum.unscaled[i] == 0 ? 0 : spectrum.inv_freq[i] / spectrum.unscaled[i];
    theta.push_back(scale * std::pow(config.base, -exponent(static_cast<double>(i))));
  }
  return theta;
}

/// The whole number that the exponent may be divided by where a base would have to be an odd number: hidden_size over
/// the heads of a model whose heads are wider, say.
std::optional<std::int64_t> fitted_denominator(const FrequencyChoices& choices) {
  constexpr double least = 2, greatest = 1e12, whole = 2e-3;
  const RopeConfig& config = choices.config();
  const auto base = choices.fitted(
      config, [](RopeConfig& c, double value) { c.base = value; }, least, greatest);
  if (!base || *base == config.base || odd_digits({cause::Base{*base, {}}}) == 0) return std::nullopt;
  const double denominator = static_cast<double>(config.layout.rotary_dim) * std::log(config.base) / std::log(*base);
  if (std::abs(denominator - std::round(denominator)) > whole * denominator || denominator > 65536) return std::nullopt;
  // Dimensions are even; of coarse rows an odd number near by is chance.
  const auto number = static_cast<std::int64_t>(std::round(denominator));
  return number % 2 == 0 ? std::optional(number) : std::nullopt;
}

} // namespace

// A scheme may scale by the pair's number, by its wavelength, or by its base; a kernel with a wrong exponent then
// scales another frequency. All that differ are added.
void add_exponents(FrequencyChoices& choices) {
  const RopeConfig& config = choices.config();
  const auto d = static_cast<double>(config.layout.rotary_dim);
  const Spectrum spectrum = choices.spectrum();
  const bool by_wavelength = scheme_of(config).acts_on == ActsOn::wavelength;
  const bool by_base = scheme_of(config).acts_on == ActsOn::base;
  std::set<std::int64_t> all = denominators(choices.run(), config.layout.rotary_dim);
  if (const auto fitted = fitted_denominator(choices); fitted && *fitted != config.layout.rotary_dim)
    all.insert(*fitted);
  for (const std::int64_t denominator : all) {
    const cause::Exponent cause{.denominator = denominator};
    if (by_wavelength) { // base^(−2i/D) is another base over d
      RopeConfig changed = config;
      changed.base = std::pow(config.base, d / static_cast<double>(denominator));
      choices.add({cause}, changed);
    }
    if (by_base) choices.add_theta({cause}, powers(spectrum.inv_freq, d / static_cast<double>(denominator)));
    choices.add_theta({cause},
                      by_index(config, spectrum, [&](double i) { return 2 * i / static_cast<double>(denominator); }));
  }
  for (const double shift : exponent_shifts) {
    const cause::Exponent cause{.shift = shift};
    const double slower = std::pow(config.base, -2 * shift / d);
    if (by_wavelength) { // slower by c in a context longer by 1/c is the same but for c
      RopeConfig changed = config;
      set_trained_length(changed, trained_length(config) * slower);
      std::vector<double> theta = make_spectrum(changed, choices.seq_len()).inv_freq;
      for (double& t : theta) t *= slower;
      choices.add_theta({cause}, theta);
    }
    choices.add_theta({cause}, by_index(config, spectrum, [&](double i) { return 2 * (i + shift) / d; }));
  }
  const cause::Exponent inverted{.inverted = true};
  choices.add_theta({inverted}, by_index(config, spectrum, [&](double i) { return -2 * i / d; }));
  for (const std::vector<double>& theta : {spectrum.unscaled, spectrum.inv_freq})
    choices.add_theta({inverted}, powers(theta, -1));
}

} // namespace ropescope
