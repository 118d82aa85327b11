#include "core/rope/recipe.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <numbers>

#include "core/error.h"
#include "core/rope/angle_table.h"
#include "core/rope/float32.h"
#include "core/rope/ggml.h"
#include "core/rope/phase.h"
#include "core/rope/scheme.h"

namespace ropescope {

namespace {

constexpr Recipe table[] = {
    {.name = "exact",
     .line = "angles as 64-bit fractions of a turn, one rounding at the end",
     .angle = AngleRule::turns,
     .inv_freq = NumberFormat::float64,
     .positions = NumberFormat::float64,
     .angles = NumberFormat::float64,
     .tables = NumberFormat::float64},
    {.name = "each_step",
     .line = "transformers' Llama and most: float32 angles; tables, products and sum in the rows' format",
     .tables = std::nullopt,
     .each_step = true},
    {.name = "tables_rounded",
     .line = "transformers' Cohere: float32 angles, tables in the rows' format, float32 products, one rounding",
     .tables = std::nullopt},
    {.name = "once", .line = "transformers' OLMo and Ernie: float32 throughout, one rounding at the end"},
    {.name = "complex_once",
     .line = "transformers' DeepSeek-V2 and Llama 4: as once, by complex numbers: the C library's cos and sin, fused",
     .fused = true,
     .by_polar = true},
    {.name = "transformer_engine",
     .line = "TransformerEngine, unfused: as each_step, and interpolation divides the positions",
     .tables = std::nullopt,
     .each_step = true,
     .scaled_positions = true},
    {.name = "ggml_recurrence",
     .line = "ggml on a CPU: angles by repeated multiplication in float32",
     .angle = AngleRule::recurrence,
     .fused = true},
    {.name = "powf",
     .line = "llama.cpp's GPU kernels: position × powf(base^(−2/d), i) in float32",
     .angle = AngleRule::power},
    {.name = "bf16_tables", .line = "float32 angles, bfloat16 cos and sin", .tables = NumberFormat::bfloat16},
    {.name = "fp16_tables", .line = "float32 angles, float16 cos and sin", .tables = NumberFormat::float16},
    {.name = "bf16_positions", .line = "positions in bfloat16: exact up to 256", .positions = NumberFormat::bfloat16},
    {.name = "fp16_positions", .line = "positions in float16: exact up to 2048", .positions = NumberFormat::float16},
    {.name = "bf16_inv_freq", .line = "frequencies in bfloat16", .inv_freq = NumberFormat::bfloat16},
    {.name = "fp16_inv_freq", .line = "frequencies in float16", .inv_freq = NumberFormat::float16},
    {.name = "bf16_angles", .line = "position × frequency in bfloat16", .angles = NumberFormat::bfloat16},
    {.name = "fast_sincos", .line = "the GPU's __sinf and __cosf of float32 angles", .fast_sincos = true},
};

// Other names that people have for a recipe: a format, a library, or a model.
struct Alias {
  std::string_view alias, name;
};
constexpr Alias aliases[] = {
    {"float32", "once"},
    {"float32_angles", "once"},
    {"float32_once", "once"},
    {"float32_once_tables_rounded", "tables_rounded"},
    {"complex64_once", "complex_once"},
    {"hf", "each_step"},
    {"ggml", "ggml_recurrence"},
    {"llama", "each_step"},
    {"cohere", "tables_rounded"},
    {"olmo", "once"},
};

/// For names that stand in this file and are in the table.
const Recipe& named(std::string_view name) { return *find_recipe(name); }

/// A position as the model's code has it before it meets a frequency.
class PositionValue {
public:
  // `divisor`: positions are multiplied by its float32 reciprocal, as TransformerEngine does, not divided.
  PositionValue(const RopeConfig& config, NumberFormat format, double divisor)
      : config_(config), format_(format), scale_(static_cast<float>(1 / divisor)) {}

  float at(const Positions& positions, std::int64_t axis, std::int64_t token) const {
    if (config_.axes.rule != AxisRule::centred_grid)
      return rounded(format_, static_cast<float>(angle_position(config_, positions, axis, token))) * scale_;
    const std::int64_t id = positions.at(axis, token);
    // DINOv3: ids are the odd integers 2i + 1 − side, its code computes 2π·(2·(i + ½)/side − 1).
    const std::int64_t side = axis == 0 ? config_.axes.grid_height : config_.axes.grid_width;
    // id + side = 2i + 1, so half of it is i + ½. The operations are in the order of the model's code.
    const float centre = static_cast<float>(id + side) / 2 / static_cast<float>(side);
    return 2 * std::numbers::pi_v<float> * rounded(format_, 2 * centre - 1);
  }

private:
  const RopeConfig& config_;
  NumberFormat format_;
  float scale_;
};

/// What CUDA's __cosf and __sinf do: the argument becomes turns by one float32 multiplication, and the result of the
/// table look-up has 22 bits behind the point (CUDA C++ Programming Guide, intrinsic functions: 2⁻²¹·⁴). The guide
/// states an error bound and not the bits, so this shows how large the errors are and not each error.
CosSin<float> fast(float angle) {
  const float turns = angle * (0.5f / std::numbers::pi_v<float>);
  const float reduced = (turns - std::floor(turns)) * 2 * std::numbers::pi_v<float>;
  const auto quantised = [](float x) { return std::ldexp(std::nearbyint(std::ldexp(x, 22)), -22); };
  return {quantised(std::cos(reduced)), quantised(std::sin(reduced))};
}

} // namespace

std::span<const Recipe> recipes() { return table; }

const Recipe* find_recipe(std::string_view name) {
  for (const Alias& alias : aliases)
    if (alias.alias == name) name = alias.name;
  const auto found = std::find_if(std::begin(table), std::end(table), [&](const Recipe& r) { return r.name == name; });
  return found == std::end(table) ? nullptr : found;
}

const Recipe& recipe_of(const RopeConfig& config) {
  switch (config.arithmetic.rounding) {
  case Rounding::each_step: return named("each_step");
  case Rounding::tables_rounded: return named("tables_rounded");
  case Rounding::complex_once: return named("complex_once");
  case Rounding::once: break;
  }
  return named("once");
}

std::vector<float> model_inv_freq(const RopeConfig& config, std::optional<double> seq_len) {
  validate(config);
  // Looked at here and not when rows are turned: an infinite frequency would give NaN at every position.
  std::vector<float> theta = schemes::frequencies_in_force<schemes::PyTorch>(config, seq_len).theta;
  if (!std::all_of(theta.begin(), theta.end(), [](float f) { return std::isfinite(f); }))
    throw Error("these parameters yield frequencies beyond float32");
  return theta;
}

double model_attention_factor(const RopeConfig& config, std::optional<double> seq_len) {
  validate(config);
  return schemes::frequencies_in_force<schemes::PyTorch>(config, seq_len).attention_factor;
}

std::vector<CosSin<double>> recipe_table(const Recipe& recipe, const RopeConfig& config, std::optional<double> seq_len,
                                         const Rotation& rotation, NumberFormat row) {
  const std::int64_t tokens = rotation.positions.tokens(), pairs = rotation.pairs();
  std::vector<CosSin<double>> result;
  result.reserve(static_cast<std::size_t>(tokens * pairs));
  const double direction = rotation.layout.direction;
  // A table of exact angles is asked for where something multiplies it afterwards (xPos).
  if (recipe.angle == AngleRule::turns) {
    for (std::int64_t token = 0; token < tokens; ++token)
      for (std::int64_t i = 0; i < pairs; ++i) {
        const auto at = cos_sin_at<double>(rotation.positions.at(rotation.axis(i), token),
                                           rotation.turns[static_cast<std::size_t>(i)]);
        result.push_back({at.cos * rotation.attention_factor, at.sin * rotation.attention_factor * direction});
      }
    return result;
  }
  if (recipe.angle == AngleRule::recurrence || recipe.angle == AngleRule::power) {
    // ggml_table multiplies by the attention factor itself, in float32 as ggml does; the sign is exact.
    const GgmlRope ggml = ggml_of(config, seq_len, rotation.attention_factor);
    for (const auto& [c, s] : ggml_table(ggml, rotation.positions, recipe.angle, rotation.pair_axis))
      result.push_back({static_cast<double>(c), static_cast<double>(s) * direction});
    return result;
  }

  RopeConfig of_frequencies = config;
  // Position Interpolation as some code has it: positions are divided and frequencies stay. The real product is the
  // same, the float32 one is not.
  const bool divides_positions = recipe.scaled_positions && scheme_of(config).acts_on == ActsOn::every_pair;
  if (divides_positions) of_frequencies.scaling.rope_type = RopeType::standard;
  std::vector<float> inv_freq = model_inv_freq(of_frequencies, seq_len);
  for (float& theta : inv_freq) theta = rounded(recipe.inv_freq, theta);
  const PositionValue value(config, recipe.positions, divides_positions ? extension_factor(config) : 1);
  // A recipe without a format of its own follows the rows (`cos.to(dtype=x.dtype)` in model code).
  const NumberFormat tables = recipe.tables.value_or(row);
  const auto gain = static_cast<float>(rotation.attention_factor);
  for (std::int64_t token = 0; token < tokens; ++token)
    for (std::int64_t i = 0; i < pairs; ++i) {
      const std::int64_t axis = rotation.axis(i);
      const float position = value.at(rotation.positions, axis, token);
      // One float32 product: an angle just below 2²⁰ rad is rounded to a multiple of 1/16 rad.
      const float angle = rounded(recipe.angles, position * inv_freq[static_cast<std::size_t>(i)]);
      const CosSin<float> at = recipe.fast_sincos ? fast(angle)
                               : recipe.by_polar  ? CosSin<float>{std::cos(angle), std::sin(angle)}
                                                 // torch.polar: the C library's
                                                 : CosSin<float>{float32::cos(angle), float32::sin(angle)};
      // Code multiplies cos and sin by the attention factor in float32, and converts to the rows' format after that.
      result.push_back({static_cast<double>(rounded(tables, at.cos * gain)),
                        static_cast<double>(rounded(tables, at.sin * gain)) * direction});
    }
  return result;
}

} // namespace ropescope
