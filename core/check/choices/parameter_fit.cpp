#include "core/check/choices/parameter_fit.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <utility>
#include <vector>

#include "core/check/basics/thresholds.h"

namespace ropescope {

namespace {

/// How far frequencies are from the measured ones, in log-likelihood of a Cauchy distribution: its long tails let a few
/// pairs be wholly wrong (an alias, a clamped pair) without deciding. `blur`: relative, widens the minimum for a coarse
/// search, which would step over it otherwise.
double misfit(const std::vector<double>& theta, std::span<const FrequencyFit> measured, double blur) {
  double sum = 0;
  for (std::size_t i = 0; i < theta.size() && i < measured.size(); ++i) {
    const FrequencyFit& fit = measured[i];
    const double seen = std::abs(fit.theta);
    if (!std::isfinite(seen) || (seen > thresholds::fastest_told && !fit.ambiguous())) continue;
    const double width =
        thresholds::errors_wide * fit.sigma + blur * std::max(seen, theta[i]) + thresholds::frequency_noise;
    if (!fit.ambiguous()) {
      sum += std::log1p(std::pow((seen - theta[i]) / width, 2));
      continue;
    }
    // The density of the angle itself, within its whole turns: a pair that a blur spreads over all of them tells
    // nothing and must not be as good as one that fits.
    const double off = std::min(std::abs(std::remainder(fit.theta - theta[i], fit.alias)),
                                std::abs(std::remainder(fit.theta + theta[i], fit.alias)));
    sum += std::log(std::min(1.0, std::numbers::pi * width * (1 + std::pow(off / width, 2)) / fit.alias));
  }
  return sum;
}

/// The simplest of the numbers near `value` that fits nearly as well.
double as_written(double value, const std::function<double(double)>& cost) {
  // Powers of two, then ever more digits, then the nearest whole number: the first that fits is the simplest.
  const double best = cost(value);
  std::vector<double> tries{std::exp2(std::round(std::log2(value)))};
  for (int digits = 1; digits <= 6; ++digits) {
    const double step = std::pow(10.0, std::floor(std::log10(value)) + 1 - digits);
    tries.push_back(std::round(value / step) * step);
  }
  if (value > 1) tries.push_back(std::round(value));
  for (const double number : tries)
    if (number > 0 && std::abs(std::log(number / value)) < thresholds::written_distance &&
        cost(number) <= best + thresholds::written_cost)
      return number;
  return value;
}

/// Where a function with one minimum between two numbers has it, by golden sections.
template <typename Function>
double least_between(double begin, double end, double width, Function function) {
  constexpr double golden = 0.61803398874989485;
  double left = end - golden * (end - begin), right = begin + golden * (end - begin);
  double of_left = function(left), of_right = function(right);
  while (end - begin > width) {
    if (of_left < of_right) {
      end = right;
      right = left, of_right = of_left;
      left = end - golden * (end - begin), of_left = function(left);
    } else {
      begin = left;
      left = right, of_left = of_right;
      right = begin + golden * (end - begin), of_right = function(right);
    }
  }
  return (begin + end) / 2;
}

} // namespace

std::optional<double> fit_parameter(const FrequenciesOf& frequencies, std::span<const FrequencyFit> measured,
                                    double least, double greatest) {
  const auto cost_of = [&](double value, double blur) {
    const auto theta = frequencies(value);
    return theta ? misfit(*theta, measured, blur) : std::numeric_limits<double>::infinity();
  };
  double begin = std::log(least), end = std::log(greatest), best = 0;
  const bool many_minima =
      std::any_of(measured.begin(), measured.end(), [](const FrequencyFit& fit) { return fit.ambiguous(); });
  // First by steps, in logarithms, with a blur as wide as a step moves a frequency; then by golden sections. Angles
  // that are known but for whole turns have a minimum for each: there the blur shrinks with the steps, so that slow
  // pairs lead to the turn of the faster ones.
  std::vector<std::pair<double, int>> stages{{0.05, 64}, {1e-3, 16}};
  if (many_minima) {
    stages = {{0.05, 256}};
    for (double step = (end - begin) / 256 / 4; step > 1e-8; step /= 4) stages.push_back({step / 2, 16});
  }
  for (const auto& [blur, steps] : stages) {
    double least_cost = std::numeric_limits<double>::infinity();
    const double step = (end - begin) / steps;
    for (int s = 0; s <= steps; ++s)
      if (const double cost = cost_of(std::exp(begin + step * s), blur); cost < least_cost)
        least_cost = cost, best = begin + step * s;
    // No value on the way yields frequencies.
    if (std::isinf(least_cost)) return std::nullopt;
    begin = best - 2 * step;
    end = best + 2 * step;
  }
  const auto cost = [&](double value) { return cost_of(value, thresholds::float32_frequency); };
  if (many_minima) return as_written(std::exp(best), cost);
  // Within two steps of the best there is one minimum, which sharpens with the blur.
  for (const auto& [blur, width] : {std::pair{1e-4, 1e-5}, std::pair{thresholds::float32_frequency, 1e-9}}) {
    const double b = blur; // clang captures no structured binding
    best = least_between(begin, end, width, [&](double at) { return cost_of(std::exp(at), b); });
    begin = best - 1e-4;
    end = best + 1e-4;
  }
  return as_written(std::exp(best), cost);
}

} // namespace ropescope
