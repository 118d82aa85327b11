#include "core/config/config_json.h"

#include <algorithm>

#include "core/config/code.h"
#include "core/config/dimensions.h"
#include "core/config/keys.h"
#include "core/config/layers.h"
#include "core/config/object.h"
#include "core/io/warnings.h"
#include "core/text.h"

namespace ropescope {

namespace {

// Names under which multimodal models nest the config of their language model, in the order in which they count.
constexpr const char* language_parts[] = {"text_config", "llm_config", "language_config", "decoder"};

/// The object that describes the language model: the file's own, or the one a multimodal model nests.
const Json& language_part(const Json& root, std::string& place) {
  // A value at the top counts first. A key that holds null there says nothing, so a nested model is looked for.
  if (config::has_rope_value(root)) return root;
  for (const char* key : language_parts)
    if (const Json* part = present(root, key); part && part->is_object() && config::has_rope_key(*part)) {
      place = fmt::format("{}.", key);
      return *part;
    }
  return root;
}

/// Of the file and of every language model in it: whichever was read, an array's heads may be another's.
std::vector<std::int64_t> all_head_counts(const Json& root) {
  std::vector<std::int64_t> counts = config::head_counts(root);
  for (const char* key : language_parts)
    if (const Json* part = present(root, key); part && part->is_object())
      for (const std::int64_t count : config::head_counts(*part)) counts.push_back(count);
  std::vector<std::int64_t> once;
  for (const std::int64_t count : counts)
    if (std::find(once.begin(), once.end(), count) == once.end()) once.push_back(count);
  return once;
}

void read_language_part(const Json& root, Model& model) {
  std::string place;
  Warnings warnings;
  const Json& part = language_part(root, place);
  const config::Object object(part, place, warnings);
  if (!config::has_rope_key(part))
    throw Error("no key of a rotary embedding in it, expected rope_theta, rope_parameters, rope_scaling, rotary_dim "
                "or the like");
  config::warn_of_unknown_keys(object);
  model.model_type = printable(object.model_type());
  model.layout_source = config::layout_source(object);
  model.layers = config::read_layers(object);
  config::warn_of_unread_keys(object, model);
  model.warnings = warnings.take();
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

Model parse_model_config(std::string_view text, const std::string& name, const ReadOptions&) {
  Model model;
  model.name = name;
  try {
    const Json root = parse_json(text);
    if (!root.is_object()) throw Error("not a config.json: expected an object at its top");
    read_language_part(root, model);
    model.head_counts = all_head_counts(root);
    read_preset(root, model);
    model.name = printable(model.name);
    // Names out of the file go into sentences and onto the screen later: made printable once, here.
    for (LayerRope& layer : model.layers) {
      layer.layer_type = printable(layer.layer_type);
      validate(layer.config);
    }
  } catch (const Error& error) {
    throw Error(printable(fmt::format("{}: {}", name, error.what())));
  }
  return model;
}

} // namespace ropescope
