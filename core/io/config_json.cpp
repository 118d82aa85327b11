#include "core/io/config_json.h"

#include <algorithm>
#include <cmath>
#include <map>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "core/error.h"
#include "core/io/file.h"
#include "core/io/gguf.h"
#include "core/io/json_value.h"
#include "core/io/rope_parameters.h"
#include "core/rope/model_types.h"

namespace ropescope {

namespace {

constexpr int deepest = 32; // what nests deeper is no config.json, and would take many times the file's size
constexpr std::uintmax_t greatest_config_file = 4u << 20;

/// Keys that Hugging Face reads without consequence for the rotation, or not at all.
constexpr std::string_view harmless[] = {"_name_or_path"};

constexpr std::string_view rope_keys[] = {"rope_theta",           "rope_scaling",        "rope_parameters",
                                          "rotary_dim",           "rotary_pct",          "rotary_emb_base",
                                          "rope_ratio",           "global_rope_theta",   "local_rope_theta",
                                          "rope_local_base_freq", "compress_rope_theta", "partial_rotary_factor",
                                          "qk_rope_head_dim",     "rotary_base",         "mrope_section"};

/// Keys of a config.json itself that concern the rotation and are read, or change nothing of it.
constexpr std::string_view understood[] = {
    // clang-format off
    "rope_theta", "rope_scaling", "rope_parameters", "rotary_dim", "rotary_pct", "rotary_emb_base", "rope_ratio",
    "global_rope_theta", "local_rope_theta", "rope_local_base_freq", "compress_rope_theta", "swa_rope_theta",
    "partial_rotary_factor", "qk_rope_head_dim", "qk_nope_head_dim", "rotary_base", "rope_interleave",
    "no_rope_layers", "no_rope_layer_interval", "xpos_rel_pos", "xpos_scale_base", "original_rope",
    // clang-format on
};

/// Whether a key's name says that it is about rotary embeddings.
bool concerns_rope(std::string_view key) {
  for (const std::string_view part : {"rope", "rotary", "xpos", "ntk", "yarn", "llama_4_scaling"})
    if (key.find(part) != std::string_view::npos && !key.starts_with('_')) return true;
  return false;
}

bool has_rope_key(const Json& config) {
  return std::any_of(std::begin(rope_keys), std::end(rope_keys),
                     [&](std::string_view key) { return config.contains(key); });
}

bool has_rope_value(const Json& config) {
  return std::any_of(std::begin(rope_keys), std::end(rope_keys),
                     [&](std::string_view key) { return present(config, key); });
}

/// The object that describes the language model: the file's own, or the one a multimodal model nests.
const Json& language_part(const Json& root, std::string& place) {
  if (has_rope_value(root)) return root;
  for (const char* key : {"text_config", "llm_config", "language_config", "decoder"})
    if (const Json* part = present(root, key); part && part->is_object() && has_rope_key(*part)) {
      place = fmt::format("{}.", key);
      return *part;
    }
  return root;
}

/// A reader of one config object.
class Reader {
public:
  Reader(const Json& config, std::string place, ModelConfig& model)
      : config_(config), place_(std::move(place)), model_(model) {
    if (const Json* type = present(config_, "model_type"); type && type->is_string())
      model_type_ = type->get<std::string>();
    known_ = find_model_type(model_type_);
  }

  void read() {
    if (!has_rope_key(config_))
      throw Error("no key of a rotary embedding in it, expected rope_theta, rope_parameters, rope_scaling, rotary_dim "
                  "or the like");
    const Json* scaling = dictionary("rope_scaling");
    const std::string scaling_place = place_ + (scaling ? "rope_scaling" : "rope_parameters");
    if (!scaling) scaling = dictionary("rope_parameters");
    for (const auto& [key, value] : config_.items())
      if (concerns_rope(key) && std::find(std::begin(understood), std::end(understood), key) == std::end(understood))
        warn(fmt::format("{}{} is not understood and has no effect here", place_, key));
    if (scaling && is_per_layer(*scaling))
      read_per_layer(*scaling, scaling_place);
    else if (!read_two_embeddings(scaling, scaling_place))
      model_.layers.push_back({"", flat(scaling, scaling_place, theta())});
    add_layers_without_rope();
    count_layers();
    warn_of_unread();
  }

private:
  std::optional<double> number(std::string_view key) const {
    const Json* value = present(config_, key);
    return value ? std::optional(as_number(*value, place_ + std::string(key))) : std::nullopt;
  }

  std::optional<std::int64_t> integer(std::string_view key) const {
    const Json* value = present(config_, key);
    return value ? std::optional(as_integer(*value, place_ + std::string(key))) : std::nullopt;
  }

  template <typename... Keys>
  std::optional<std::int64_t> first_integer(Keys... keys) const {
    std::optional<std::int64_t> found;
    ((found = found ? found : integer(keys)), ...);
    return found;
  }

  template <typename... Keys>
  std::optional<double> first_number(Keys... keys) const {
    std::optional<double> found;
    ((found = found ? found : number(keys)), ...);
    return found;
  }

  const Json* dictionary(std::string_view key) const {
    const Json* value = present(config_, key);
    if (value && !value->is_object())
      throw Error(fmt::format("{}{} is {}, expected an object", place_, key, excerpt(*value)));
    return value;
  }

  double theta() {
    if (model_type_ == "gptj" || model_type_ == "codegen") { // their code knows no other base
      if (const auto given = number("rope_theta"); given && *given != 10000)
        warn(fmt::format("{}rope_theta has no effect: model_type \"{}\" turns by base 10 000", place_, model_type_));
      return 10000;
    }
    if (const auto given = first_number("rope_theta", "rotary_emb_base", "rotary_base", "global_rope_theta"))
      return *given;
    if (const auto ratio = number("rope_ratio")) return 10000 * *ratio; // ChatGLM
    return known_ ? known_->default_theta : 10000;
  }

  std::int64_t head_dim(std::string_view layer_type) const {
    // Multi-head latent attention rotates a part of its own: q_pe, k_pe of qk_rope_head_dim components.
    if (const auto rope = integer("qk_rope_head_dim"); rope && model_type_ != "deepseek_v4") return *rope;
    if (layer_type == "full_attention")
      if (const auto global = integer("global_head_dim")) return *global; // Gemma 4
    if (const auto given = first_integer("head_dim", "kv_channels", "attention_head_dim")) return *given;
    if (known_ && known_->default_head_dim > 0 && !config_.contains("head_dim")) {
      const bool global = layer_type == "full_attention" && model_type_.starts_with("gemma4");
      return global ? 2 * known_->default_head_dim : known_->default_head_dim;
    }
    const auto hidden = first_integer("hidden_size", "n_embd", "d_model", "dim");
    const auto heads = first_integer("num_attention_heads", "n_head", "n_heads", "num_heads");
    if (!hidden || !heads) throw Error("no head_dim in it, and no hidden_size with num_attention_heads to divide");
    if (*heads < 1) throw Error(fmt::format("num_attention_heads is {}, expected at least 1", *heads));
    return *hidden / *heads;
  }

  /// int(head_dim · partial_rotary_factor), truncated as Python does.
  static std::int64_t part_of(std::int64_t head_dim, double partial) {
    const double part = static_cast<double>(head_dim) * partial;
    if (!(std::abs(part) < 0x1p53))
      throw Error(fmt::format("partial_rotary_factor is {}, expected a part of the head", partial));
    return static_cast<std::int64_t>(part);
  }

  void set_dimensions(RopeConfig& rope, std::string_view layer_type, bool partial_in_dictionary) const {
    rope.layout.head_dim = head_dim(layer_type);
    const auto partial_above =
        model_type_ == "gpt_neox" ? number("rotary_pct") : first_number("partial_rotary_factor", "rotary_pct");
    if (partial_above)
      rope.layout.partial_rotary_factor = *partial_above; // the attribute overwrites the dictionary's
    else if (!partial_in_dictionary)
      rope.layout.partial_rotary_factor = known_ ? known_->default_partial : 1;
    // The part that multi-head latent attention rotates has its size from qk_rope_head_dim alone.
    const bool decoupled = integer("qk_rope_head_dim").has_value() && model_type_ != "deepseek_v4";
    if (decoupled || rope.scaling.rope_type == RopeType::proportional) {
      rope.layout.rotary_dim = rope.layout.head_dim;
      return;
    }
    const auto rope_part = model_type_ == "deepseek_v4" && !partial_above && !partial_in_dictionary
                               ? integer("qk_rope_head_dim")
                               : std::nullopt;
    rope.layout.rotary_dim = rope_part ? *rope_part
                             : present(config_, "rotary_dim") && !partial_above
                                 ? *integer("rotary_dim")
                                 : part_of(rope.layout.head_dim, rope.layout.partial_rotary_factor);
  }

  /// What the model's code fixes beside the frequencies.
  void set_code(RopeConfig& rope) const {
    if (known_) {
      rope.arithmetic.rounding = known_->rounding;
      if (known_->axis_rule != AxisRule::single) rope.axes.rule = known_->axis_rule; // whatever mrope_section says
      if (rope.axes.mrope_section.empty()) rope.axes.mrope_section = default_sections(rope.axes.rule, pair_count(rope));
    }
    if (rope.axes.rule == AxisRule::centred_grid) {
      const double side = number("image_size").value_or(0) / std::max(1.0, number("patch_size").value_or(1));
      rope.axes.grid_height = integer("grid_h").value_or(static_cast<std::int64_t>(std::clamp(side, 0.0, 65536.0)));
      rope.axes.grid_width = integer("grid_w").value_or(rope.axes.grid_height);
    }
    const bool decoupled = integer("qk_rope_head_dim").has_value() && model_type_ != "deepseek_v4";
    rope.layout.nope_dim = decoupled ? integer("qk_nope_head_dim").value_or(0) : 0;
    for (const char* type : {"deepseek_v2", "deepseek_v3", "kimi_k2", "mistral4"})
      if (model_type_ == type) rope.attention.scales_softmax = true;
    if (rope.attention.query_scale == QueryScale::ministral3)
      rope.attention.query_scale_floor = std::max(1.0, trained_length(rope));
    if (const Json* xpos = present(config_, "xpos_rel_pos"); xpos && as_bool(*xpos, "xpos_rel_pos"))
      rope.attention.xpos_scale_base = number("xpos_scale_base").value_or(512);
  }

  void set_layout(RopeConfig& rope) const {
    set_code(rope);
    if (!known_) {
      rope.layout_reason =
          model_type_.empty()
              ? "the config names no model_type, and most models rotate halves"
              : fmt::format("model_type \"{}\" is not known, and most models rotate halves", model_type_);
      return;
    }
    rope.layout.pairs = known_->layout;
    if (const Json* interleave = present(config_, "rope_interleave");
        interleave && !as_bool(*interleave, "rope_interleave"))
      rope.layout.pairs = {};
    rope.layout_reason = fmt::format("as model_type \"{}\" does", model_type_);
  }

  /// Where a parameter is a rope_type that Phi-3's configuration class rewrites.
  bool renamed_by_phi(const Json& value) const {
    return (model_type_ == "phi3" || model_type_.starts_with("phi4")) && value.is_string() &&
           (value == "su" || value == "yarn");
  }

  /// Whether the type is one of the YaRN authors', whose parameters Hugging Face does not read.
  static bool is_of_repository(const Json& scaling) {
    for (const char* key : {"rope_type", "type"})
      if (const Json* type = present(scaling, key); type && type->is_string()) {
        const auto known = rope_type_from_name(type->get_ref<const std::string&>());
        return known && (*known == RopeType::ntk_by_parts || *known == RopeType::dynamic_yarn ||
                         *known == RopeType::dynamic_ntk_by_parts);
      }
    return false;
  }

  /// Parameters that may be set by hand, and that a config.json has elsewhere or not at all.
  static bool is_ours_alone(std::string_view key, bool of_repository) {
    for (const char* ours : {"max_position_embeddings", "freq_factors", "head_dim", "rotary_dim", "xpos_scale_base"})
      if (key == ours) return true;
    return !of_repository && (key == "extrapolation_factor" || key == "attn_factor" || key == "ntk_factor");
  }

  void set_scaling(RopeConfig& rope, const Json& scaling, const std::string& where) {
    // "type" is the older spelling; where both are there, rope_type counts.
    const bool both = scaling.contains("rope_type") && scaling.contains("type");
    const bool rope_of_repository = is_of_repository(scaling);
    for (const auto& [key, value] : scaling.items()) {
      if (both && key == "type") continue;
      const std::string place = fmt::format("{}.{}", where, key);
      const Parameter* parameter = find_parameter(key);
      if ((key == "type" || key == "rope_type") && renamed_by_phi(value))
        rope.scaling.rope_type = RopeType::longrope;
      else if ((key == "rope_theta" || key == "partial_rotary_factor") && value.is_null())
        continue;
      else if (parameter && !is_ours_alone(key, rope_of_repository))
        parameter->set(rope, value, place);
      else if (std::find(std::begin(harmless), std::end(harmless), key) == std::end(harmless))
        warn(fmt::format("{} is not understood and has no effect here", place));
    }
    require_keys(rope, scaling, where);
  }

  /// What Hugging Face raises KeyError for.
  static void require_keys(const RopeConfig& rope, const Json& scaling, const std::string& where) {
    const auto require = [&](std::initializer_list<const char*> keys) {
      for (const char* key : keys)
        if (!scaling.contains(key))
          throw Error(fmt::format("{} has no \"{}\", which rope_type \"{}\" needs", where, key,
                                  rope_type_name(rope.scaling.rope_type)));
    };
    switch (rope.scaling.rope_type) {
    case RopeType::linear:
    case RopeType::yarn:
    case RopeType::ntk_by_parts: require({"factor"}); break;
    case RopeType::dynamic:
    case RopeType::ntk:
      if (!scaling.contains("alpha")) require({"factor"});
      break;
    case RopeType::llama3: require({"factor", "low_freq_factor", "high_freq_factor"}); break;
    case RopeType::longrope: require({"short_factor", "long_factor"}); break;
    case RopeType::standard:
    case RopeType::dynamic_yarn:
    case RopeType::dynamic_ntk_by_parts:
    case RopeType::proportional: break;
    }
  }

  RopeConfig common(double base) const {
    RopeConfig rope;
    rope.model_type = model_type_;
    rope.base = base;
    rope.scaling.max_position_embeddings =
        first_number("max_position_embeddings", "n_positions", "seq_length", "max_seq_len", "n_ctx").value_or(0);
    return rope;
  }

  enum class Schema { flat, nested }; // on load, Hugging Face nests some models' older files by layer type

  RopeConfig flat(const Json* scaling, const std::string& where, double base, Schema schema = Schema::flat) {
    RopeConfig rope = common(base);
    if (scaling) set_scaling(rope, *scaling, where);
    if (scaling && schema == Schema::nested) as_nested(rope, *scaling, where);
    if (const auto original = number("original_max_position_embeddings");
        original && schema == Schema::flat) // it wins over the dictionary
      if (rope.scaling.rope_type == RopeType::yarn || rope.scaling.rope_type == RopeType::llama3 ||
          rope.scaling.rope_type == RopeType::longrope)
        rope.scaling.original_max_position_embeddings = original;
    set_dimensions(rope, "", scaling && present(*scaling, "partial_rotary_factor"));
    set_layout(rope);
    return rope;
  }

  /// {layer type: parameters or null, …}
  static bool is_per_layer(const Json& parameters) {
    if (parameters.empty()) return false;
    for (const auto& [key, value] : parameters.items())
      if (!(value.is_object() || value.is_null()) || find_parameter(key)) return false;
    return true;
  }

  void read_per_layer(const Json& per_layer, const std::string& place) {
    for (const auto& [layer_type, scaling] : per_layer.items()) {
      if (layer_type.empty()) throw Error(fmt::format("{} has a layer type without a name", place));
      if (scaling.is_null()) {
        model_.layers.push_back({layer_type, without_rope(common(theta()), layer_type)});
        continue;
      }
      const std::string where = fmt::format("{}.{}", place, layer_type);
      RopeConfig rope = common(is_local(layer_type) ? local_theta().value_or(theta()) : theta());
      set_scaling(rope, scaling, where);
      as_nested(rope, scaling, where);
      if (layer_type == "compress") as_compressed(rope);
      set_dimensions(rope, layer_type, present(scaling, "partial_rotary_factor"));
      set_layout(rope);
      model_.layers.push_back({layer_type, std::move(rope)});
    }
    if (std::none_of(model_.layers.begin(), model_.layers.end(), [](const LayerRope& l) { return l.config.rotates; }))
      throw Error(fmt::format("{} has no layer type with a rotary embedding", place));
  }

  /// Layers of the same dimensions in which nothing turns.
  RopeConfig without_rope(RopeConfig rope, std::string_view layer_type) const {
    if (rope.layout_reason.empty()) {
      set_dimensions(rope, layer_type, false);
      set_layout(rope);
    }
    rope.rotates = false;
    if (model_type_ == "llama4" || model_type_ == "llama4_text") {
      const Json* tuned = present(config_, "attn_temperature_tuning");
      if (!tuned || as_bool(*tuned, "attn_temperature_tuning")) rope.attention.query_scale = QueryScale::llama4;
      rope.attention.query_scale_floor = number("floor_scale").value_or(8192);
      rope.attention.query_scale_coefficient = number("attn_scale").value_or(0.1);
    }
    return rope;
  }

  /// Llama 4, SmolLM3: no_rope_layers holds 1 for a layer that rotates; by default every 4th does not. Cohere 2 and
  /// EXAONE 4 rotate in their sliding layers alone.
  void add_layers_without_rope() {
    if (model_.layers.size() != 1) return;
    const RopeConfig rope = model_.layers.front().config;
    if (model_type_ == "cohere2" || (model_type_ == "exaone4" && present(config_, "sliding_window"))) {
      model_.layers = {{"sliding_attention", rope}, {"full_attention", without_rope(rope, "")}};
      return;
    }
    const Json* flags = present(config_, "no_rope_layers");
    if (flags && !flags->is_array())
      throw Error(fmt::format("{}no_rope_layers is {}, expected a list of 0 and 1", place_, excerpt(*flags)));
    const bool listed = flags && !flags->empty();
    const bool by_default = model_type_ == "llama4_text" || model_type_ == "llama4" || model_type_ == "smollm3";
    if (!by_default && !listed) return;
    std::int64_t layers = integer("num_hidden_layers").value_or(0), rotating = 0;
    if (listed) {
      for (const Json& flag : *flags) rotating += as_bool(flag, place_ + "no_rope_layers");
      layers = static_cast<std::int64_t>(flags->size());
    } else {
      const std::int64_t interval = integer("no_rope_layer_interval").value_or(4);
      rotating = interval > 0 ? layers - layers / interval : layers;
    }
    if (layers > 0 && rotating == layers) return;
    if (layers > 0 && rotating == 0) throw Error(fmt::format("{}no_rope_layers leaves no layer with RoPE", place_));
    model_.layers = {{"rope", rope, rotating}, {"no_rope", without_rope(rope, ""), layers - rotating}};
  }

  /// Keys that only some models' code reads.
  void warn_of_unread() {
    const Json* interleave = present(config_, "rope_interleave");
    const bool reads_interleave = known_ && known_->layout.output != known_->layout.pairing;
    if (interleave && interleave->is_boolean() && interleave->get<bool>() && !reads_interleave &&
        model_.layers.front().config.layout.pairs.pairing == Pairing::half)
      warn(fmt::format("{}rope_interleave has no effect: {}", place_, model_.layers.front().config.layout_reason));
    if (present(config_, "rope_scaling") && present(config_, "rope_parameters"))
      warn(fmt::format("{}rope_parameters has no effect beside rope_scaling", place_));
    if (present(config_, "xpos_scale_base") && !model_.layers.front().config.attention.xpos_scale_base)
      warn(fmt::format("{}xpos_scale_base has no effect without xpos_rel_pos", place_));
    if (present(config_, "compress_rope_theta") && model_type_ != "deepseek_v4")
      warn(fmt::format("{}compress_rope_theta has no effect: DeepSeek-V4 alone reads it", place_));
  }

  /// By `layer_types`, the list of every layer's type.
  void count_layers() {
    const Json* types = present(config_, "layer_types");
    if (!types || !types->is_array()) return;
    std::map<std::string_view, std::int64_t> counts;
    for (const Json& type : *types)
      if (type.is_string()) ++counts[type.get_ref<const std::string&>()];
    for (LayerRope& layer : model_.layers)
      if (const auto found = counts.find(layer.layer_type); layer.layers == 0 && found != counts.end())
        layer.layers = found->second;
  }

  static bool is_local(std::string_view layer_type) {
    return layer_type == "sliding_attention" || layer_type == "local_attention";
  }

  /// The base of the local layers of a model that has two.
  std::optional<double> local_theta() const {
    if (const auto given = first_number("rope_local_base_freq", "local_rope_theta", "swa_rope_theta")) return given;
    const bool two = model_type_ == "gemma3" || model_type_ == "gemma3_text" || model_type_ == "modernbert" ||
                     model_type_ == "gemma4_text";
    return two ? std::optional(10000.0) : std::nullopt;
  }

  /// Hugging Face reads these two from a flat rope_parameters alone.
  void as_nested(RopeConfig& rope, const Json& scaling, const std::string& where) {
    if (!scaling.contains("truncate")) return;
    rope.scaling.truncate = true;
    warn(fmt::format("{}.truncate has no effect: Hugging Face reads it from a flat rope_parameters alone", where));
  }

  /// DeepSeek-V4's configuration class sets this for its compressed layers.
  static void as_compressed(RopeConfig& rope) {
    if (rope.scaling.rope_type == RopeType::yarn) rope.attention.attention_factor = 1.0;
  }

  /// Ten sentences at most; control characters of a file do not reach the terminal.
  void warn(const std::string& sentence) {
    constexpr std::size_t most = 10;
    if (model_.warnings.size() < most)
      model_.warnings.push_back(printable(sentence));
    else if (model_.warnings.size() == most)
      model_.warnings.push_back("and more of the kind");
  }

  /// Models whose older files describe two embeddings side by side.
  bool read_two_embeddings(const Json* scaling, const std::string& where) {
    if (const auto compressed = number("compress_rope_theta"); compressed && model_type_ == "deepseek_v4") {
      model_.layers.push_back({"main", flat(nullptr, where, theta(), Schema::nested)});
      model_.layers.push_back({"compress", flat(scaling, where, *compressed, Schema::nested)});
      as_compressed(model_.layers.back().config);
      return true;
    }
    const auto local = local_theta();
    const bool flat_v5 = scaling && scaling == present(config_, "rope_parameters");
    if (flat_v5 || (!local && !(model_type_ == "olmo3" && scaling))) return false;
    const bool scales_both = model_type_ == "modernbert";
    // OLMo 3's class takes the file's rope_theta for its full-attention layers alone, and its own for the others.
    const double other = local.value_or(model_type_ == "olmo3" ? known_->default_theta : theta());
    model_.layers.push_back({"full_attention", flat(scaling, where, theta(), Schema::nested)});
    model_.layers.push_back({"sliding_attention", flat(scales_both ? scaling : nullptr, where, other, Schema::nested)});
    return true;
  }

  const Json& config_;
  std::string place_;
  ModelConfig& model_;
  std::string model_type_;
  const ModelType* known_ = nullptr;
};

Json parse(std::string_view text) {
  try {
    return Json::parse(text, [](int depth, Json::parse_event_t, const Json&) {
      if (depth > deepest) throw Error(fmt::format("nested more than {} deep, expected a config.json", deepest));
      return true;
    });
  } catch (const Json::parse_error& error) {
    throw Error(fmt::format("not JSON (at byte {})", error.byte));
  } catch (const Json::out_of_range&) {
    throw Error("not JSON that can be used: a number in it is beyond double precision");
  }
}

} // namespace

ModelConfig parse_model_config(std::string_view text, const std::string& name) {
  ModelConfig model;
  model.name = name;
  try {
    const Json root = parse(text);
    if (!root.is_object()) throw Error("not a config.json: expected an object at its top");
    std::string place;
    const Json& part = language_part(root, place);
    Reader(part, place, model).read();
    if (const Json* ours = present(root, "_ropescope"); ours && ours->is_object()) {
      const Json *title = present(*ours, "name"), *source = present(*ours, "source");
      if (title && title->is_string()) model.name = title->get<std::string>();
      if (source && source->is_string()) model.source = source->get<std::string>();
    }
    model.name = printable(model.name);
    for (LayerRope& layer : model.layers) {
      layer.layer_type = printable(layer.layer_type);
      layer.config.model_type = printable(layer.config.model_type);
      layer.config.layout_reason = printable(layer.config.layout_reason);
      validate(layer.config);
    }
  } catch (const Error& error) {
    throw Error(printable(fmt::format("{}: {}", name, error.what())));
  }
  return model;
}

ModelConfig read_model_config(const std::filesystem::path& path) {
  if (is_gguf(path)) return read_gguf(path);
  return parse_model_config(read_file(path, greatest_config_file), path.string());
}

const LayerRope& layer_rope(const ModelConfig& model, const std::optional<std::string>& layer_type) {
  const std::string wanted = layer_type.value_or("full_attention");
  for (const LayerRope& layer : model.layers)
    if (layer.layer_type == wanted && (layer_type || layer.config.rotates)) return layer;
  if (!layer_type)
    for (const LayerRope& layer : model.layers)
      if (layer.config.rotates) return layer;
  if (model.layers.front().layer_type.empty()) return model.layers.front();
  std::vector<std::string> types;
  constexpr std::size_t shown = 8;
  for (const LayerRope& layer : model.layers)
    if (types.size() < shown) types.push_back(layer.layer_type);
  throw Error(fmt::format("{}: no layer type \"{}\", expected {}", model.name, *layer_type, fmt::join(types, " or ")));
}

} // namespace ropescope
