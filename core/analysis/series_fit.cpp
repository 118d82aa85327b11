#include "core/analysis/series_fit.h"

#include <cassert>
#include <cmath>

#include "core/word_vector.h"

namespace ropescope {

namespace {

/// Solves A·x = y of a symmetric positive matrix by Cholesky's factors, which overwrite A. The ridge keeps the matrix
/// far from singular, so no pivoting is needed.
void solve_in_place(std::vector<double>& a, std::vector<double>& y) {
  const std::size_t n = y.size();
  const auto at = [&](std::size_t row, std::size_t column) -> double& { return a[row * n + column]; };
  for (std::size_t j = 0; j < n; ++j)
    for (std::size_t i = j; i < n; ++i) {
      double sum = at(i, j);
      for (std::size_t k = 0; k < j; ++k) sum -= at(i, k) * at(j, k);
      at(i, j) = i == j ? std::sqrt(sum) : sum / at(j, j);
    }
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t k = 0; k < i; ++k) y[i] -= at(i, k) * y[k];
    y[i] /= at(i, i);
  }
  for (std::size_t i = n; i-- > 0;) {
    for (std::size_t k = i + 1; k < n; ++k) y[i] -= at(k, i) * y[k];
    y[i] /= at(i, i);
  }
}

std::int64_t sample_count(const FitSamples& samples) {
  return static_cast<std::int64_t>(std::ceil(samples.length / static_cast<double>(samples.every)));
}

} // namespace

double SeriesFit::at(double distance) const {
  double sum = 0;
  for (std::size_t i = 0; i < inv_freq.size(); ++i)
    sum += cosine[i] * std::cos(distance * inv_freq[i]) + sine[i] * std::sin(distance * inv_freq[i]);
  return sum;
}

std::vector<double> fit_values(const FitSamples& samples) {
  std::vector<double> values = word_draws(samples.word, sample_count(samples));
  for (double& value : values) value = 2 * value - 1;
  return values;
}

SeriesFit fit_series(std::span<const double> inv_freq, const FitSamples& samples) {
  assert(samples.ridge > 0 && samples.every > 0 && samples.length > 0);
  const std::vector<double> values = fit_values(samples);
  const std::size_t pairs = inv_freq.size(), n = 2 * pairs;
  // Normal equations, sample by sample, the lower half alone: that is what solve_in_place() reads.
  std::vector<double> matrix(n * n), right(n), row(n);
  for (std::size_t s = 0; s < values.size(); ++s) {
    const auto distance = static_cast<double>(s) * static_cast<double>(samples.every);
    for (std::size_t i = 0; i < pairs; ++i) {
      row[i] = std::cos(distance * inv_freq[i]);
      row[pairs + i] = std::sin(distance * inv_freq[i]);
    }
    for (std::size_t i = 0; i < n; ++i) {
      right[i] += row[i] * values[s];
      for (std::size_t j = 0; j <= i; ++j) matrix[i * n + j] += row[i] * row[j];
    }
  }
  for (std::size_t i = 0; i < n; ++i) matrix[i * n + i] += samples.ridge * static_cast<double>(values.size());
  solve_in_place(matrix, right);
  const auto middle = right.begin() + static_cast<std::ptrdiff_t>(pairs);
  return {{inv_freq.begin(), inv_freq.end()}, {right.begin(), middle}, {middle, right.end()}};
}

FitPeak greatest_of(const SeriesFit& fit, std::int64_t first, std::int64_t last, double divided_by) {
  FitPeak peak{-1, first};
  for (std::int64_t distance = first; distance <= last; ++distance)
    if (const double size = std::abs(fit.at(static_cast<double>(distance) / divided_by)); size > peak.size)
      peak = {size, distance};
  return peak;
}

} // namespace ropescope
