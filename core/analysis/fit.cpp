#include "core/analysis/fit.h"

#include <algorithm>
#include <cmath>
#include <complex>

namespace ropescope {

FitSamples samples_within(std::string_view word, double trained, std::int64_t every, double ridge) {
  const auto count = static_cast<std::int64_t>(std::ceil(trained / static_cast<double>(every)));
  const std::int64_t wider = (count + most_fit_samples - 1) / most_fit_samples;
  return {.word = word, .length = trained, .every = every * std::max<std::int64_t>(wider, 1), .ridge = ridge};
}

std::vector<double> fitted_values(const SeriesFit& fit, std::span<const double> inv_freq, std::int64_t first,
                                  std::int64_t step, std::int64_t count) {
  std::vector<double> values(static_cast<std::size_t>(std::max<std::int64_t>(count, 0)));
  // A pair turns on by a product, which is quicker than a sine; every 256th value is computed anew, so that what the
  // products round away stays below 1e-13.
  constexpr std::int64_t anew = 256;
  for (std::size_t i = 0; i < std::min(fit.cosine.size(), inv_freq.size()); ++i) {
    const std::complex<double> turn = std::polar(1.0, static_cast<double>(step) * inv_freq[i]);
    std::complex<double> at;
    for (std::int64_t j = 0; j < count; ++j) {
      at = j % anew == 0 ? std::polar(1.0, static_cast<double>(first + j * step) * inv_freq[i]) : at * turn;
      values[static_cast<std::size_t>(j)] += fit.cosine[i] * at.real() + fit.sine[i] * at.imag();
    }
  }
  return values;
}

} // namespace ropescope
