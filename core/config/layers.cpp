#include "core/config/layers.h"

#include <algorithm>
#include <map>
#include <utility>

#include "core/config/code.h"
#include "core/config/dimensions.h"
#include "core/config/keys.h"
#include "core/config/layer_names.h"
#include "core/config/listed_layers.h"
#include "core/config/rope_parameters.h"
#include "core/config/scaling.h"
#include "core/model/layer_types.h"
#include "core/rope/scheme.h"
#include "core/text.h"

namespace ropescope::config {

namespace {

/// The rope parameters that count, and where they stand; both schemas' keys hold the same.
struct Dictionary {
  const Json* json = nullptr; ///< null: the file has none, and nothing is scaled
  std::string where;
  bool of_class = false;
};

/// The class's, where the file has no word of its own.
Dictionary class_dictionary(const Object& config) {
  const Json* own = config.values() ? config.values()->rope_parameters() : nullptr;
  if (!own || !own->is_object() || states_frequencies(config.json())) return {};
  return {own, fmt::format("rope_parameters of the class of model_type \"{}\"", config.model_type()), true};
}

Dictionary rope_dictionary(const Object& config) {
  // Where both are there the older key counts; warn_of_unread_keys() says so. Of an empty one Python's `or` makes none.
  for (const char* key : {"rope_scaling", "rope_parameters"})
    if (const Json* given = config.dictionary(key); given && !given->empty()) return {given, config.place_of(key)};
  return class_dictionary(config);
}

std::string in_words(const Json& number) {
  return number.is_number() ? fmt::format("{}", number.get<double>()) : number.dump();
}

/// Whether the rope parameters' part of a head counts. The class's own gives way to what the file has beside them.
bool states_partial(const Object& config, const Dictionary& parameters) {
  if (!parameters.json || !present(*parameters.json, "partial_rotary_factor")) return false;
  const bool beside = config.find("partial_rotary_factor") || config.find("rotary_pct") ||
                      (config.find("rotary_dim") && reads_rotary_dim(config));
  return !(parameters.of_class && beside);
}

/// What of the class's rope parameters is more than their base, said of the model.
void say_what_class_has(const Object& config, const Dictionary& scaling) {
  if (!scaling.of_class) return;
  const auto say = [&](const Json& parameters, const std::string& before) {
    for (const auto& [key, value] : parameters.items())
      if (value.is_primitive() && !value.is_null() && value != "default" &&
          (key != "partial_rotary_factor" || states_partial(config, {&parameters, "", true})))
        config.say_from_class(
            fmt::format("{}{} {}", before, key, value.is_string() ? value.get<std::string>() : in_words(value)));
  };
  for (const auto& [key, value] : scaling.json->items())
    if (value.is_object()) say(value, key + ".");
  say(*scaling.json, "");
  if (const auto newer = config.values()->newer_base())
    config.warn(fmt::format("no rope_theta in it: it has that of transformers 4.57, whose version the file names "
                            "(5.24 has {})",
                            grouped(*newer)));
}

/// The start of every embedding: its base and the stated context length, 0 where no key has it.
RopeConfig with_length(const Object& config, double base) {
  RopeConfig rope;
  rope.base = base;
  auto length = config.first_number("max_position_embeddings", "n_positions", "seq_length", "max_seq_len", "n_ctx",
                                    "max_context_length");
  if (const Json* own = config.values() ? config.values()->value("max_position_embeddings") : nullptr;
      !length && own && own->is_number())
    length = own->get<double>(); // not said: where nothing is scaled the frequencies do not go by it
  rope.scaling.max_position_embeddings = length.value_or(0);
  return rope;
}

/// The embedding that a whole file describes, under `base`.
RopeConfig read_embedding(const Object& config, const Dictionary& scaling, double base, Schema schema) {
  RopeConfig rope = with_length(config, base);
  if (scaling.json) set_scaling(rope, config, *scaling.json, scaling.where, schema);
  // The key beside the dictionary wins over the one in it, and only these schemes read it.
  if (const auto original = config.number("original_max_position_embeddings"); original && schema == Schema::flat)
    if (scheme_of(rope).original_length_above) rope.scaling.original_max_position_embeddings = original;
  set_dimensions(rope, config, "", states_partial(config, scaling));
  set_code(rope, config);
  return rope;
}

/// {layer type: parameters or null, …}. A name that is a parameter's too is taken for the parameter, whose value is
/// then refused: no layer type is called so.
bool is_per_layer(const Json& parameters) {
  if (parameters.empty()) return false;
  for (const auto& [key, value] : parameters.items())
    if (!(value.is_object() || value.is_null()) || is_rope_parameter(key)) return false;
  return true;
}

bool is_local(std::string_view layer_type) {
  return layer_type == "sliding_attention" || layer_type == "local_attention";
}

RopeConfig read_layer_type(const Object& config, const std::string& layer_type, const Dictionary& scaling) {
  // null for a layer type says that these layers have no RoPE.
  const bool rests = scaling.json->is_null();
  const double base = base_of(config, rests ? nullptr : scaling.json);
  const bool own_base = rests || present(*scaling.json, "rope_theta");
  RopeConfig rope =
      with_length(config, is_local(layer_type) && !own_base ? local_base_of(config).value_or(base) : base);
  if (!rests) set_scaling(rope, config, *scaling.json, scaling.where, Schema::nested);
  if (!rests && layer_type == "compress") set_compressed(rope);
  set_dimensions(rope, config, layer_type, !rests && states_partial(config, scaling));
  set_code(rope, config);
  return rests ? without_rope(std::move(rope), config) : rope;
}

std::vector<LayerRope> read_per_layer(const Object& config, const Dictionary& per_layer) {
  std::vector<LayerRope> layers;
  for (const auto& [layer_type, scaling] : per_layer.json->items()) {
    if (layer_type.empty()) throw Error(fmt::format("{} has a layer type without a name", per_layer.where));
    const Dictionary one{&scaling, fmt::format("{}.{}", per_layer.where, layer_type), per_layer.of_class};
    layers.push_back({layer_type, read_layer_type(config, layer_type, one)});
  }
  // The compressed layers stand behind the others, as where an older file states them: the first counts where none is
  // asked for.
  std::stable_partition(layers.begin(), layers.end(), [](const LayerRope& l) { return l.layer_type != "compress"; });
  // Such a file describes no rotary embedding, and every later stage expects one that turns.
  if (std::none_of(layers.begin(), layers.end(), [](const LayerRope& l) { return l.config.rotates; }))
    throw Error(fmt::format("{} has no layer type with a rotary embedding", per_layer.where));
  return layers;
}

/// Models whose older files describe two embeddings side by side, by keys of their own; empty of all others. On load,
/// Hugging Face turns these files into the newer schema, nested by layer type.
std::vector<LayerRope> read_two_embeddings(const Object& config, const Dictionary& scaling) {
  const ModelType& code = config.code();
  const auto read = [&](const Dictionary& by, double base) { return read_embedding(config, by, base, Schema::nested); };
  if (const auto compressed = config.number("compress_rope_theta"); compressed && code.compressed_layers) {
    std::vector<LayerRope> layers{{"main", read({}, base_of(config, nullptr))},
                                  {"compress", read(scaling, *compressed)}};
    set_compressed(layers.back().config);
    return layers;
  }
  // Two bases, or a scaling that only full-attention layers take, make two embeddings; else there is one.
  const auto local = local_base_of(config);
  // A flat dictionary of the newer schema says that all layers are alike, whatever the class did with older files.
  const bool is_newer = scaling.json && scaling.json == config.find("rope_parameters");
  if (is_newer || (!local && !(code.scales_full_alone && scaling.json && !scaling.of_class))) return {};
  const double base = base_of(config, scaling.json), local_base = local.value_or(code.default_theta);
  return {{"full_attention", read(scaling, base)},
          {"sliding_attention", read(code.scales_local ? scaling : Dictionary{}, local_base)}};
}

/// By the list no_rope_layers, which holds 1 for a layer that rotates, or by the class: each so many-th does not.
std::vector<LayerRope> split_by_depth(const Object& config, const LayerRope& whole) {
  const Json* flags = config.find("no_rope_layers");
  const std::string place = config.place_of("no_rope_layers");
  if (flags && !flags->is_array())
    throw Error(fmt::format("{} is {}, expected a list of 0 and 1", place, excerpt(*flags)));
  const bool listed = flags && !flags->empty();
  if (!listed && config.code().nope_every == 0) return {whole};
  std::int64_t layers = config.integer("num_hidden_layers").value_or(0), rotating = 0;
  if (listed) {
    for (const Json& flag : *flags) rotating += as_bool(flag, place);
    layers = static_cast<std::int64_t>(flags->size());
  } else {
    const std::int64_t interval = config.integer("no_rope_layer_interval").value_or(config.code().nope_every);
    rotating = interval > 0 ? layers - layers / interval : layers;
  }
  // 0 layers: the file does not tell how many, and some rest nevertheless.
  if (layers > 0 && rotating == layers) return {whole};
  if (layers > 0 && rotating == 0) throw Error(fmt::format("{} leaves no layer with RoPE", place));
  return {{"rope", whole.config, rotating}, {"no_rope", without_rope(whole.config, config), layers - rotating}};
}

/// Where the class lets only some of its layer types turn: those, and the others, as far as the model has them.
std::vector<LayerRope> split_by_type(const Object& config, const LayerRope& whole) {
  if (!config.values()) return {};
  const std::vector<std::string> turning = config.values()->list("rotating_layer_types");
  const auto does_turn = [&](std::string_view type) {
    return std::find(turning.begin(), turning.end(), name_of_today(type)) != turning.end() ||
           std::find(turning.begin(), turning.end(), type) != turning.end();
  };
  std::vector<LayerRope> layers;
  for (const std::string& type : layer_types(config))
    if (!turning.empty() && has_attention(type))
      layers.push_back({type, does_turn(type) ? whole.config : without_rope(whole.config, config)});
  const auto turns = [](const LayerRope& layer) { return layer.config.rotates; };
  if (std::all_of(layers.begin(), layers.end(), turns)) return {};
  if (std::none_of(layers.begin(), layers.end(), turns)) return {};
  std::stable_partition(layers.begin(), layers.end(), turns);
  return layers;
}

/// Molmo 2 scales the layers of a list alone: the others turn as they were trained.
std::vector<LayerRope> split_by_scaling(const Object& config, const LayerRope& whole) {
  const Json* list = config.find("rope_scaling_layers");
  const std::int64_t layers = config.integer("num_hidden_layers").value_or(0);
  if (!list || !list->is_array() || whole.config.scaling.rope_type == RopeType::standard) return {};
  const auto scaled = static_cast<std::int64_t>(list->size());
  if (scaled == 0 || (layers > 0 && scaled >= layers)) return {};
  LayerRope plain = whole;
  plain.config.scaling = with_length(config, whole.config.base).scaling;
  plain.config.attention.attention_factor.reset();
  plain.layer_type = "unscaled";
  plain.layers = std::max<std::int64_t>(layers - scaled, 0);
  return {{"scaled", whole.config, scaled}, plain};
}

/// One embedding, which some of the model's layers may lack.
std::vector<LayerRope> split(const Object& config, const LayerRope& whole) {
  const FullAttention full = config.code().full_attention;
  const bool rests =
      full == FullAttention::rests || (full == FullAttention::rests_beside_window && config.find("sliding_window"));
  if (rests) return {{"sliding_attention", whole.config}, {"full_attention", without_rope(whole.config, config)}};
  if (std::vector<LayerRope> by_scaling = split_by_scaling(config, whole); !by_scaling.empty()) return by_scaling;
  std::vector<LayerRope> by_depth = split_by_depth(config, whole);
  if (by_depth.size() > 1 || full != FullAttention::turns) return by_depth;
  std::vector<LayerRope> by_type = split_by_type(config, whole);
  return by_type.empty() ? by_depth : by_type;
}

/// By `layer_types`, the list of every layer's type.
void count_layers(std::vector<LayerRope>& layers, const Object& config) {
  const Json* types = config.find("layer_types");
  if (!types || !types->is_array()) return;
  std::map<std::string_view, std::int64_t> counts;
  for (const Json& type : *types)
    if (type.is_string()) ++counts[type.get_ref<const std::string&>()];
  for (LayerRope& layer : layers)
    if (const auto found = counts.find(layer.layer_type); layer.layers == 0 && found != counts.end())
      layer.layers = found->second;
}

/// A name must be one layer's alone: of a type with several kinds each is named by what tells them apart.
void name_kinds(std::vector<LayerRope>& layers) {
  if (layers.size() < 2) return;
  const std::vector<LayerRope> before = layers;
  for (LayerRope& layer : layers) {
    const auto of_type = [&](const LayerRope& other) { return other.layer_type == layer.layer_type; };
    if (!layer.layer_type.empty() && std::count_if(before.begin(), before.end(), of_type) == 1) continue;
    const RopeConfig& rope = layer.config;
    const auto of_base = [&](const LayerRope& other) {
      return other.config.rotates && other.config.base == rope.base &&
             other.config.layout.rotary_dim != rope.layout.rotary_dim;
    };
    std::string name = rope.rotates ? fmt::format("base_{:g}", rope.base) : "no_rope";
    if (rope.rotates && std::any_of(before.begin(), before.end(), of_base))
      name += fmt::format("_of_{}", rope.layout.rotary_dim);
    layer.also_called.push_back(std::exchange(layer.layer_type, std::move(name)));
  }
}

/// The layers of a file that has a number for each, see listed_layers.h.
std::vector<LayerRope> read_listed(const Object& config) {
  std::vector<LayerRope> layers;
  for (const ListedLayers& kind : listed_layers(config)) {
    const Object one = config.with(kind.json);
    Dictionary scaling = rope_dictionary(one);
    if (config.code().scales_full_alone && kind.layer_type != "full_attention") scaling = {};
    RopeConfig rope = read_embedding(one, scaling, base_of(one, scaling.json), Schema::flat);
    if (!kind.turns) rope = without_rope(std::move(rope), one);
    layers.push_back({kind.layer_type, std::move(rope), kind.layers});
  }
  name_kinds(layers);
  if (layers.size() == 1) layers.front().layer_type.clear();
  if (std::none_of(layers.begin(), layers.end(), [](const LayerRope& l) { return l.config.rotates; }))
    throw Error("its list of bases has no layer with a rotary embedding");
  return layers;
}

/// Names that the model's own code has for layers that are called otherwise here.
void name_as_code_does(std::vector<LayerRope>& layers, const Object& config) {
  const ModelType& code = config.code();
  for (LayerRope& layer : layers) {
    if (const std::string_view today = name_of_today(layer.layer_type); today != layer.layer_type)
      layer.also_called.emplace_back(today);
    const auto& names = layer.config.rotates ? code.rope_layers : code.no_rope_layers;
    if (layers.size() > 1 && layer.layer_type != "compress")
      for (const std::string_view name : names)
        if (name != layer.layer_type) layer.also_called.emplace_back(name);
    if (layer.layer_type == "compress")
      for (const std::string_view name : code.no_rope_layers) layer.also_called.emplace_back(name);
  }
}

} // namespace

std::vector<LayerRope> read_layers(const Object& config) {
  std::vector<LayerRope> layers;
  if (has_listed_layers(config)) {
    layers = read_listed(config);
  } else {
    const Dictionary scaling = rope_dictionary(config);
    say_what_class_has(config, scaling);
    layers = scaling.json && is_per_layer(*scaling.json) ? read_per_layer(config, scaling)
                                                         : read_two_embeddings(config, scaling);
    // What describes one embedding: an empty layer type. Only that one may still lack RoPE in some layers.
    if (layers.empty())
      layers.push_back({"", read_embedding(config, scaling, base_of(config, scaling.json), Schema::flat)});
    if (layers.size() == 1) layers = split(config, LayerRope(layers.front()));
  }
  count_layers(layers, config);
  name_as_code_does(layers, config);
  return layers;
}

} // namespace ropescope::config
