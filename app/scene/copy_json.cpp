// A scene's embedding as the part of a config.json that says it.
#include <algorithm>
#include <optional>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "app/assets/assets.h"
#include "app/scene/copy_as.h"
#include "core/config/config_json.h"
#include "core/error.h"
#include "core/io/file.h"
#include "core/rope/scheme.h"
#include "core/rope/scheme_keys.h"
#include "core/rope/spectrum.h"

namespace ropescope {

namespace {

using Json = nlohmann::ordered_json;

constexpr std::uintmax_t greatest_file = 16u << 20; // bytes; a config.json has some thousand

/// DeepSeek's attention reads mscale_all_dim under every scheme but none.
bool scales_softmax(const RopeConfig& rope) {
  return rope.attention.scales_softmax && rope.scaling.rope_type != RopeType::standard &&
         rope.scaling[key::mscale_all_dim];
}

/// Numbers of an embedding, whichever scheme says them: what a scheme does not read is left out, and so is how the
/// components are paired, for which a config.json has no words.
RopeConfig essence(RopeConfig rope) {
  const Scheme& scheme = scheme_of(rope);
  for (const Parameter* parameter : scheme_parameters())
    if (!scheme.has(*parameter) && !(parameter->key == key::mscale_all_dim.key && scales_softmax(rope)))
      rope.scaling.parameters.erase(*parameter);
  if (scales_softmax(rope))
    rope.scaling.factor = extension_factor(rope); // its attention reads it, whatever the scheme
  else if (!scheme.takes_factor)
    rope.scaling.factor.reset();
  if (!scheme.takes_factor) rope.scaling.factor_is_null = false;
  if (scheme.takes_factor)
    rope.scaling.original_max_position_embeddings = trained_length(rope); // whether it is stated or follows
  else
    rope.scaling.original_max_position_embeddings.reset();
  if (!scheme.spans_whole_head) rope.layout.partial_rotary_factor = 1;
  rope.layout.pairs = {};
  return rope;
}

/// NTK-aware scaling of a fixed factor is another base and nothing else, and transformers has no word for it but that.
RopeConfig in_words_of_transformers(const Scene& scene) {
  RopeConfig rope = scene.rope;
  if (rope.rotates && is_another_base(scene)) {
    rope.base = make_spectrum(rope, sequence_length(scene)).base;
    rope.scaling.rope_type = RopeType::standard;
    rope.scaling.parameters = {};
    rope.scaling.factor.reset();
  }
  return rope;
}

/// A count, of tokens or components.
Json number(double value) {
  if (value == std::trunc(value) && std::abs(value) < 1e15) return static_cast<std::int64_t>(value);
  return value;
}

void write_parameter(Json& into, const RopeConfig& rope, const Parameter& parameter) {
  const ParameterValues& values = rope.scaling.parameters;
  const std::string key(parameter.key);
  switch (parameter.kind) {
  case ParameterKind::number:
    // The default is written too: who reads the block need not know it. What transformers does not read is left out.
    if (!parameter.of_repository_alone || values.number(parameter) != parameter.fallback)
      into[key] = values.number(parameter);
    break;
  case ParameterKind::optional_number:
    if (const auto value = values.optional_number(parameter)) into[key] = *value;
    break;
  case ParameterKind::flag:
    if (values.flag(parameter) != (parameter.fallback != 0)) into[key] = values.flag(parameter);
    break;
  case ParameterKind::factors:
    if (!values.factors(parameter).empty()) into[key] = values.factors(parameter);
    break;
  }
}

/// `rope_scaling` or `rope_parameters` of one embedding, without its base.
Json dictionary(const RopeConfig& rope, bool with_partial) {
  const Scheme& scheme = scheme_of(rope);
  Json made = Json::object();
  made["rope_type"] = scheme.name;
  if (scales_softmax(rope))
    made["factor"] = extension_factor(rope);
  else if (scheme.takes_factor && rope.scaling.factor)
    made["factor"] = *rope.scaling.factor;
  if (scheme.takes_factor && !rope.scaling.factor && rope.scaling.factor_is_null) made["factor"] = nullptr;
  // Stated though it may follow from the file's own length: transformers asks for it.
  const RopeType type = rope.scaling.rope_type;
  if (type == RopeType::yarn || type == RopeType::llama3 || type == RopeType::longrope ||
      (rope.scaling.original_max_position_embeddings &&
       (scheme.takes_factor || rope.attention.query_scale == QueryScale::ministral3)))
    made["original_max_position_embeddings"] = number(trained_length(rope));
  for (const Parameter* parameter : scheme.parameters)
    if (parameter->key != key::attention_factor.key) write_parameter(made, rope, *parameter);
  if (scales_softmax(rope)) made["mscale_all_dim"] = *rope.scaling[key::mscale_all_dim];
  if (rope.attention.attention_factor) made["attention_factor"] = *rope.attention.attention_factor;
  if (rope.attention.query_scale == QueryScale::ministral3)
    made["llama_4_scaling_beta"] = rope.attention.query_scale_coefficient;
  if (!rope.axes.mrope_section.empty()) made["mrope_section"] = rope.axes.mrope_section;
  if (rope.axes.rule == AxisRule::sections_interleaved) made["mrope_interleaved"] = true;
  if (with_partial) {
    const HeadLayout& layout = rope.layout;
    double part = scheme.spans_whole_head
                      ? layout.partial_rotary_factor
                      : static_cast<double>(layout.rotary_dim) / static_cast<double>(layout.head_dim);
    // Python cuts the product: a quotient that rounds down would lose a component.
    while (!scheme.spans_whole_head &&
           static_cast<std::int64_t>(static_cast<double>(layout.head_dim) * part) < layout.rotary_dim)
      part = std::nextafter(part, 2.0);
    made["partial_rotary_factor"] = part; // 1 too: a class may have another
  }
  return made;
}

/// Names of the base that some classes have in the place of rope_theta.
constexpr const char* own_names[] = {"rotary_emb_base",  "rope_ratio",     "global_rope_theta",
                                     "local_rope_theta", "rope_freq_base", "swa_rope_theta"};

/// Every name by which files say a base or a scaling: all go, as the block says both anew.
void clear_rope(Json& config) {
  for (const char* key : {"rope_theta", "rope_scaling", "rope_parameters", "rope_local_base_freq",
                          "compress_rope_theta", "original_max_position_embeddings", "_ropescope"})
    config.erase(key);
  for (const char* key : own_names) config.erase(key);
}

void set_lengths(Json& config, const RopeConfig& rope, const RopeConfig& before, bool sized) {
  if (rope.scaling.max_position_embeddings != before.scaling.max_position_embeddings || !sized) {
    for (const char* key : {"n_positions", "seq_length", "max_seq_len", "n_ctx", "max_context_length"})
      config.erase(key);
    config["max_position_embeddings"] = number(rope.scaling.max_position_embeddings);
  }
  if (rope.layout.head_dim != before.layout.head_dim || !sized) config["head_dim"] = rope.layout.head_dim;
}

/// The file's own object, or one of those in it: {"text_config": {…}}.
void collect_objects(const Json& object, int depth, std::vector<Json>& found) {
  found.push_back(object);
  if (depth == 0) return;
  for (const auto& [key, value] : object.items())
    if (value.is_object() && (value.contains("model_type") || key.ends_with("_config")))
      collect_objects(value, depth - 1, found);
}

std::optional<Json> own_file(const Model& model) {
  const std::string& origin = model.origin;
  Json json;
  if (origin.starts_with("{"))
    json = Json::parse(origin, nullptr, false, true);
  else if (origin.find('/') == std::string::npos) {
    for (const Asset& asset : assets())
      if (asset.name == "assets/models/" + origin + ".json") json = Json::parse(asset.text, nullptr, false, true);
  } else if (origin.ends_with(".json")) {
    try {
      json = Json::parse(read_file(origin, greatest_file), nullptr, false, true);
    } catch (const Error&) { // it is gone: the model's own numbers have to do
    }
  }
  return json.is_object() ? std::optional(std::move(json)) : std::nullopt;
}

const RopeConfig* layer_of(const Model& model, const std::string& layer_type) {
  for (const LayerRope& layer : model.layers)
    if (layer.layer_type == layer_type) return &layer.config;
  return nullptr;
}

/// The block, while it is being looked for.
class Block {
public:
  explicit Block(const Scene& scene)
      : scene_(scene), wanted_(in_words_of_transformers(scene)), before_(*layer_of(scene.model, scene.layer_type)) {}

  /// Nothing where no config.json says it.
  std::optional<Json> find() {
    for (const Json& start : starts()) {
      if (essence(wanted_) == essence(before_) && says(start)) return plain(start);
      for (const Form& form : forms(start)) {
        Json config = written(start, form);
        if (says(config)) return shortest(std::move(config));
      }
    }
    return std::nullopt;
  }

private:
  /// How a block says it: rope_theta and rope_scaling, which all versions of transformers read; rope_parameters, which
  /// the newest reads of all classes; the same for each layer type. With the part of the head, where the class would
  /// have another.
  struct Form {
    bool newer, by_layer, with_partial;
  };

  std::vector<Form> forms(const Json& start) const {
    constexpr Form older{false, false, false}, older_part{false, false, true}, newer{true, false, false},
        newer_part{true, false, true}, layers{true, true, false}, layers_part{true, true, true};
    if (scene_.model.layers.size() > 1) return {older, older_part, newer, newer_part, layers_part, layers};
    // Classes that call the base otherwise do not read it as rope_theta.
    const bool own_name =
        std::any_of(std::begin(own_names), std::end(own_names), [&](const char* key) { return start.contains(key); });
    if (own_name) return {newer, newer_part};
    return {older, older_part, newer, newer_part};
  }

  /// Objects to begin with: the file's own that give the model as it is, then one that is made from the model.
  std::vector<Json> starts() const {
    std::vector<Json> all, fitting;
    if (const auto file = own_file(scene_.model)) collect_objects(*file, 2, all);
    for (const Json& one : all) {
      const auto model = read(one);
      const RopeConfig* layer = model ? layer_of(*model, scene_.layer_type) : nullptr;
      if (layer && essence(*layer) == essence(before_)) fitting.push_back(one);
    }
    Json made = Json::object();
    if (!scene_.model.model_type.empty()) made["model_type"] = scene_.model.model_type;
    if (fitting.empty()) fitting.push_back(std::move(made));
    return fitting;
  }

  static std::optional<Model> read(const Json& config) {
    try {
      return parse_model_config(config.dump(), "the block");
    } catch (const Error&) {
      return std::nullopt;
    }
  }

  /// Whether it gives the wanted embedding, and the model's others as they are.
  bool says(const Json& config) const {
    const auto model = read(config);
    if (!model) return false;
    const RopeConfig* layer = layer_of(*model, scene_.layer_type);
    if (!layer || !(essence(*layer) == essence(wanted_))) return false;
    // What differs in words alone may still differ in numbers: a factor that p-RoPE divides by.
    const double tokens = sequence_length(scene_);
    const Spectrum given = make_spectrum(*layer, tokens), wanted = make_spectrum(wanted_, tokens);
    if (given.inv_freq != wanted.inv_freq || given.attention_factor != wanted.attention_factor ||
        given.softmax_factor != wanted.softmax_factor)
      return false;
    return std::all_of(scene_.model.layers.begin(), scene_.model.layers.end(), [&](const LayerRope& other) {
      if (other.layer_type == scene_.layer_type) return true;
      const RopeConfig* same = layer_of(*model, other.layer_type);
      if (!same || !other.config.rotates) return same != nullptr;
      RopeConfig read = *same;
      // A file has one length for all layers, which those that are not scaled do not go by.
      if (!scheme_of(read).takes_factor)
        read.scaling.max_position_embeddings = other.config.scaling.max_position_embeddings;
      return essence(read) == essence(other.config);
    });
  }

  Json written(const Json& start, const Form& form) const {
    Json config = start;
    clear_rope(config);
    const bool sized = start.size() > 1; // it is a file's, and states its dimensions in its own way
    set_lengths(config, wanted_, before_, sized);
    if (form.with_partial)
      for (const char* key : {"partial_rotary_factor", "rotary_pct", "rotary_dim"}) config.erase(key);
    if (form.by_layer) {
      Json all = Json::object();
      for (const LayerRope& layer : scene_.model.layers) {
        const bool changed = layer.layer_type == scene_.layer_type;
        all[layer.layer_type] = with_base(changed ? wanted_ : layer.config, form.with_partial);
      }
      config["rope_parameters"] = std::move(all);
    } else if (form.newer)
      config["rope_parameters"] = with_base(wanted_, form.with_partial);
    else {
      config["rope_theta"] = wanted_.base;
      Json scaling = dictionary(wanted_, form.with_partial);
      // "default" is said where the class by itself would scale.
      const bool plain = wanted_.scaling.rope_type == RopeType::standard &&
                         before_.scaling.rope_type == RopeType::standard && scaling.size() == 1;
      if (!plain) config["rope_scaling"] = std::move(scaling);
    }
    return config;
  }

  static Json with_base(const RopeConfig& rope, bool with_partial) {
    if (!rope.rotates) return nullptr;
    Json parameters = dictionary(rope, with_partial);
    parameters["rope_theta"] = rope.base;
    return parameters;
  }

  static Json plain(Json config) {
    config.erase("_ropescope");
    return config;
  }

  /// Without what a reader does not need for it: a config.json has many keys of other things.
  Json shortest(Json config) const {
    constexpr std::string_view kept[] = {"model_type",      "head_dim",     "hidden_size", "num_attention_heads",
                                         "rope_parameters", "rope_scaling", "rope_theta",  "max_position_embeddings"};
    const Json all = config;
    for (const auto& [key, value] : all.items()) {
      if (std::find(std::begin(kept), std::end(kept), key) != std::end(kept)) continue;
      Json less = config;
      less.erase(key);
      if (says(less)) config = std::move(less);
    }
    return config;
  }

  const Scene& scene_;
  RopeConfig wanted_;
  const RopeConfig& before_;
};

/// Names that transformers 5.24 has (modeling_rope_utils.py, ROPE_INIT_FUNCTIONS).
bool transformers_has(RopeType type) {
  switch (type) {
  case RopeType::standard:
  case RopeType::linear:
  case RopeType::dynamic:
  case RopeType::yarn:
  case RopeType::longrope:
  case RopeType::llama3:
  case RopeType::proportional: return true;
  default: return false;
  }
}

} // namespace

Copied as_hugging_face_json(const Scene& scene) {
  const Scheme& scheme = scheme_of(scene.rope);
  const bool by_base = is_another_base(scene);
  if (!transformers_has(scheme.type) && !by_base)
    throw Error(fmt::format("transformers has no rope_type for {}: copy it as PyTorch, which gives the frequencies "
                            "themselves",
                            scheme.title));
  // Classes of diffusers read a base at most, and only where scheme and base are the model's own is there a file.
  const RopeConfig original = original_rope(scene);
  if (scene.rope.axes.rule == AxisRule::listed && scene.rope != original)
    throw Error("the class of an image or video model has no key for this: copy it as PyTorch, which gives the "
                "frequencies themselves");
  // Phi3Config and PhimoeConfig refuse every other rope_type (transformers 5.24, validate_rope).
  const std::string& type = scene.model.model_type;
  if ((type == "phi3" || type == "phimoe") && !by_base && scheme.type != RopeType::standard &&
      scheme.type != RopeType::longrope)
    throw Error(fmt::format("transformers' class of {} takes LongRoPE alone, and not {}: copy it as PyTorch", type,
                            scheme.title));
  const auto block = Block(scene).find();
  if (!block)
    throw Error("a config.json has no words for this embedding: copy it as PyTorch, which gives the frequencies "
                "themselves");
  std::string said = by_base ? fmt::format("Copied as Hugging Face JSON: {} is another rope_theta there", scheme.title)
                             : std::string("Copied as Hugging Face JSON");
  const RopeConfig& before = *layer_of(scene.model, scene.layer_type);
  if (scene.rope.layout.pairs != before.layout.pairs)
    said += "; which components form a pair is the model's code, and not in it";
  return {block->dump(2) + "\n", said + "."};
}

} // namespace ropescope
