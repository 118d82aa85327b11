#include "core/config/dimensions.h"

#include <charconv>
#include <cmath>

#include "core/rope/scheme.h"
#include "core/text.h"

namespace ropescope::config {

namespace {

/// Components that turn of a head in which the others do not: the file's, else the class's.
std::optional<std::int64_t> rope_part(const Object& config) {
  const auto stated = config.integer("qk_rope_head_dim");
  if (stated && *stated == 0) return std::nullopt; // the file leaves multi-head latent attention out
  return stated ? stated : config.class_integer("qk_rope_head_dim");
}

/// Whether qk_rope_head_dim is a head apart, q_pe and k_pe of multi-head latent attention: it has the size of what
/// turns, and qk_nope_head_dim components of a query lie before it.
bool is_decoupled(const Object& config) { return rope_part(config).has_value() && !config.code().rope_inside_head; }

/// head_dim of the layers of a type, where per_layer_config names it: {"1": {"head_dim": 512}}, by the layer's number.
std::optional<std::int64_t> head_dim_of_layers(const Object& config, std::string_view layer_type) {
  const Json* layers = config.dictionary("per_layer_config");
  const Json* types = config.find("layer_types");
  if (!layers || !types || !types->is_array()) return std::nullopt;
  for (const auto& [number, values] : layers->items()) {
    const Json* wanted = values.is_object() ? present(values, "head_dim") : nullptr;
    std::size_t index = types->size();
    std::from_chars(number.data(), number.data() + number.size(), index);
    if (wanted && index < types->size() && (*types)[index] == layer_type)
      return as_integer(*wanted, config.place_of(fmt::format("per_layer_config.{}.head_dim", number)));
  }
  return std::nullopt;
}

std::int64_t divided(const Object& config) {
  // Qwen2-VL's tower is embed_dim wide; its hidden_size is the language model's.
  auto hidden = config.first_integer("embed_dim", "hidden_size", "n_embd", "d_model", "dim", "model_dim");
  for (const char* key : {"embed_dim", "hidden_size"})
    if (!hidden) hidden = config.class_integer(key);
  auto heads = config.first_integer("num_attention_heads", "n_head", "n_heads", "num_heads",
                                    "decoder_num_attention_heads", "encoder_num_attention_heads");
  for (const char* key : {"num_attention_heads", "decoder_num_attention_heads", "num_heads"})
    if (!heads) heads = config.class_integer(key);
  if (!hidden || !heads) throw Error("no head_dim in it, and no hidden_size with num_attention_heads to divide");
  if (*heads < 1) throw Error(fmt::format("num_attention_heads is {}, expected at least 1", *heads));
  // Python's // of positive numbers: rounded down.
  return config.code().head_multiple * *hidden / *heads;
}

std::int64_t head_dim(const Object& config, std::string_view layer_type) {
  const ModelType& code = config.code();
  if (is_decoupled(config)) return *rope_part(config);
  if (const auto own = head_dim_of_layers(config, layer_type)) return *own;
  // Gemma 4's full-attention layers have wider heads than its sliding ones.
  const bool full = layer_type == "full_attention";
  if (full)
    if (const auto global = config.integer("global_head_dim")) return *global;
  if (const auto given = config.first_integer("head_dim", "attention_head_dim")) return *given;
  if (const auto given = config.integer("kv_channels"); given && code.head_multiple == 1) return *given;
  // SAM 2 turns in the attention over its memory, which has a width and heads of its own.
  if (const auto memory = config.integer("memory_attention_hidden_size")) {
    const std::int64_t parts = config.integer("memory_attention_downsample_rate").value_or(1) *
                               config.integer("memory_attention_num_attention_heads").value_or(1);
    if (parts >= 1) return *memory / parts;
  }
  // `"head_dim": null` is a statement too: then the class divides.
  if (config.json().contains("head_dim")) return divided(config);
  if (full && code.default_global_head_dim > 0) return code.default_global_head_dim;
  if (const auto own = config.class_integer("head_dim")) return *own;
  if (code.default_head_dim > 0 && !config.find("embed_dim")) return code.default_head_dim;
  return divided(config);
}

/// Components of all heads together.
std::int64_t row_of(const Object& config, std::int64_t head) {
  if (const auto hidden = config.integer("hidden_size")) return *hidden;
  return config.class_integer("hidden_size").value_or(head);
}

/// int(head_dim · partial_rotary_factor), truncated as Python does.
std::int64_t part_of(std::int64_t head_dim, double partial) {
  const double part = static_cast<double>(head_dim) * partial;
  if (!(std::abs(part) < 0x1p53))
    throw Error(fmt::format("partial_rotary_factor is {}, expected a part of the head", partial));
  return static_cast<std::int64_t>(part);
}

/// The file's rotary_dim, where something reads it: GPT-J's and others' way to say the part of a head in components.
std::optional<std::int64_t> stated_rotary_dim(const Object& config) {
  return reads_rotary_dim(config) ? config.integer("rotary_dim") : std::nullopt;
}

std::int64_t rotary_dim(const RopeConfig& rope, const Object& config, bool partial_stated) {
  // The head apart turns whole, and p-RoPE's table is as wide as the head, with frequencies of 0.
  if (is_decoupled(config) || scheme_of(rope).spans_whole_head) return rope.layout.head_dim;
  if (config.code().rope_inside_head && !partial_stated)
    if (const auto part = rope_part(config)) return *part;
  // A stated part of the head counts before it.
  if (!partial_stated && !config.code().rotary_dim_unread) {
    if (const auto given = stated_rotary_dim(config)) return *given;
    if (const auto own = config.class_integer("rotary_dim")) return *own;
  }
  // A third of the head for each axis, of whole pairs; what is left passes.
  if (config.code().axis_rule == AxisRule::thirds) return rope.layout.head_dim / 6 * 6;
  return part_of(rope.layout.head_dim, rope.layout.partial_rotary_factor);
}

std::optional<double> number_in(const Json* parameters, const char* key) {
  const Json* value = parameters ? present(*parameters, key) : nullptr;
  return value && value->is_number() ? std::optional(value->get<double>()) : std::nullopt;
}

/// Says of a rotary_dim that nobody reads, and that would change what turns, that it does not.
void warn_of_unread_rotary_dim(const RopeConfig& rope, const Object& config) {
  const Json* given = config.find("rotary_dim");
  if (given && !reads_rotary_dim(config) && *given != rope.layout.rotary_dim)
    config.warn(fmt::format("{} has no effect: transformers 5.24 turns {} components of model_type \"{}\"",
                            config.place_of("rotary_dim"), rope.layout.rotary_dim, config.model_type()));
}

} // namespace

bool reads_rotary_dim(const Object& config) {
  const ModelType& code = config.code();
  if (code.rotary_dim_unread) return false;
  return code.rotary_dim_read || !config.is_measured() || config.values()->has("rotary_dim");
}

const Json* class_parameters(const Object& config, std::string_view layer_type) {
  const Json* all = config.values() ? config.values()->rope_parameters() : nullptr;
  if (!all || !all->is_object()) return nullptr;
  if (all->contains("rope_type") || all->contains("rope_theta")) return all;
  const Json* own = present(*all, layer_type);
  return own && own->is_object() ? own : nullptr;
}

double base_of(const Object& config, const Json* parameters) {
  const ModelType& code = config.code();
  if (code.fixed_base) {
    if (const auto given = config.number("rope_theta"); given && *given != code.default_theta)
      config.warn(fmt::format("{} has no effect: model_type \"{}\" turns by base {}", config.place_of("rope_theta"),
                              config.model_type(), grouped(code.default_theta)));
    return code.default_theta;
  }
  if (number_in(parameters, "rope_theta")) return *number_in(parameters, "rope_theta");
  if (const auto given = config.number("rope_theta")) return *given;
  if (const auto ratio = config.number("rope_ratio")) return 10000 * *ratio; // ChatGLM
  for (const char* layer_type : {"", "full_attention"})
    if (const auto own = number_in(class_parameters(config, layer_type), "rope_theta")) {
      config.say_from_class(fmt::format("rope_theta {}", *own));
      return *own;
    }
  if (const auto own = config.class_number("rope_theta")) return *own;
  if (config.is_known() || config.values())
    config.say_from_class(fmt::format("rope_theta {}", code.default_theta));
  else
    config.warn(fmt::format("no rope_theta in it: taken as {}, as in most models", grouped(code.default_theta)));
  return code.default_theta;
}

std::optional<double> local_base_of(const Object& config) {
  if (const auto given = config.number("rope_local_base_freq")) return given;
  const Json* of_class = config.values() ? config.values()->rope_parameters() : nullptr;
  if (of_class && of_class->contains("sliding_attention")) {
    const auto local = number_in(class_parameters(config, "sliding_attention"), "rope_theta");
    const auto global = number_in(class_parameters(config, "full_attention"), "rope_theta");
    if (local && local != global) {
      config.say_from_class(fmt::format("sliding_attention.rope_theta {}", *local));
      return local;
    }
  }
  return config.code().local_base > 0 ? std::optional(config.code().local_base) : std::nullopt;
}

void set_dimensions(RopeConfig& rope, const Object& config, std::string_view layer_type, bool partial_in_dictionary) {
  const ModelType& code = config.code();
  const std::int64_t head = head_dim(config, layer_type);
  rope.layout.head_dim = code.turns_whole_rows ? row_of(config, head) : head;
  // GPT-NeoX's older class knows rotary_pct alone; of the others the name of today counts first. The rope parameters'
  // own, which is set already, counts before both.
  const auto beside =
      code.rotary_pct_alone ? config.number("rotary_pct") : config.first_number("partial_rotary_factor", "rotary_pct");
  const auto of_class = number_in(class_parameters(config, layer_type), "partial_rotary_factor");
  if (!partial_in_dictionary) {
    rope.layout.partial_rotary_factor = beside.value_or(of_class.value_or(code.default_partial));
    if (!beside && !stated_rotary_dim(config) && of_class && *of_class != 1)
      config.say_from_class(fmt::format("partial_rotary_factor {:g}", *of_class));
  }
  // Under its own name alone: what is spelt otherwise is of code that reads it.
  const bool by_name = config.find("partial_rotary_factor") && !config.is_spelt_otherwise("partial_rotary_factor");
  if (!partial_in_dictionary && beside && by_name && *beside != 1 && config.is_measured() &&
      !config.values()->reads_partial() && rope.scaling.rope_type == RopeType::standard) {
    config.warn(
        fmt::format("{}: transformers 5.24 turns the whole head of model_type \"{}\"; 4.57 turned that part of it",
                    config.place_of("partial_rotary_factor"), config.model_type()));
    config.say_unread_partial(*beside);
    rope.layout.partial_rotary_factor = 1;
  }
  rope.layout.rotary_dim = code.turns_whole_rows
                               ? 2 * part_of(head, rope.layout.partial_rotary_factor)
                               : rotary_dim(rope, config, partial_in_dictionary || beside.has_value());
  warn_of_unread_rotary_dim(rope, config);
  rope.layout.nope_dim = 0;
  if (is_decoupled(config)) {
    const auto nope = config.integer("qk_nope_head_dim");
    rope.layout.nope_dim = nope ? *nope : config.class_integer("qk_nope_head_dim").value_or(0);
  }
}

std::vector<std::int64_t> head_counts(const Json& object) {
  std::vector<std::int64_t> counts;
  for (const char* key : {"num_attention_heads", "n_head", "n_heads", "num_heads", "decoder_num_attention_heads",
                          "num_key_value_heads"}) {
    const Json* value = present(object, key);
    if (!value || !value->is_number_integer()) continue;
    if (const auto count = value->get<std::int64_t>(); count > 0) counts.push_back(count);
  }
  return counts;
}

} // namespace ropescope::config
