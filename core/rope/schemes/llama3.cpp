// Llama 3.1's frequency scaling: meta-llama/llama-models, model.py, apply_scaling; there 8, 1, 4, 8192.
// With low_freq_factor = high_freq_factor the middle band is empty, so that its division by 0 never counts.
#include <numbers>

#include <fmt/format.h>

#include "core/error.h"
#include "core/rope/scheme.h"

namespace ropescope::schemes {

namespace {

/// How many pairs lie in each band.
struct Bands {
  int kept = 0, slowed = 0;
};

/// Adds to `bands` how many pairs lie in each. The blend is continuous at both edges, so a pair that float32 puts in
/// another band than exact numbers do has nearly the same frequency in both.
template <typename A>
Frequencies<A> banded(const RopeConfig& config, Bands& bands) {
  using Real = typename A::Real;
  const double low_factor = config.scaling[key::low_freq_factor], high_factor = config.scaling[key::high_freq_factor];
  const auto factor = static_cast<Real>(extension_factor(config)), length = static_cast<Real>(trained_length(config)),
             low = static_cast<Real>(low_factor), band = static_cast<Real>(high_factor - low_factor);
  const auto longest_kept = static_cast<Real>(trained_length(config) / high_factor),
             shortest_slowed = static_cast<Real>(trained_length(config) / low_factor);
  Frequencies<A> result = standard_frequencies<A>(config);
  result.divisor = extension_factor(config);
  for (Real& theta : result.theta) {
    const Real wavelength = static_cast<Real>(2 * std::numbers::pi_v<typename A::Scalar>) / theta;
    if (wavelength < longest_kept) {
      ++bands.kept;
      continue;
    }
    if (wavelength > shortest_slowed) {
      ++bands.slowed;
      theta /= factor;
      continue;
    }
    // 1 at the wavelength length/high, where a pair is kept; 0 at length/low, where it is divided in full. It is linear
    // in the turns within the trained context, not in the pair's index as YaRN's ramp is.
    const Real smooth = (length / wavelength - low) / band;
    theta = (1 - smooth) * theta / factor + smooth * theta;
  }
  return result;
}

template <typename A>
Frequencies<A> frequencies(const RopeConfig& config, std::optional<double>) {
  Bands ignored;
  return banded<A>(config, ignored);
}

std::string sentence(const RopeConfig& config, std::optional<double>) {
  Bands bands;
  const auto pairs = static_cast<int>(banded<Exact>(config, bands).theta.size());
  return fmt::format("Llama 3: {} pairs kept, {} blended, {} divided by {:g}.", bands.kept,
                     pairs - bands.kept - bands.slowed, bands.slowed, extension_factor(config));
}

void validate(const RopeConfig& config) {
  require_factor(config);
  require_trained_length(config);
}

constexpr const Parameter* parameters[] = {&key::low_freq_factor, &key::high_freq_factor};
constexpr const Parameter* required[] = {&key::factor, &key::low_freq_factor, &key::high_freq_factor};
constexpr SchemeControl controls[] = {{.label = "low / high freq factor",
                                       .low = &key::low_freq_factor,
                                       .high = &key::high_freq_factor,
                                       .least = 0.25,
                                       .greatest = 64}};

} // namespace

const Scheme llama3{.type = RopeType::llama3,
                    .name = "llama3",
                    .title = "Llama 3",
                    .label = "Llama 3",
                    .idea = "long wavelengths are divided by the factor, short ones kept, those between blended",
                    .source = "meta-llama/llama-models, apply_scaling",
                    .acts_on = ActsOn::wavelength,
                    .original_length_above = true,
                    .parameters = parameters,
                    .required = required,
                    .controls = controls,
                    .validate = validate,
                    .exact = frequencies<Exact>,
                    .pytorch = frequencies<PyTorch>,
                    .sentence = sentence};

} // namespace ropescope::schemes
