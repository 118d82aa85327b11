#include "core/check/evidence/rounding_noise.h"

#include <algorithm>
#include <cmath>
#include <optional>

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

double Noise::of_angle(std::size_t pair, double radians) const {
  // A wider layout than the model's has pairs of which no more is known.
  return std::abs(radians) * (pair < angle.size() ? angle[pair] : thresholds::float32_angle) +
         (pair < least_angle.size() ? least_angle[pair] : 0);
}

namespace {

/// Squared steps of a scaled format, where its numbers lie a fixed distance apart, by token or by component.
void add_scaled_floors(Noise& noise, const KernelRun& run, double share) {
  const RowFormat& rows = noise.rows;
  const RowShape& shape = run.shape;
  const auto square = [&](std::size_t of) { return share * std::pow(static_cast<double>(rows.scale[of]), 2); };
  switch (rows.scaled) {
  case RowFormat::Scaled::no: return;
  case RowFormat::Scaled::tensor: noise.floor = 2 * static_cast<double>(shape.outer * shape.inner) * square(0); return;
  case RowFormat::Scaled::row:
    noise.token_floor.assign(static_cast<std::size_t>(shape.tokens), 0);
    for (std::size_t row = 0; row < rows.scale.size(); ++row)
      noise.token_floor[static_cast<std::size_t>(shape.token_of_row(static_cast<std::int64_t>(row)))] +=
          2 * square(row);
    return;
  case RowFormat::Scaled::block: {
    // A pair's two components may lie in two blocks: of a row the coarsest counts for all its pairs.
    noise.token_floor.assign(static_cast<std::size_t>(shape.tokens), 0);
    const auto blocks = static_cast<std::size_t>(shape.head_dim / rows.block);
    for (std::size_t row = 0; row < rows.scale.size() / blocks; ++row) {
      double coarsest = 0;
      for (std::size_t b = 0; b < blocks; ++b) coarsest = std::max(coarsest, square(row * blocks + b));
      noise.token_floor[static_cast<std::size_t>(shape.token_of_row(static_cast<std::int64_t>(row)))] += 2 * coarsest;
    }
    return;
  }
  case RowFormat::Scaled::channel:
    noise.component_floor.assign(static_cast<std::size_t>(shape.head_dim), 0);
    for (std::size_t channel = 0; channel < rows.scale.size(); ++channel)
      noise.component_floor[channel % noise.component_floor.size()] += square(channel);
    return;
  }
}

/// What the format of the rows explains.
void add_rows(Noise& noise, const KernelRun& run) {
  const NumberFormat out = noise.rows.format;
  const auto rows = static_cast<double>(run.shape.outer * run.shape.inner);
  if (noise.rows.whole()) {
    noise.unit = noise.rows.int16 ? thresholds::int16_unit : unit_of(NumberFormat::bfloat16);
    // Fixed point is often cut off, as float8 may be.
    add_scaled_floors(noise, run, noise.rows.int16 ? thresholds::float8_floor : thresholds::int8_floor);
  } else if (noise.rows.of_8_bits()) {
    noise.unit = noise.rows.unit();
    const double least = thresholds::float8_floor * std::pow(noise.rows.least_step, 2);
    noise.rows.scaled == RowFormat::Scaled::no ? void(noise.floor = 2 * rows * least)
                                               : add_scaled_floors(noise, run, least);
  } else {
    noise.unit = judged_unit(out);
    if (out == NumberFormat::float16) noise.floor = 2 * rows * std::pow(thresholds::float16_floor, 2);
  }
  if (noise.rows.of_8_bits() && !noise.rows.int8) {
    noise.rms = thresholds::float8_rms_units * noise.unit;
    noise.bound = thresholds::float8_bound_units * noise.unit;
    noise.bias = unit_of(NumberFormat::bfloat16);
    noise.mean_share = 1;
    return;
  }
  noise.rms = thresholds::rms_units * noise.unit;
  noise.bound =
      (judged_unit(format_held(run.in)) < noise.unit ? thresholds::bound_units_with_cast : thresholds::bound_units) *
      noise.unit;
  if (noise.unit >= unit_of(NumberFormat::float16)) noise.bias = thresholds::bias_units * noise.unit;
  noise.mean_share = noise.rows.int8 ? 1 : 0;
}

/// Where a frequency is a power of two, as 1 of the first pair is (base⁰), and positions are whole float32 numbers,
/// nothing is rounded: what their product may be off by, relative. One rounding or so is left to code that does not
/// make the power exactly, up to a tenth of a radian: else a kernel could be tokens off, far out. Nothing for other
/// frequencies.
std::optional<double> share_of_exact(double theta, const KernelRun& run) {
  const Positions& positions = run.positions;
  if (!positions.whole() || has_own_angles(run.rope)) return std::nullopt;
  constexpr double rounded_once = 1.5 * 0x1p-24, most_off = 0.1, whole = 0x1p24;
  int exponent = 0;
  double furthest = 1;
  for (const std::int64_t id : positions.ids) furthest = std::max(furthest, std::abs(static_cast<double>(id)));
  if (std::abs(std::frexp(theta, &exponent)) != 0.5 || furthest >= whole) return std::nullopt;
  return std::min(rounded_once, most_off / (furthest * std::abs(theta)));
}

/// What is lost where a float32 position near 1 is shifted to one near 0, or large angles add up to a small one.
void add_sums(Noise& noise, const KernelRun& run, const Spectrum& spectrum) {
  const Axes& axes = run.rope.axes;
  if (axes.shift == 0 && axes.learned.empty()) return;
  double furthest = std::abs(axes.shift);
  for (std::int64_t a = 0; a < run.positions.axes; ++a)
    for (std::int64_t t = 0; t < run.positions.tokens(); ++t)
      furthest = std::max(furthest, std::abs(run.position(a, t)));
  for (std::size_t i = 0; i < spectrum.inv_freq.size(); ++i) {
    double theta = axes.learned.empty() ? spectrum.inv_freq[i] : 0;
    for (std::size_t n = i; n < axes.learned.size(); n += spectrum.inv_freq.size()) theta += std::abs(axes.learned[n]);
    noise.least_angle.push_back(thresholds::float32_angle / 2 * furthest * std::abs(theta));
  }
}

} // namespace

Noise row_noise(const KernelRun& run, const Spectrum& spectrum) {
  Noise noise;
  noise.rows = row_format(run.out, run.shape);
  // Only then does it matter what grid the input lies on.
  noise.sticks = noise.rows.of_8_bits() && row_format(run.in, run.shape).of_8_bits();
  noise.axis = pair_axes(run.rope, run.positions.axes);
  add_rows(noise, run);
  // The model's own float32 frequencies, and ggml's, where each pair's is the one before times a float32 number:
  // its error grows with the pair.
  const std::vector<float> own = model_inv_freq(run.rope, run.length());
  const double scale = std::pow(run.rope.base, -2.0 / static_cast<double>(run.rope.layout.rotary_dim));
  const double ggml = std::abs(static_cast<double>(static_cast<float>(scale)) / scale - 1) + 0x1p-25;
  for (std::size_t i = 0; i < spectrum.inv_freq.size(); ++i) {
    const double theta = spectrum.inv_freq[i];
    if (const auto exact = share_of_exact(theta, run); exact && run.rope.axes.rule != AxisRule::centred_grid) {
      noise.angle.push_back(*exact);
      continue;
    }
    const double table = theta == 0 || run.rope.axes.rule == AxisRule::centred_grid
                             ? 0
                             : std::abs(static_cast<double>(own[i]) / theta - 1);
    noise.angle.push_back(thresholds::float32_angle + std::min(table, thresholds::own_table_error) +
                          static_cast<double>(i) * ggml);
  }
  add_sums(noise, run, spectrum);
  const auto [least, most] = std::minmax_element(noise.angle.begin(), noise.angle.end());
  noise.reason =
      fmt::format("{} rows: {:.1e} of a pair's length where table, products and sum are rounded; float32 angles: "
                  "position × frequency × {:.1e} to {:.1e} (a table's rounding, or ggml's recurrence)",
                  noise.rows.words(), noise.rms, *least, *most);
  return noise;
}

} // namespace ropescope
