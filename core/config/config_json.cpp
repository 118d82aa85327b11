#include "core/config/config_json.h"

#include <algorithm>
#include <cmath>
#include <optional>

#include "core/config/code.h"
#include "core/config/diffusers.h"
#include "core/config/dimensions.h"
#include "core/config/keys.h"
#include "core/config/layer_names.h"
#include "core/config/layers.h"
#include "core/config/native.h"
#include "core/config/object.h"
#include "core/config/parts.h"
#include "core/config/placed.h"
#include "core/config/rests.h"
#include "core/config/stated_axes.h"
#include "core/io/warnings.h"
#include "core/text.h"

namespace ropescope {

namespace {

/// Of the file and of every model in it: whichever was read, an array's heads may be another's.
std::vector<std::int64_t> all_head_counts(const std::vector<config::Part>& parts) {
  std::vector<std::int64_t> once;
  for (const config::Part& part : parts)
    for (const std::int64_t count : config::head_counts(*part.json))
      if (std::find(once.begin(), once.end(), count) == once.end()) once.push_back(count);
  return once;
}

/// Says whose model turns nothing, and why.
[[noreturn]] void refuse(const config::Object& object, const std::string& why) {
  throw Error(object.model_type().empty()
                  ? fmt::format("the model has no rotary embedding ({})", why)
                  : fmt::format("model_type \"{}\" has no rotary embedding ({})", object.model_type(), why));
}

/// A file of which no part turns.
[[noreturn]] void refuse_file(const config::Part& whole, const ReadOptions& options) {
  Warnings unsaid;
  Model model;
  const config::Object object(whole, options.ignore, unsaid, model);
  if (const std::string why = config::why_nothing_turns(object); !why.empty()) refuse(object, why);
  throw Error("no key of a rotary embedding in it, expected rope_theta, rope_parameters, rope_scaling, rotary_dim "
              "or the like");
}

/// LeRoPE: frequency j is e^αⱼ times what the config says (arXiv 2607.10134; transformers 5.24.0,
/// modeling_mistral_large4.py).
void take_learned_factors(const config::Object& object, const TensorReader& tensor, Model& model) {
  if (!object.code().learned_factors || object.is_ignored("freq_factors")) return;
  const auto alpha = tensor ? tensor("rotary_emb.alpha") : std::nullopt;
  if (!alpha)
    throw Error(
        fmt::format("the frequencies of model_type \"{}\" have learned factors, which lie in its checkpoint "
                    "(tensor rotary_emb.alpha): expected model.safetensors beside the file; ignore freq_factors "
                    "for the frequencies without them",
                    object.model_type()));
  const bool numbers = std::all_of(alpha->begin(), alpha->end(), [](double a) { return std::isfinite(a); });
  const bool as_many = static_cast<std::int64_t>(alpha->size()) == pair_count(model.layers.front().config);
  if (!numbers || !as_many)
    throw Error(fmt::format("its checkpoint has {} frequency factors (tensor rotary_emb.alpha), expected {} numbers",
                            alpha->size(), pair_count(model.layers.front().config)));
  for (LayerRope& layer : model.layers) {
    layer.config.scaling.freq_factors.clear();
    for (const double a : *alpha) layer.config.scaling.freq_factors.push_back(std::exp(-a)); // divisors
  }
}

void read_part(const config::Part& part, const ReadOptions& options, const TensorReader& tensor, Model& model) {
  Warnings warnings;
  const config::Object object(part, options.ignore, warnings, model);
  if (const std::string why = config::why_nothing_turns(object); !why.empty()) refuse(object, why);
  config::require_rotation(object);
  config::judge_other_keys(object);
  model.model_type = printable(object.model_type());
  model.layout_source = config::layout_source(object);
  model.layers = config::read_layers(object);
  take_learned_factors(object, tensor, model);
  model.layer_names = config::layer_names(object);
  model.resting = config::resting_layers(object);
  config::warn_of_unread_keys(object, model);
  model.warnings = warnings.take();
  for (const LayerRope& layer : model.layers)
    if (const std::string mixed = config::mixed_sentence(layer.config); !mixed.empty()) {
      model.warnings.push_back(mixed);
      break;
    }
}

/// The part that was asked for, else the language model, else the only one.
void read_parts(const Json& root, const ReadOptions& options, const TensorReader& tensor, Model& model) {
  const std::vector<config::Part> all = config::all_parts(root);
  const std::vector<config::Part> turning = config::rotating_parts(all);
  model.head_counts = all_head_counts(all);
  if (turning.empty()) refuse_file(all.front(), options);
  const config::Part& part = options.part.empty() ? turning.front() : config::part_named(turning, options.part);
  read_part(part, options, tensor, model);
  config::take_stream_rates(root, part, model);
  if (turning.size() == 1 && options.part.empty()) return;
  model.part = part.name;
  for (const config::Part& one : turning) model.parts.push_back(printable(one.name));
}

/// What a preset says of itself.
void read_preset(const Json& root, Model& model) {
  const Json* preset = present(root, "_ropescope");
  if (!preset || !preset->is_object()) return;
  const Json *name = present(*preset, "name"), *source = present(*preset, "source");
  if (name && name->is_string()) model.name = name->get<std::string>();
  if (source && source->is_string()) model.source = printable(source->get_ref<const std::string&>());
}

} // namespace

Model parse_model_config(std::string_view text, const std::string& name, const ReadOptions& options,
                         const TensorReader& tensor) {
  Model model;
  model.name = name;
  model.asked = options;
  try {
    const Json root = parse_json(text);
    if (!root.is_object()) throw Error("not a config.json: expected an object at its top");
    const std::optional<Json> native = config::from_native(root);
    if (config::states_axes(root))
      config::read_stated_axes(root, options, model);
    else if (config::is_diffusers(root))
      config::read_diffusers(root, options, model);
    else {
      config::refuse_unknown_class(root, options);
      read_parts(native ? *native : root, options, tensor, model);
    }
    read_preset(root, model);
    model.name = printable(model.name);
    for (std::vector<std::string>* names : {&model.from_class, &model.layer_names, &model.resting})
      for (std::string& name_in_file : *names) name_in_file = printable(name_in_file);
    // Names out of the file go into sentences and onto the screen later: made printable once, here.
    for (LayerRope& layer : model.layers) {
      layer.layer_type = printable(layer.layer_type);
      for (std::string& other : layer.also_called) other = printable(other);
      validate(layer.config);
    }
  } catch (const Error& error) {
    throw Error(printable(fmt::format("{}: {}", name, error.what())));
  }
  return model;
}

} // namespace ropescope
