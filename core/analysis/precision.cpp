#include "core/analysis/precision.h"

#include <algorithm>
#include <cmath>

#include "core/rope/ggml.h"
#include "core/rope/phase.h"
#include "core/rope/spectrum.h"

namespace ropescope {

namespace {

using Table = std::vector<CosSin<float>>;

/// Unit vectors turned by the engine's own rotation.
Table turned_units(Engine& engine, const Rotation& as_model, std::int64_t tokens) {
  Rotation rotation = as_model;
  rotation.attention_factor = 1;
  // The vector (1, 0) turned is (cos, sin): the engine's own numbers, with all that its kernel does to them.
  rotation.layout = {Pairing::interleaved, Pairing::interleaved, false, +1};
  const RowShape shape{1, tokens, 1, 2 * rotation.pairs()};
  std::vector<float> rows(static_cast<std::size_t>(shape.size()));
  for (std::size_t i = 0; i < rows.size(); i += 2) rows[i] = 1;
  engine.rotate(rotation, shape, std::span<const float>(rows), rows);
  Table table;
  for (std::size_t i = 0; i < rows.size(); i += 2) table.push_back({rows[i], rows[i + 1]});
  return table;
}

/// The table that model code would have: positions and frequencies rounded by the recipe, the product and cos and sin
/// by the engine.
Table product_table(Engine& engine, const Recipe& recipe, const RopeConfig& config, double seq_len,
                    std::span<const std::int64_t> positions) {
  std::vector<float> inv_freq = model_inv_freq(config, seq_len), values;
  for (float& theta : inv_freq) theta = rounded(recipe.inv_freq, theta);
  for (const std::int64_t p : positions) values.push_back(rounded(recipe.positions, static_cast<float>(p)));
  return engine.product_table({.inv_freq = inv_freq,
                               .positions = values,
                               .angles = recipe.angles,
                               .tables = recipe.tables.value_or(NumberFormat::float32)});
}

} // namespace

bool measurable(const Engine& engine, const Recipe& recipe, const RopeConfig& config) {
  const bool of_ggml = recipe.angle == AngleRule::recurrence || recipe.angle == AngleRule::power;
  return !of_ggml || (engine.name() == "cpu" && has_ggml_rope(config));
}

std::vector<CosSin<double>> true_cos_sin(const RopeConfig& config, double seq_len,
                                         std::span<const std::int64_t> positions) {
  const Spectrum spectrum = make_spectrum(config, seq_len);
  std::vector<CosSin<double>> truth;
  truth.reserve(positions.size() * spectrum.turns.size());
  for (const std::int64_t p : positions)
    for (const std::uint64_t turns : spectrum.turns) truth.push_back(cos_sin_at<double>(p, turns));
  return truth;
}

std::vector<double> precision(Engine& engine, const Recipe& recipe, const RopeConfig& config, double seq_len,
                              std::span<const std::int64_t> positions) {
  return precision(engine, recipe, config, seq_len, positions, true_cos_sin(config, seq_len, positions));
}

std::vector<double> precision(Engine& engine, const Recipe& recipe, const RopeConfig& config, double seq_len,
                              std::span<const std::int64_t> positions, std::span<const CosSin<double>> truth) {
  RopeConfig one_axis = config; // a text token: every axis counts alike
  if (!of_patches(config.axes.rule)) one_axis.axes.rule = AxisRule::single;
  const Spectrum spectrum = make_spectrum(config, seq_len);
  const Positions ids{1, {positions.begin(), positions.end()}};
  const Rotation rotation{.turns = spectrum.turns, .layout = {}, .pair_axis = {}, .positions = ids};
  Table table;
  switch (recipe.angle) {
  case AngleRule::turns: table = turned_units(engine, rotation, ids.tokens()); break;
  case AngleRule::product: table = product_table(engine, recipe, config, seq_len, positions); break;
  case AngleRule::recurrence:
  case AngleRule::power: table = ggml_table(ggml_of(one_axis, seq_len, 1), ids, recipe.angle); break;
  }
  std::vector<double> errors;
  std::size_t entry = 0;
  for (std::size_t p = 0; p < positions.size(); ++p) {
    double greatest = 0;
    for (std::size_t i = 0; i < spectrum.turns.size(); ++i, ++entry) {
      const CosSin<float>& at = table[entry];
      greatest = std::max({greatest, std::abs(static_cast<double>(at.cos) - truth[entry].cos),
                           std::abs(static_cast<double>(at.sin) - truth[entry].sin)});
    }
    errors.push_back(greatest);
  }
  return errors;
}

std::int64_t representable_step(NumberFormat format, std::int64_t position) {
  // Bits of the significand: two neighbours from 2ᵉ on are 2^(e − digits + 1) apart. Integers are never closer than 1.
  const int digits = format == NumberFormat::bfloat16 ? 8 : format == NumberFormat::float16 ? 11 : 24;
  if (format == NumberFormat::float16 && std::abs(position) > 65504) return 0;
  const int exponent = position == 0 ? 0 : std::ilogb(static_cast<double>(std::abs(position)));
  return std::int64_t{1} << std::max(0, exponent - digits + 1);
}

std::int64_t represented(NumberFormat format, std::int64_t position) {
  const float value = rounded(format, static_cast<float>(position));
  return std::isfinite(value) ? static_cast<std::int64_t>(value) : -1;
}

} // namespace ropescope
