#include "core/analysis/split.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <limits>

#include "core/analysis/rivals/position_bias.h"
#include "core/word_vector.h"

namespace ropescope {

std::vector<double> split_matrix(SplitMatrix kind, std::int64_t tokens, double theta) {
  const std::vector<double> heights = word_draws("t5", 32);
  std::vector<double> matrix;
  for (std::int64_t m = 0; m < tokens; ++m)
    for (std::int64_t n = 0; n < tokens; ++n) {
      const auto distance = static_cast<double>(m - n);
      switch (kind) {
      case SplitMatrix::rope: matrix.push_back(std::cos(distance * theta)); break;
      case SplitMatrix::alibi: matrix.push_back(std::exp(-distance * split_slope)); break;
      case SplitMatrix::t5:
        matrix.push_back(std::exp(2 * heights[static_cast<std::size_t>(rivals::t5_bucket(std::abs(m - n)))] - 1));
        break;
      }
    }
  return matrix;
}

std::vector<double> singular_values(std::vector<double> a, std::int64_t side) {
  const auto n = static_cast<std::size_t>(side);
  // Columns are turned against each other until all are at right angles; their lengths are the singular values.
  bool turned = true;
  for (int sweep = 0; sweep < 60 && turned; ++sweep) {
    turned = false;
    for (std::size_t p = 0; p < n; ++p)
      for (std::size_t q = p + 1; q < n; ++q) {
        double pp = 0, qq = 0, pq = 0;
        for (std::size_t i = 0; i < n; ++i) {
          const double x = a[i * n + p], y = a[i * n + q];
          pp += x * x, qq += y * y, pq += x * y;
        }
        if (std::abs(pq) <= 1e-15 * std::sqrt(pp * qq) || pq == 0) continue;
        turned = true;
        const double zeta = (qq - pp) / (2 * pq);
        const double t = std::copysign(1 / (std::abs(zeta) + std::sqrt(1 + zeta * zeta)), zeta);
        const double cosine = 1 / std::sqrt(1 + t * t), sine = cosine * t;
        for (std::size_t i = 0; i < n; ++i) {
          const double x = a[i * n + p], y = a[i * n + q];
          a[i * n + p] = cosine * x - sine * y;
          a[i * n + q] = sine * x + cosine * y;
        }
      }
  }
  std::vector<double> values(n);
  for (std::size_t j = 0; j < n; ++j) {
    double square = 0;
    for (std::size_t i = 0; i < n; ++i) square += a[i * n + j] * a[i * n + j];
    values[j] = std::sqrt(square);
  }
  std::sort(values.begin(), values.end(), std::greater<>());
  return values;
}

std::int64_t rank_of(const std::vector<double>& values) {
  return std::count_if(values.begin(), values.end(), [&](double s) { return s > 1e-10 * values.front(); });
}

std::int64_t overflow_position(double slope) {
  return static_cast<std::int64_t>(std::ceil(std::log(static_cast<double>(std::numeric_limits<float>::max())) / slope));
}

} // namespace ropescope
