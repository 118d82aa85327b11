#include "core/lecture/small_matrix.h"

#include <cmath>

namespace ropescope::lecture {

namespace {

/// Turns rows p and q so that they stand at right angles. Returns whether they did not already.
bool turn_rows(std::vector<double>& a, std::size_t n, std::size_t p, std::size_t q) {
  double pp = 0, qq = 0, pq = 0;
  for (std::size_t i = 0; i < n; ++i) {
    pp += a[p * n + i] * a[p * n + i];
    qq += a[q * n + i] * a[q * n + i];
    pq += a[p * n + i] * a[q * n + i];
  }
  constexpr double right_angle = 1e-15;
  if (std::abs(pq) <= right_angle * std::sqrt(pp * qq)) return false;
  const double zeta = (qq - pp) / (2 * pq), t = (zeta < 0 ? -1 : 1) / (std::abs(zeta) + std::hypot(1, zeta));
  const double c = 1 / std::hypot(1, t), s = c * t;
  for (std::size_t i = 0; i < n; ++i) {
    const double x = a[p * n + i], y = a[q * n + i];
    a[p * n + i] = c * x - s * y;
    a[q * n + i] = s * x + c * y;
  }
  return true;
}

} // namespace

std::vector<double> singular_values(std::vector<double> matrix, std::size_t n) {
  constexpr int most_sweeps = 30; // six to ten are usual; rounding could keep it turning for ever
  bool turned = true;
  for (int sweep = 0; sweep < most_sweeps && turned; ++sweep) {
    turned = false;
    for (std::size_t p = 0; p + 1 < n; ++p)
      for (std::size_t q = p + 1; q < n; ++q) turned = turn_rows(matrix, n, p, q) || turned;
  }
  std::vector<double> sizes;
  for (std::size_t p = 0; p < n; ++p) {
    double square = 0;
    for (std::size_t i = 0; i < n; ++i) square += matrix[p * n + i] * matrix[p * n + i];
    sizes.push_back(std::sqrt(square));
  }
  return sizes;
}

} // namespace ropescope::lecture
