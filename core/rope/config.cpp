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

// The first eight are the names we print; the rest are what older files and forks write.
constexpr NamedType names[] = {
    {"default", RopeType::standard}, {"linear", RopeType::linear},
    {"ntk", RopeType::ntk},          {"dynamic", RopeType::dynamic},
    {"yarn", RopeType::yarn},        {"longrope", RopeType::longrope},
    {"llama3", RopeType::llama3},    {"proportional", RopeType::proportional},
    {"none", RopeType::standard},    {"su", RopeType::longrope},
    {"mrope", RopeType::standard},
};

constexpr std::int64_t greatest_head_dim = 65536;

void require_positive_factor(const RopeConfig& config) {
  const double s = extension_factor(config);
  if (!config.factor && !(config.factor_is_null && config.rope_type == RopeType::yarn))
    throw Error(
        fmt::format("rope_type \"{}\" needs a \"factor\", and none is given", rope_type_name(config.rope_type)));
  if (!(s > 0) || !std::isfinite(s)) throw Error(fmt::format("factor is {}, expected a positive number", s));
}

void require_finite(const RopeConfig& config) {
  struct Named {
    const char* name;
    std::optional<double> value;
  };
  for (const auto& [name, value] :
       {Named{"factor", config.factor}, Named{"alpha", config.alpha},
        Named{"attention_factor", config.attention_factor}, Named{"beta_fast", config.beta_fast},
        Named{"beta_slow", config.beta_slow}, Named{"mscale", config.mscale},
        Named{"mscale_all_dim", config.mscale_all_dim}, Named{"low_freq_factor", config.low_freq_factor},
        Named{"high_freq_factor", config.high_freq_factor}})
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
  check(config.short_factor, "short_factor");
  check(config.long_factor, "long_factor");
  if (!config.attention_factor && extension_factor(config) > 1 && !(trained_length(config) > 1))
    throw Error("longrope needs original_max_position_embeddings greater than 1");
}

} // namespace

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
  }
  return "";
}

std::optional<RopeType> rope_type_from_name(std::string_view name) {
  for (const NamedType& n : names)
    if (n.name == name) return n.type;
  return std::nullopt;
}

double trained_length(const RopeConfig& config) {
  return config.original_max_position_embeddings.value_or(config.max_position_embeddings);
}

double extension_factor(const RopeConfig& config) {
  if (config.factor) return *config.factor;
  if (config.alpha && config.rope_type != RopeType::longrope) return *config.alpha;
  const double trained = trained_length(config);
  const double ratio = trained > 0 ? config.max_position_embeddings / trained : 1.0;
  return ratio > 0 ? ratio : 1.0;
}

double target_length(const RopeConfig& config) {
  const double trained = trained_length(config);
  if (config.rope_type == RopeType::standard || config.rope_type == RopeType::proportional)
    return std::max(trained, config.max_position_embeddings);
  return std::max(trained * std::max(1.0, extension_factor(config)), config.max_position_embeddings);
}

void set_trained_length(RopeConfig& config, double tokens) {
  if (config.original_max_position_embeddings)
    config.original_max_position_embeddings = tokens;
  else
    config.max_position_embeddings = tokens;
}

std::optional<RopeConfig> with_scheme(RopeConfig config, RopeType type, double factor) {
  if (config.rope_type == type) return config;
  if (type == RopeType::longrope && config.long_factor.empty()) return std::nullopt;
  config.factor.reset();
  if (type != RopeType::standard && type != RopeType::proportional) config.factor = factor;
  config.factor_is_null = false;
  config.alpha.reset();
  config.attention_factor.reset();
  config.rope_type = type;
  if (type == RopeType::proportional) config.rotary_dim = config.head_dim; // its table is as wide as the head
  if (type == RopeType::dynamic) config.max_position_embeddings = trained_length(config); // it knows no other length
  return config;
}

std::int64_t pair_count(const RopeConfig& config) { return (config.rotary_dim + 1) / 2; }

void validate(const RopeConfig& config) {
  if (config.head_dim < 1 || config.head_dim > greatest_head_dim)
    throw Error(fmt::format("head_dim is {}, expected 1…{}", config.head_dim, greatest_head_dim));
  if (config.rotary_dim < 1 || config.rotary_dim > greatest_head_dim)
    throw Error(fmt::format("rotary_dim is {}, expected 1…{}", config.rotary_dim, greatest_head_dim));
  if (!(config.base > 0) || !std::isfinite(config.base))
    throw Error(fmt::format("the base (rope_theta) is {}, expected a positive number", config.base));
  for (const double length : {config.max_position_embeddings, trained_length(config)})
    if (!(length >= 0) || !std::isfinite(length))
      throw Error(fmt::format("a context length is {}, expected a number of tokens", length));
  if (config.factor && !(*config.factor > 0))
    throw Error(fmt::format("factor is {}, expected a positive number", *config.factor));
  require_finite(config);

  switch (config.rope_type) {
  case RopeType::standard: break;
  case RopeType::linear:
  case RopeType::llama3: require_positive_factor(config); break;
  case RopeType::ntk:
  case RopeType::dynamic:
    if (!config.alpha)
      require_positive_factor(config);
    else if (!(*config.alpha > 0) || !std::isfinite(*config.alpha))
      throw Error(fmt::format("alpha is {}, expected a positive number", *config.alpha));
    if (config.rotary_dim <= 2)
      throw Error(fmt::format("NTK-aware scaling divides by rotary_dim − 2, and rotary_dim is {}", config.rotary_dim));
    if (config.rope_type == RopeType::dynamic && !(config.max_position_embeddings > 0))
      throw Error("rope_type \"dynamic\" needs max_position_embeddings");
    break;
  case RopeType::yarn:
    require_positive_factor(config);
    if (!(trained_length(config) > 0))
      throw Error("yarn needs original_max_position_embeddings or max_position_embeddings");
    if (config.base == 1.0) throw Error("yarn divides by the logarithm of the base, and the base is 1");
    if (config.beta_fast < 0 || config.beta_slow < 0)
      throw Error("beta_fast and beta_slow count turns, expected positive numbers");
    break;
  case RopeType::longrope: validate_longrope(config); break;
  case RopeType::proportional:
    if (config.rotary_dim != config.head_dim)
      throw Error(fmt::format("rotary_dim is {}, and rope_type \"proportional\" spans the whole head of {}",
                              config.rotary_dim, config.head_dim));
    if (!(config.partial_rotary_factor >= 0 && config.partial_rotary_factor <= 1))
      throw Error(fmt::format("partial_rotary_factor is {}, expected 0…1", config.partial_rotary_factor));
    break;
  }
  if (config.rope_type == RopeType::llama3 && !(trained_length(config) > 0))
    throw Error("llama3 needs original_max_position_embeddings or max_position_embeddings");
}

} // namespace ropescope
