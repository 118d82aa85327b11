#include "core/check/evidence/rounding_noise.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "core/check/basics/thresholds.h"
#include "core/number_format.h"
#include "core/rope/recipe.h"

namespace ropescope {

double unit_of(NumberFormat format) { return properties_of(format).spacing / 2; }

namespace {

/// The unit that rows are judged by.
double judged_unit(NumberFormat format) {
  return std::max(unit_of(format), format == NumberFormat::float64 ? thresholds::float64_unit : 0);
}

} // namespace

double Noise::of_angle(std::size_t pair, double radians) const { return std::abs(radians) * angle[pair]; }

Noise row_noise(const KernelRun& run, const Spectrum& spectrum) {
  const NumberFormat in = format_held(run.in), out = format_held(run.out);
  Noise noise;
  noise.unit = judged_unit(out);
  noise.rms = thresholds::rms_units * noise.unit;
  noise.bound =
      (judged_unit(in) < noise.unit ? thresholds::bound_units_with_cast : thresholds::bound_units) * noise.unit;
  const auto rows = static_cast<double>(run.shape.outer * run.shape.inner);
  if (out == NumberFormat::float16) noise.floor = 2 * rows * std::pow(thresholds::float16_floor, 2);
  // The model's own float32 frequencies, and ggml's, where each pair's is the one before times a float32 number:
  // its error grows with the pair.
  const std::vector<float> own = model_inv_freq(run.rope, run.length());
  const double scale = std::pow(run.rope.base, -2.0 / static_cast<double>(run.rope.layout.rotary_dim));
  const double ggml = std::abs(static_cast<double>(static_cast<float>(scale)) / scale - 1) + 0x1p-25;
  for (std::size_t i = 0; i < spectrum.inv_freq.size(); ++i) {
    const double theta = spectrum.inv_freq[i];
    const double table = theta == 0 || run.rope.axes.rule == AxisRule::centred_grid
                             ? 0
                             : std::abs(static_cast<double>(own[i]) / theta - 1);
    noise.angle.push_back(thresholds::float32_angle + std::min(table, thresholds::own_table_error) +
                          static_cast<double>(i) * ggml);
  }
  noise.reason =
      fmt::format("{} rows: {:.1e} of a pair's length where table, products and sum are rounded; float32 angles: "
                  "position × frequency × {:.1e} to {:.1e} (a table's rounding, or ggml's recurrence)",
                  number_format_name(out), noise.rms, noise.angle.front(),
                  *std::max_element(noise.angle.begin(), noise.angle.end()));
  return noise;
}

} // namespace ropescope
