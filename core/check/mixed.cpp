#include "core/check/mixed.h"

#include <cmath>
#include <limits>

namespace ropescope {

namespace {

double number(const Array& array, std::int64_t index) {
  const auto i = static_cast<std::size_t>(index);
  return array.dtype == NumberFormat::float64 ? array.doubles[i] : static_cast<double>(array.floats[i]);
}

double residual(const KernelRun& run, const Kernel& expected, const PairComponents& pairs, const PairComponents& table,
                std::span<const std::int64_t> tokens) {
  const RowShape& shape = run.shape;
  std::vector<std::size_t> angle_of(static_cast<std::size_t>(shape.head_dim)); // component → pair whose angle it takes
  for (std::size_t i = 0; i < table.in_first.size(); ++i)
    angle_of[static_cast<std::size_t>(table.in_first[i])] = angle_of[static_cast<std::size_t>(table.in_second[i])] = i;
  double error = 0, energy = 0;
  for (const std::int64_t token : tokens)
    for (std::int64_t outer = 0; outer < shape.outer; ++outer)
      for (std::int64_t inner = 0; inner < shape.inner; ++inner) {
        const std::int64_t row = ((outer * shape.tokens + token) * shape.inner + inner) * shape.head_dim;
        for (std::size_t i = 0; i < pairs.in_first.size(); ++i) {
          const std::int64_t first = pairs.in_first[i], second = pairs.in_second[i];
          const double x = number(run.in, row + first), y = number(run.in, row + second);
          const auto z = expected.multiplier(static_cast<std::size_t>(token),
                                             angle_of[static_cast<std::size_t>(first)]),
                     w = expected.multiplier(static_cast<std::size_t>(token),
                                             angle_of[static_cast<std::size_t>(second)]);
          const double a = x * z.real() - y * z.imag(), b = y * w.real() + x * w.imag();
          error += std::pow(number(run.out, row + first) - a, 2) + std::pow(number(run.out, row + second) - b, 2);
          energy += a * a + b * b;
        }
      }
  return std::sqrt(error / energy);
}

} // namespace

MixedFit fit_mixed_pairing(const KernelRun& run, const Kernel& expected, const Noise& noise,
                           std::span<const std::int64_t> tokens) {
  PairLayout half = run.rope.layout.pairs, interleaved = half;
  half.pairing = half.output = Pairing::half;
  interleaved.pairing = interleaved.output = Pairing::interleaved;
  const auto pairs = static_cast<std::int64_t>(expected.turns.theta.size());
  const auto components = [&](const PairLayout& layout) {
    return pair_components(pair_index(layout, run.shape.head_dim, pairs), run.shape.head_dim, pairs);
  };
  const PairComponents by_half = components(half), by_interleaved = components(interleaved);
  double furthest = 0;
  for (const std::int64_t token : tokens)
    for (std::size_t i = 0; i < expected.turns.theta.size(); ++i)
      furthest = std::max(furthest, noise.of_angle(i, expected.angle(static_cast<std::size_t>(token), i)));
  MixedFit fit{std::numeric_limits<double>::infinity(), false, {"pairing_mixed", {}}};
  for (const bool rotates_half : {true, false}) {
    const double r = rotates_half ? residual(run, expected, by_half, by_interleaved, tokens)
                                  : residual(run, expected, by_interleaved, by_half, tokens);
    if (r >= fit.residual) continue;
    fit.residual = r;
    fit.cause = Cause{"pairing_mixed",
                      {{"rotates", std::string(rotates_half ? "half" : "interleaved")},
                       {"table", std::string(rotates_half ? "interleaved" : "half")}}};
  }
  fit.explained = fit.residual <= noise.rms + furthest;
  return fit;
}

} // namespace ropescope
