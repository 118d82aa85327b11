#include "core/config/rope_parameters.h"

#include <algorithm>
#include <array>
#include <cmath>

#include <fmt/ranges.h>

#include "core/config/config_json.h"
#include "core/config/stated_axes.h"
#include "core/rope/scheme.h"

namespace ropescope {

namespace {

RopeType as_rope_type(const Json& value, std::string_view where) {
  if (value.is_string())
    if (const auto type = rope_type_from_name(value.get_ref<const std::string&>())) return *type;
  std::vector<std::string_view> known;
  for (const Scheme* scheme : all_schemes()) known.push_back(scheme->name);
  throw Error(fmt::format("{} is {}, expected one of {}", where, excerpt(value), fmt::join(known, ", ")));
}

/// Sections alone say that positions have axes; mrope_interleaved, which may come before or after, says how.
void set_sections(RopeConfig& config, const Json& value, std::string_view where) {
  config.axes.mrope_section = as_list<std::int64_t>(value, where, as_integer);
  if (config.axes.rule == AxisRule::single) config.axes.rule = AxisRule::sections;
}

/// A key that RopeConfig has a member for, whatever the scheme.
struct CommonKey {
  std::string_view key;
  void (*set)(RopeConfig&, const Json&, std::string_view where);
};

// "type" is the older name of rope_type. xdrope_section is HunYuan-VL's name for mrope_section.
constexpr auto common_keys = std::to_array<CommonKey>({
    {"rope_type", [](RopeConfig& c, const Json& v, std::string_view w) { c.scaling.rope_type = as_rope_type(v, w); }},
    {"type", [](RopeConfig& c, const Json& v, std::string_view w) { c.scaling.rope_type = as_rope_type(v, w); }},
    {"rope_theta", [](RopeConfig& c, const Json& v, std::string_view w) { c.base = as_number(v, w); }},
    {"factor",
     [](RopeConfig& c, const Json& v, std::string_view w) {
       c.scaling.factor = as_optional(v, w);
       c.scaling.factor_is_null = v.is_null();
     }},
    {"attention_factor",
     [](RopeConfig& c, const Json& v, std::string_view w) { c.attention.attention_factor = as_optional(v, w); }},
    {"original_max_position_embeddings",
     [](RopeConfig& c, const Json& v, std::string_view w) {
       c.scaling.original_max_position_embeddings = as_optional(v, w);
     }},
    {"max_position_embeddings",
     [](RopeConfig& c, const Json& v, std::string_view w) {
       c.scaling.max_position_embeddings = as_optional(v, w).value_or(0);
     }},
    {"freq_factors",
     [](RopeConfig& c, const Json& v, std::string_view w) {
       c.scaling.freq_factors = as_list<double>(v, w, as_number);
     }},
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

const CommonKey* find_common_key(std::string_view key) {
  const auto found =
      std::find_if(common_keys.begin(), common_keys.end(), [&](const CommonKey& c) { return c.key == key; });
  return found == common_keys.end() ? nullptr : &*found;
}

/// The kind decides what JSON is accepted; ranges are not checked here but by the scheme's validate().
void set_scheme_parameter(ParameterValues& values, const Parameter& parameter, const Json& value,
                          std::string_view where) {
  switch (parameter.kind) {
  case ParameterKind::number:
  case ParameterKind::optional_number:
    return values.set_number(parameter,
                             parameter.takes_null ? as_optional(value, where) : std::optional(as_number(value, where)));
  case ParameterKind::flag: return values.set_flag(parameter, as_bool(value, where));
  case ParameterKind::factors: return values.set_factors(parameter, as_list<double>(value, where, as_number));
  }
}

} // namespace

bool is_rope_parameter(std::string_view key) { return find_common_key(key) || find_scheme_parameter(key); }

bool set_rope_parameter(RopeConfig& config, std::string_view key, const Json& value, std::string_view where) {
  if (const CommonKey* common = find_common_key(key)) {
    common->set(config, value, where);
    return true;
  }
  const Parameter* parameter = find_scheme_parameter(key);
  if (parameter) set_scheme_parameter(config.scaling.parameters, *parameter, value, where);
  return parameter != nullptr;
}

void set_parameter(RopeConfig& config, std::string_view key, std::string_view json_value) {
  Json value = Json::parse(json_value, nullptr, false);
  // People write a bare word (yarn) where JSON wants quotes: what is no JSON counts as a string.
  if (value.is_discarded()) value = std::string(json_value);
  // Taken before the change: a head that turned whole is to turn whole under a new head_dim as well.
  const bool whole = config.layout.rotary_dim == config.layout.head_dim;
  if (ropescope::config::set_axis_value(config, key, value)) return;
  if (!set_rope_parameter(config, key, value, key)) {
    std::vector<std::string_view> keys;
    for (const CommonKey& common : common_keys) keys.push_back(common.key);
    for (const Parameter* parameter : scheme_parameters())
      if (!find_common_key(parameter->key)) keys.push_back(parameter->key);
    throw Error(fmt::format("\"{}\" is no rope parameter, expected one of {}, or of a model with a list of axes "
                            "rope_axes.AXIS.KEY",
                            key, fmt::join(keys, ", ")));
  }
  if (scheme_of(config).spans_whole_head) config.layout.rotary_dim = config.layout.head_dim;
  if (key == "head_dim" && whole) config.layout.rotary_dim = config.layout.head_dim;
  if (key == "partial_rotary_factor" && !scheme_of(config).spans_whole_head) {
    const double part = static_cast<double>(config.layout.head_dim) * config.layout.partial_rotary_factor;
    // Beyond 2⁵³, or for NaN, the cast to an integer would be undefined.
    if (!(std::abs(part) < 0x1p53))
      throw Error(
          fmt::format("partial_rotary_factor is {}, expected a part of the head", config.layout.partial_rotary_factor));
    config.layout.rotary_dim = static_cast<std::int64_t>(part);
  }
}

} // namespace ropescope
