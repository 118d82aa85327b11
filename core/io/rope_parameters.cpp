#include "core/io/rope_parameters.h"

#include <algorithm>
#include <array>
#include <cmath>

#include <fmt/ranges.h>

#include "core/io/config_json.h"

namespace ropescope {

namespace {

RopeType as_rope_type(const Json& value, std::string_view where) {
  if (value.is_string())
    if (const auto type = rope_type_from_name(value.get_ref<const std::string&>())) return *type;
  std::vector<std::string_view> known;
  for (const RopeType type : all_rope_types) known.push_back(rope_type_name(type));
  throw Error(fmt::format("{} is {}, expected one of {}", where, excerpt(value), fmt::join(known, ", ")));
}

void set_sections(RopeConfig& config, const Json& value, std::string_view where) {
  config.axes.mrope_section = as_list<std::int64_t>(value, where, as_integer);
  if (config.axes.rule == AxisRule::single) config.axes.rule = AxisRule::sections;
}

constexpr auto parameters = std::to_array<Parameter>({
    {"rope_type", [](RopeConfig& c, const Json& v, std::string_view w) { c.scaling.rope_type = as_rope_type(v, w); }},
    {"type", [](RopeConfig& c, const Json& v, std::string_view w) { c.scaling.rope_type = as_rope_type(v, w); }},
    {"rope_theta", [](RopeConfig& c, const Json& v, std::string_view w) { c.base = as_number(v, w); }},
    {"factor",
     [](RopeConfig& c, const Json& v, std::string_view w) {
       c.scaling.factor = as_optional(v, w);
       c.scaling.factor_is_null = v.is_null();
     }},
    {"alpha", [](RopeConfig& c, const Json& v, std::string_view w) { c.scaling.alpha = as_optional(v, w); }},
    {"attention_factor",
     [](RopeConfig& c, const Json& v, std::string_view w) { c.attention.attention_factor = as_optional(v, w); }},
    {"beta_fast",
     [](RopeConfig& c, const Json& v, std::string_view w) { c.scaling.beta_fast = as_optional(v, w).value_or(32); }},
    {"beta_slow",
     [](RopeConfig& c, const Json& v, std::string_view w) { c.scaling.beta_slow = as_optional(v, w).value_or(1); }},
    {"mscale", [](RopeConfig& c, const Json& v, std::string_view w) { c.scaling.mscale = as_optional(v, w); }},
    {"mscale_all_dim", [](RopeConfig& c, const Json& v, std::string_view w) { c.scaling.mscale_all_dim = as_optional(v, w); }},
    {"truncate", [](RopeConfig& c, const Json& v, std::string_view w) { c.scaling.truncate = as_bool(v, w); }},
    {"low_freq_factor", [](RopeConfig& c, const Json& v, std::string_view w) { c.scaling.low_freq_factor = as_number(v, w); }},
    {"high_freq_factor",
     [](RopeConfig& c, const Json& v, std::string_view w) { c.scaling.high_freq_factor = as_number(v, w); }},
    {"short_factor",
     [](RopeConfig& c, const Json& v, std::string_view w) { c.scaling.short_factor = as_list<double>(v, w, as_number); }},
    {"long_factor",
     [](RopeConfig& c, const Json& v, std::string_view w) { c.scaling.long_factor = as_list<double>(v, w, as_number); }},
    {"original_max_position_embeddings",
     [](RopeConfig& c, const Json& v, std::string_view w) { c.scaling.original_max_position_embeddings = as_optional(v, w); }},
    {"max_position_embeddings", [](RopeConfig& c, const Json& v,
                                   std::string_view w) { c.scaling.max_position_embeddings = as_optional(v, w).value_or(0); }},
    {"short_mscale", [](RopeConfig& c, const Json& v, std::string_view w) { c.scaling.short_mscale = as_optional(v, w); }},
    {"long_mscale", [](RopeConfig& c, const Json& v, std::string_view w) { c.scaling.long_mscale = as_optional(v, w); }},
    {"extrapolation_factor",
     [](RopeConfig& c, const Json& v, std::string_view w) { c.scaling.extrapolation_factor = as_optional(v, w).value_or(1); }},
    {"attn_factor",
     [](RopeConfig& c, const Json& v, std::string_view w) { c.scaling.attn_factor = as_optional(v, w).value_or(1); }},
    {"ntk_factor",
     [](RopeConfig& c, const Json& v, std::string_view w) { c.scaling.ntk_factor = as_optional(v, w).value_or(1); }},
    {"finetuned", [](RopeConfig& c, const Json& v, std::string_view w) { c.scaling.finetuned = as_bool(v, w); }},
    {"freq_factors",
     [](RopeConfig& c, const Json& v, std::string_view w) { c.scaling.freq_factors = as_list<double>(v, w, as_number); }},
    {"xpos_scale_base",
     [](RopeConfig& c, const Json& v, std::string_view w) { c.attention.xpos_scale_base = as_optional(v, w); }},
    {"llama_4_scaling_beta",
     [](RopeConfig& c, const Json& v, std::string_view w) {
       c.attention.query_scale = v.is_null() ? QueryScale::none : QueryScale::ministral3;
       c.attention.query_scale_coefficient = as_optional(v, w).value_or(0);
     }},
    {"xdrope_section", set_sections},
    {"mrope_section", set_sections},
    {"mrope_interleaved",
     [](RopeConfig& c, const Json& v, std::string_view w) {
       c.axes.rule = as_bool(v, w) ? AxisRule::sections_interleaved : AxisRule::sections;
     }},
    {"partial_rotary_factor",
     [](RopeConfig& c, const Json& v, std::string_view w) { c.layout.partial_rotary_factor = as_number(v, w); }},
    {"head_dim", [](RopeConfig& c, const Json& v, std::string_view w) { c.layout.head_dim = as_integer(v, w); }},
    {"rotary_dim", [](RopeConfig& c, const Json& v, std::string_view w) { c.layout.rotary_dim = as_integer(v, w); }},
});

} // namespace

const Parameter* find_parameter(std::string_view key) {
  const auto found =
      std::find_if(parameters.begin(), parameters.end(), [&](const Parameter& p) { return p.key == key; });
  return found == parameters.end() ? nullptr : &*found;
}

void set_parameter(RopeConfig& config, std::string_view key, std::string_view json_value) {
  const Parameter* parameter = find_parameter(key);
  if (!parameter) {
    std::vector<std::string_view> keys;
    for (const Parameter& p : parameters) keys.push_back(p.key);
    throw Error(fmt::format("\"{}\" is no rope parameter, expected one of {}", key, fmt::join(keys, ", ")));
  }
  Json value = Json::parse(json_value, nullptr, false);
  if (value.is_discarded()) value = std::string(json_value);
  const bool whole = config.layout.rotary_dim == config.layout.head_dim;
  parameter->set(config, value, key);
  if (config.scaling.rope_type == RopeType::proportional) config.layout.rotary_dim = config.layout.head_dim;
  if (key == "head_dim" && whole) config.layout.rotary_dim = config.layout.head_dim;
  if (key == "partial_rotary_factor" && config.scaling.rope_type != RopeType::proportional) {
    const double part = static_cast<double>(config.layout.head_dim) * config.layout.partial_rotary_factor;
    if (!(std::abs(part) < 0x1p53))
      throw Error(
          fmt::format("partial_rotary_factor is {}, expected a part of the head", config.layout.partial_rotary_factor));
    config.layout.rotary_dim = static_cast<std::int64_t>(part);
  }
}

} // namespace ropescope
