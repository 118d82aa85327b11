#include "core/rope/config.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "core/error.h"

namespace ropescope {

namespace {

struct NamedType {
  std::string_view name;
  RopeType type;
};

// The first of each type is the name we print; the rest are what older files and forks write.
constexpr NamedType names[] = {
    {"default", RopeType::standard},
    {"linear", RopeType::linear},
    {"ntk", RopeType::ntk},
    {"dynamic", RopeType::dynamic},
    {"yarn", RopeType::yarn},
    {"longrope", RopeType::longrope},
    {"llama3", RopeType::llama3},
    {"proportional", RopeType::proportional},
    {"ntk-by-parts", RopeType::ntk_by_parts},
    {"dynamic-yarn", RopeType::dynamic_yarn},
    {"dynamic-ntk-by-parts", RopeType::dynamic_ntk_by_parts},
    {"none", RopeType::standard},
    {"su", RopeType::longrope},
    {"mrope", RopeType::standard},
    {"xdrope", RopeType::dynamic},
};

constexpr std::int64_t greatest_head_dim = 65536;

void require_positive_factor(const RopeConfig& config) {
  const double s = extension_factor(config);
  if (!config.scaling.factor && !(config.scaling.factor_is_null && config.scaling.rope_type == RopeType::yarn))
    throw Error(fmt::format("rope_type \"{}\" needs a \"factor\", and none is given",
                            rope_type_name(config.scaling.rope_type)));
  if (!(s > 0) || !std::isfinite(s)) throw Error(fmt::format("factor is {}, expected a positive number", s));
}

void require_finite(const RopeConfig& config) {
  struct Named {
    const char* name;
    std::optional<double> value;
  };
  for (const auto& [name, value] :
       {Named{"factor", config.scaling.factor}, Named{"alpha", config.scaling.alpha},
        Named{"attention_factor", config.attention.attention_factor}, Named{"beta_fast", config.scaling.beta_fast},
        Named{"beta_slow", config.scaling.beta_slow}, Named{"mscale", config.scaling.mscale},
        Named{"mscale_all_dim", config.scaling.mscale_all_dim},
        Named{"low_freq_factor", config.scaling.low_freq_factor},
        Named{"high_freq_factor", config.scaling.high_freq_factor}, Named{"short_mscale", config.scaling.short_mscale},
        Named{"long_mscale", config.scaling.long_mscale},
        Named{"extrapolation_factor", config.scaling.extrapolation_factor},
        Named{"ntk_factor", config.scaling.ntk_factor}, Named{"attn_factor", config.scaling.attn_factor}})
    if (value && !std::isfinite(*value)) throw Error(fmt::format("{} is {}, expected a finite number", name, *value));
}

void validate_longrope(const RopeConfig& config) {
  const auto expected = static_cast<std::size_t>(pair_count(config));
  const auto check = [&](const std::vector<double>& factors, const char* name) {
    if (factors.size() != expected)
      throw Error(
          fmt::format("{} has {} entries, expected one for each of the {} pairs", name, factors.size(), expected));
    if (!std::all_of(factors.begin(), factors.end(), [](double f) { return f > 0 && std::isfinite(f); }))
      throw Error(fmt::format("{} holds a number that is not positive", name));
  };
  check(config.scaling.short_factor, "short_factor");
  check(config.scaling.long_factor, "long_factor");
  if (!config.attention.attention_factor && extension_factor(config) > 1 && !(trained_length(config) > 1))
    throw Error("longrope needs original_max_position_embeddings greater than 1");
}

} // namespace

bool is_dynamic(RopeType type) {
  return type == RopeType::dynamic || type == RopeType::dynamic_yarn || type == RopeType::dynamic_ntk_by_parts;
}

std::string_view rope_type_name(RopeType type) {
  return std::find_if(std::begin(names), std::end(names), [&](const NamedType& n) { return n.type == type; })->name;
}

std::string_view rope_type_title(RopeType type) {
  switch (type) {
  case RopeType::standard: return "no extension";
  case RopeType::linear: return "PI";
  case RopeType::ntk: return "NTK-aware";
  case RopeType::dynamic: return "dynamic NTK";
  case RopeType::yarn: return "YaRN";
  case RopeType::longrope: return "LongRoPE";
  case RopeType::llama3: return "Llama 3";
  case RopeType::proportional: return "p-RoPE";
  case RopeType::ntk_by_parts: return "NTK-by-parts";
  case RopeType::dynamic_yarn: return "dynamic YaRN";
  case RopeType::dynamic_ntk_by_parts: return "dynamic by parts";
  }
  return "";
}

std::optional<RopeType> rope_type_from_name(std::string_view name) {
  for (const NamedType& n : names)
    if (n.name == name) return n.type;
  return std::nullopt;
}

double trained_length(const RopeConfig& config) {
  return config.scaling.original_max_position_embeddings.value_or(config.scaling.max_position_embeddings);
}

double extension_factor(const RopeConfig& config) {
  if (config.scaling.factor) return *config.scaling.factor;
  if (config.scaling.alpha && config.scaling.rope_type != RopeType::longrope) return *config.scaling.alpha;
  const double trained = trained_length(config);
  const double ratio = trained > 0 ? config.scaling.max_position_embeddings / trained : 1.0;
  return ratio > 0 ? ratio : 1.0;
}

double target_length(const RopeConfig& config) {
  const double trained = trained_length(config);
  if (config.scaling.rope_type == RopeType::standard || config.scaling.rope_type == RopeType::proportional)
    return std::max(trained, config.scaling.max_position_embeddings);
  return std::max(trained * std::max(1.0, extension_factor(config)), config.scaling.max_position_embeddings);
}

void set_trained_length(RopeConfig& config, double tokens) {
  if (config.scaling.original_max_position_embeddings)
    config.scaling.original_max_position_embeddings = tokens;
  else
    config.scaling.max_position_embeddings = tokens;
}

std::optional<RopeConfig> with_scheme(RopeConfig config, RopeType type, double factor) {
  if (config.scaling.rope_type == type) return config;
  if (type == RopeType::longrope && config.scaling.long_factor.empty()) return std::nullopt;
  config.scaling.factor.reset();
  if (type != RopeType::standard && type != RopeType::proportional) config.scaling.factor = factor;
  config.scaling.factor_is_null = false;
  config.scaling.alpha.reset();
  config.attention.attention_factor.reset();
  config.scaling.freq_factors.clear(); // a scheme too: llama.cpp carries Llama 3's so
  config.scaling.rope_type = type;
  if (type == RopeType::proportional)
    config.layout.rotary_dim = config.layout.head_dim; // its table is as wide as the head
  if (is_dynamic(type)) config.scaling.max_position_embeddings = trained_length(config); // it knows no other length
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
  case AxisRule::halves:
  case AxisRule::halves_xy:
  case AxisRule::even_odd:
  case AxisRule::centred_grid: return 2;
  }
  return 1;
}

std::string_view axis_name(const RopeConfig& config, std::int64_t axis) {
  const std::int64_t axes = axis_count(config);
  if (axes == 1 || axis < 0 || axis >= axes) return "";
  constexpr std::string_view of_tokens[] = {"t", "h", "w", "e"}, rows_columns[] = {"h", "w"};
  return of_patches(config.axes.rule) ? rows_columns[axis] : of_tokens[axis];
}

bool of_patches(AxisRule rule) {
  return rule == AxisRule::halves || rule == AxisRule::halves_xy || rule == AxisRule::even_odd ||
         rule == AxisRule::centred_grid;
}

double query_scale(const RopeConfig& config, std::int64_t position) {
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
  if (of_patches(config.axes.rule) && config.layout.rotary_dim % 4 != 0)
    throw Error(fmt::format("rotary_dim is {}, and two axes share its pairs: expected a multiple of 4",
                            config.layout.rotary_dim));
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
  if (config.layout.rotary_dim < 1 || config.layout.rotary_dim > greatest_head_dim)
    throw Error(fmt::format("rotary_dim is {}, expected 1…{}", config.layout.rotary_dim, greatest_head_dim));
  if (!(config.base > 0) || !std::isfinite(config.base))
    throw Error(fmt::format("the base (rope_theta) is {}, expected a positive number", config.base));
  for (const double length : {config.scaling.max_position_embeddings, trained_length(config)})
    if (!(length >= 0) || !std::isfinite(length))
      throw Error(fmt::format("a context length is {}, expected a number of tokens", length));
  if (config.scaling.factor && !(*config.scaling.factor > 0))
    throw Error(fmt::format("factor is {}, expected a positive number", *config.scaling.factor));
  require_finite(config);
  validate_axes(config);

  switch (config.scaling.rope_type) {
  case RopeType::standard: break;
  case RopeType::linear:
  case RopeType::llama3: require_positive_factor(config); break;
  case RopeType::ntk:
  case RopeType::dynamic:
    if (!config.scaling.alpha)
      require_positive_factor(config);
    else if (!(*config.scaling.alpha > 0) || !std::isfinite(*config.scaling.alpha))
      throw Error(fmt::format("alpha is {}, expected a positive number", *config.scaling.alpha));
    if (config.layout.rotary_dim <= 2)
      throw Error(
          fmt::format("NTK-aware scaling divides by rotary_dim − 2, and rotary_dim is {}", config.layout.rotary_dim));
    if (config.scaling.rope_type == RopeType::dynamic && !(config.scaling.max_position_embeddings > 0))
      throw Error("rope_type \"dynamic\" needs max_position_embeddings");
    break;
  case RopeType::yarn:
    require_positive_factor(config);
    if (!(trained_length(config) > 0))
      throw Error("yarn needs original_max_position_embeddings or max_position_embeddings");
    if (config.base == 1.0) throw Error("yarn divides by the logarithm of the base, and the base is 1");
    if (config.scaling.beta_fast < 0 || config.scaling.beta_slow < 0)
      throw Error("beta_fast and beta_slow count turns, expected positive numbers");
    break;
  case RopeType::ntk_by_parts: require_positive_factor(config); [[fallthrough]];
  case RopeType::dynamic_ntk_by_parts:
    if (config.layout.rotary_dim <= 2)
      throw Error(
          fmt::format("NTK-by-parts divides by rotary_dim − 2, and rotary_dim is {}", config.layout.rotary_dim));
    [[fallthrough]];
  case RopeType::dynamic_yarn:
    if (!(trained_length(config) > 0))
      throw Error(fmt::format("{} needs original_max_position_embeddings or max_position_embeddings",
                              rope_type_name(config.scaling.rope_type)));
    if (config.base == 1.0) throw Error("NTK-by-parts divides by the logarithm of the base, and the base is 1");
    break;
  case RopeType::longrope: validate_longrope(config); break;
  case RopeType::proportional:
    if (config.layout.rotary_dim != config.layout.head_dim)
      throw Error(fmt::format("rotary_dim is {}, and rope_type \"proportional\" spans the whole head of {}",
                              config.layout.rotary_dim, config.layout.head_dim));
    if (!(config.layout.partial_rotary_factor >= 0 && config.layout.partial_rotary_factor <= 1))
      throw Error(fmt::format("partial_rotary_factor is {}, expected 0…1", config.layout.partial_rotary_factor));
    break;
  }
  if (config.scaling.rope_type == RopeType::llama3 && !(trained_length(config) > 0))
    throw Error("llama3 needs original_max_position_embeddings or max_position_embeddings");
}

} // namespace ropescope
