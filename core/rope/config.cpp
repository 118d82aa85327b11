#include "core/rope/config.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "core/error.h"
#include "core/rope/axis_plan.h"
#include "core/rope/scheme.h"

namespace ropescope {

namespace {

// Components. Heads of real models have at most some hundreds; the limit keeps tables small for a file that lies.
constexpr std::int64_t greatest_head_dim = 65536;

void require_finite(std::string_view name, std::optional<double> value) {
  if (value && !std::isfinite(*value)) throw Error(fmt::format("{} is {}, expected a finite number", name, *value));
}

/// Of whichever scheme: a number that nothing computes with today may count under another scheme tomorrow.
void require_finite_numbers(const RopeConfig& config) {
  require_finite("factor", config.scaling.factor);
  require_finite("attention_factor", config.attention.attention_factor);
  for (const Parameter* parameter : scheme_parameters())
    if (parameter->key != key::attention_factor.key &&
        (parameter->kind == ParameterKind::number || parameter->kind == ParameterKind::optional_number))
      require_finite(parameter->key, config.scaling.parameters.optional_number(*parameter));
}

} // namespace

double trained_length(const RopeConfig& config) {
  return config.scaling.original_max_position_embeddings.value_or(config.scaling.max_position_embeddings);
}

double extension_factor(const RopeConfig& config) {
  // alpha stands for the factor in NTK-aware files (HunYuan); under LongRoPE, whose divisors are given, it means
  // nothing.
  if (config.scaling.factor) return *config.scaling.factor;
  if (const auto alpha = config.scaling[key::alpha]; alpha && scheme_of(config).acts_on != ActsOn::given_factors)
    return *alpha;
  const double trained = trained_length(config);
  const double ratio = trained > 0 ? config.scaling.max_position_embeddings / trained : 1.0;
  return ratio > 0 ? ratio : 1.0;
}

double target_length(const RopeConfig& config) {
  const double trained = trained_length(config);
  // A factor below 1 does not make the context shorter, and a stated length counts where it is greater.
  if (!scheme_of(config).takes_factor) return std::max(trained, config.scaling.max_position_embeddings);
  return std::max(trained * std::max(1.0, extension_factor(config)), config.scaling.max_position_embeddings);
}

void set_trained_length(RopeConfig& config, double tokens) {
  if (config.scaling.original_max_position_embeddings)
    config.scaling.original_max_position_embeddings = tokens;
  else
    config.scaling.max_position_embeddings = tokens;
}

std::optional<RopeConfig> with_scheme(RopeConfig config, RopeType type, double factor) {
  // The same scheme: nothing that the file states may be lost.
  if (config.scaling.rope_type == type) return config;
  const Scheme& scheme = scheme_of(type);
  config.scaling.factor.reset();
  if (scheme.takes_factor) config.scaling.factor = factor;
  config.scaling.factor_is_null = false;
  config.scaling.parameters.erase(key::alpha);
  // These belong to the old scheme: under the new one they would count for something else.
  config.attention.attention_factor.reset();
  config.scaling.freq_factors.clear(); // a scheme too: llama.cpp carries Llama 3's so
  config.scaling.rope_type = type;
  if (scheme.adopt && !scheme.adopt(config)) return std::nullopt;
  return config;
}

std::int64_t pair_count(const RopeConfig& config) { return (config.layout.rotary_dim + 1) / 2; }

std::int64_t axis_count(const RopeConfig& config) {
  switch (config.axes.rule) {
  case AxisRule::single: return 1;
  case AxisRule::sections:
  case AxisRule::sections_interleaved:
  case AxisRule::sections_ernie:
    return config.axes.mrope_section.empty() ? 1 : static_cast<std::int64_t>(config.axes.mrope_section.size());
  case AxisRule::ggml_sections:
  case AxisRule::ggml_interleaved: return 4;
  case AxisRule::thirds: return 3;
  case AxisRule::halves:
  case AxisRule::halves_xy:
  case AxisRule::alternating:
  case AxisRule::alternating_xy:
  case AxisRule::even_odd:
  case AxisRule::centred_grid: return 2;
  case AxisRule::listed: return static_cast<std::int64_t>(config.axes.list.size());
  }
  return 1;
}

bool is_mixed(const RopeConfig& config) { return config.axes.table != AngleTable::of_pairs; }

bool has_own_angles(const RopeConfig& config) {
  const Axes& axes = config.axes;
  return axes.rule == AxisRule::listed &&
         (axes.scale != 1 || axes.shift != 0 || axes.times_axis >= 0 || !axes.learned.empty());
}

std::string_view axis_name(const RopeConfig& config, std::int64_t axis) {
  const std::int64_t axes = axis_count(config);
  if (axes == 1 || axis < 0 || axis >= axes) return "";
  if (config.axes.rule == AxisRule::listed) return config.axes.list[static_cast<std::size_t>(axis)].name;
  constexpr std::string_view of_tokens[] = {"t", "h", "w", "e"}, rows_columns[] = {"h", "w"};
  // Of Hugging Face's models HunYuan-VL alone has four sections: the token's number, column, row, image.
  constexpr std::string_view hunyuan[] = {"p", "w", "h", "i"};
  if (config.axes.rule == AxisRule::sections && axes == 4) return hunyuan[axis];
  return of_patches(config.axes.rule) && axes == 2 ? rows_columns[axis] : of_tokens[axis];
}

bool of_patches(AxisRule rule) {
  return rule == AxisRule::even_odd || rule == AxisRule::listed || axes_with_own_frequencies(rule) > 1;
}

std::int64_t axes_with_own_frequencies(AxisRule rule) {
  switch (rule) {
  case AxisRule::halves:
  case AxisRule::halves_xy:
  case AxisRule::alternating:
  case AxisRule::alternating_xy:
  case AxisRule::centred_grid: return 2;
  case AxisRule::thirds: return 3;
  default: return 1;
  }
}

double query_scale(const RopeConfig& config, std::int64_t position) {
  // Below position 0 the logarithm would be of 0 or less.
  const double p = static_cast<double>(std::max<std::int64_t>(position, 0)), floor = config.attention.query_scale_floor;
  switch (config.attention.query_scale) {
  case QueryScale::none: return 1;
  case QueryScale::llama4:
    return std::log1p(std::floor((p + 1) / floor)) * config.attention.query_scale_coefficient + 1;
  case QueryScale::ministral3: return 1 + config.attention.query_scale_coefficient * std::log1p(std::floor(p / floor));
  }
  return 1;
}

namespace {

/// What the axis rule needs of the dimensions.
void validate_axes(const RopeConfig& config) {
  const bool listed = config.axes.rule == AxisRule::listed;
  if (listed) validate_axis_list(config);
  if (config.layout.spanned_heads < 1 || config.layout.head_dim % config.layout.spanned_heads != 0)
    throw Error(fmt::format("one spectrum over {} heads of {} components in all, expected heads of one width",
                            config.layout.spanned_heads, config.layout.head_dim));
  // Two components for a pair, and as many pairs for each axis.
  const std::int64_t axes = of_patches(config.axes.rule) && !listed ? axis_count(config) : 1;
  if (axes > 1 && config.layout.rotary_dim % (2 * axes) != 0)
    throw Error(fmt::format("rotary_dim is {}, and {} axes share its pairs: expected a multiple of {}",
                            config.layout.rotary_dim, axes == 2 ? "two" : "three", 2 * axes));
  if (config.axes.rule == AxisRule::centred_grid && (config.axes.grid_height < 1 || config.axes.grid_width < 1))
    throw Error("patch centres need the grid: expected image_size and patch_size");
  if (config.axes.mrope_section.size() > 4)
    throw Error(fmt::format("mrope_section has {} entries, expected at most 4", config.axes.mrope_section.size()));
  if (!config.scaling.freq_factors.empty()) {
    if (static_cast<std::int64_t>(config.scaling.freq_factors.size()) < pair_count(config))
      throw Error(fmt::format("there are {} frequency factors, expected one for each of the {} pairs",
                              config.scaling.freq_factors.size(), pair_count(config)));
    if (!std::all_of(config.scaling.freq_factors.begin(), config.scaling.freq_factors.end(),
                     [](double f) { return f > 0 && std::isfinite(f); }))
      throw Error("a frequency factor is not positive");
  }
  if (config.attention.xpos_scale_base && !(*config.attention.xpos_scale_base > 0))
    throw Error(fmt::format("xpos_scale_base is {}, expected a positive number", *config.attention.xpos_scale_base));
  if (config.attention.query_scale != QueryScale::none && !(config.attention.query_scale_floor > 0))
    throw Error(fmt::format("the query scale's floor is {}, expected tokens", config.attention.query_scale_floor));
}

} // namespace

void validate(const RopeConfig& config) {
  if (config.layout.head_dim < 1 || config.layout.head_dim > greatest_head_dim)
    throw Error(fmt::format("head_dim is {}, expected 1…{}", config.layout.head_dim, greatest_head_dim));
  if (config.layout.rotary_dim < 1 || config.layout.rotary_dim > config.layout.head_dim)
    throw Error(fmt::format("rotary_dim is {}, expected 1…{}, the components of a head", config.layout.rotary_dim,
                            config.layout.head_dim));
  if (!(config.base > 0) || !std::isfinite(config.base))
    throw Error(fmt::format("the base (rope_theta) is {}, expected a positive number", config.base));
  // !(x >= 0) is true for NaN as well, which x < 0 is not. The other checks are written so for the same reason.
  for (const double length : {config.scaling.max_position_embeddings, trained_length(config)})
    if (!(length >= 0) || !std::isfinite(length))
      throw Error(fmt::format("a context length is {}, expected a number of tokens", length));
  if (config.scaling.factor && !(*config.scaling.factor > 0))
    throw Error(fmt::format("factor is {}, expected a positive number", *config.scaling.factor));
  // Numbers first, then what combines them, then the scheme, which may divide by what was checked here.
  require_finite_numbers(config);
  validate_axes(config);
  if (const auto validate_scheme = scheme_of(config).validate) validate_scheme(config);
}

} // namespace ropescope
