#include "core/analysis/cache.h"

#include <algorithm>
#include <cmath>
#include <complex>

namespace ropescope {

namespace {

std::complex<double> turned_by(double theta, std::int64_t position) {
  return std::polar(1.0, static_cast<double>(position) * theta);
}

} // namespace

double cached_score(std::span<const double> inv_freq, std::int64_t m, std::int64_t n) {
  double sum = 0;
  for (const double theta : inv_freq) sum += (turned_by(theta, m) * std::conj(turned_by(theta, n))).real();
  return inv_freq.empty() ? 0 : sum / static_cast<double>(inv_freq.size());
}

double shift_error(std::span<const double> inv_freq, std::int64_t a, std::int64_t c) {
  double greatest = 0;
  for (const double theta : inv_freq)
    greatest = std::max(greatest, std::abs(turned_by(theta, a) * turned_by(theta, c) - turned_by(theta, a + c)));
  return greatest;
}

} // namespace ropescope
