#include "core/config/dimensions.h"

#include <cmath>

#include "core/rope/scheme.h"
#include "core/text.h"

namespace ropescope::config {

namespace {

/// Whether qk_rope_head_dim is a head apart, q_pe and k_pe of multi-head latent attention: it has the size of what
/// turns, and qk_nope_head_dim components of a query lie before it.
bool is_decoupled(const Object& config) {
  return config.integer("qk_rope_head_dim").has_value() && !config.code().rope_inside_head;
}

std::int64_t head_dim(const Object& config, std::string_view layer_type) {
  const ModelType& code = config.code();
  if (const auto rope = config.integer("qk_rope_head_dim"); rope && !code.rope_inside_head) return *rope;
  // Gemma 4's full-attention layers have wider heads than its sliding ones.
  const bool full = layer_type == "full_attention";
  if (full)
    if (const auto global = config.integer("global_head_dim")) return *global; // Gemma 4
  if (const auto given = config.first_integer("head_dim", "kv_channels", "attention_head_dim")) return *given;
  // `"head_dim": null` is a statement too: then the class divides.
  if (code.default_head_dim > 0 && !config.json().contains("head_dim"))
    return full && code.default_global_head_dim > 0 ? code.default_global_head_dim : code.default_head_dim;
  const auto hidden = config.first_integer("hidden_size", "n_embd", "d_model", "dim");
  const auto heads = config.first_integer("num_attention_heads", "n_head", "n_heads", "num_heads");
  if (!hidden || !heads) throw Error("no head_dim in it, and no hidden_size with num_attention_heads to divide");
  if (*heads < 1) throw Error(fmt::format("num_attention_heads is {}, expected at least 1", *heads));
  // Python's // of positive numbers: rounded down.
  return *hidden / *heads;
}

/// int(head_dim · partial_rotary_factor), truncated as Python does.
std::int64_t part_of(std::int64_t head_dim, double partial) {
  const double part = static_cast<double>(head_dim) * partial;
  if (!(std::abs(part) < 0x1p53))
    throw Error(fmt::format("partial_rotary_factor is {}, expected a part of the head", partial));
  return static_cast<std::int64_t>(part);
}

std::int64_t rotary_dim(const RopeConfig& rope, const Object& config, bool partial_above, bool partial_in_dictionary) {
  // The head apart turns whole, and p-RoPE's table is as wide as the head, with frequencies of 0.
  if (is_decoupled(config) || scheme_of(rope).spans_whole_head) return rope.layout.head_dim;
  if (config.code().rope_inside_head && !partial_above && !partial_in_dictionary)
    if (const auto rope_part = config.integer("qk_rope_head_dim")) return *rope_part;
  if (!partial_above)
    // GPT-J's and others' way to say it in components. A stated part of the head counts before it.
    if (const auto given = config.integer("rotary_dim")) return *given;
  return part_of(rope.layout.head_dim, rope.layout.partial_rotary_factor);
}

} // namespace

double base_of(const Object& config) {
  const ModelType& code = config.code();
  if (code.fixed_base) {
    if (const auto given = config.number("rope_theta"); given && *given != code.default_theta)
      config.warn(fmt::format("{} has no effect: model_type \"{}\" turns by base {}", config.place_of("rope_theta"),
                              config.model_type(), grouped(code.default_theta)));
    return code.default_theta;
  }
  if (const auto given = config.first_number("rope_theta", "rotary_emb_base", "rotary_base", "global_rope_theta"))
    return *given;
  if (const auto ratio = config.number("rope_ratio")) return 10000 * *ratio; // ChatGLM
  return code.default_theta;
}

std::optional<double> local_base_of(const Object& config) {
  if (const auto given = config.first_number("rope_local_base_freq", "local_rope_theta", "swa_rope_theta"))
    return given;
  return config.code().local_base > 0 ? std::optional(config.code().local_base) : std::nullopt;
}

void set_dimensions(RopeConfig& rope, const Object& config, std::string_view layer_type, bool partial_in_dictionary) {
  const ModelType& code = config.code();
  rope.layout.head_dim = head_dim(config, layer_type);
  // GPT-NeoX's older class knows rotary_pct alone; of the others the name of today counts first.
  const auto partial_above =
      code.rotary_pct_alone ? config.number("rotary_pct") : config.first_number("partial_rotary_factor", "rotary_pct");
  if (partial_above)
    rope.layout.partial_rotary_factor = *partial_above; // the attribute overwrites the dictionary's
  else if (!partial_in_dictionary)
    rope.layout.partial_rotary_factor = code.default_partial;
  rope.layout.rotary_dim = rotary_dim(rope, config, partial_above.has_value(), partial_in_dictionary);
  rope.layout.nope_dim = is_decoupled(config) ? config.integer("qk_nope_head_dim").value_or(0) : 0;
}

std::vector<std::int64_t> head_counts(const Json& object) {
  std::vector<std::int64_t> counts;
  for (const char* key : {"num_attention_heads", "n_head", "n_heads", "num_heads", "num_key_value_heads"}) {
    const Json* value = present(object, key);
    if (!value || !value->is_number_integer()) continue;
    if (const auto count = value->get<std::int64_t>(); count > 0) counts.push_back(count);
  }
  return counts;
}

} // namespace ropescope::config
