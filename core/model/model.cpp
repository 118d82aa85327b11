#include "core/model/model.h"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "core/error.h"

namespace ropescope {

namespace {

bool is_in(const std::vector<std::string>& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

/// Every name that a person may ask for, the first ones: a file may have as many as it likes, and a sentence is short.
std::vector<std::string> names_of_layers(const Model& model) {
  constexpr std::size_t shown = 8;
  std::vector<std::string> names;
  const auto add = [&](const std::string& name) {
    if (!name.empty() && names.size() < shown && !is_in(names, name)) names.push_back(name);
  };
  for (const LayerRope& layer : model.layers) add(layer.layer_type);
  for (const std::string& name : model.layer_names)
    if (!is_in(model.resting, name)) add(name);
  return names;
}

} // namespace

const LayerRope& layer_rope(const Model& model, const std::optional<std::string>& layer_type) {
  // Llama 4's and Gemma's full-attention layers are those that see the whole context, which is what people look at.
  const std::string wanted = layer_type.value_or("full_attention");
  for (const LayerRope& layer : model.layers)
    if (layer.layer_type == wanted && (layer_type || layer.config.rotates)) return layer;
  if (!layer_type)
    for (const LayerRope& layer : model.layers)
      if (layer.config.rotates) return layer;
  for (const LayerRope& layer : model.layers)
    if (is_in(layer.also_called, wanted)) return layer;
  if (is_in(model.resting, wanted))
    throw Error(
        fmt::format("{}: layer type \"{}\" does not rotate: these layers have no attention", model.name, wanted));
  const std::vector<std::string> names = names_of_layers(model);
  // Of a model whose layers are alike every name that it has is right, and the usual one where it has none.
  const bool alike = model.layers.front().layer_type.empty();
  if (alike && (wanted.empty() || is_in(model.layer_names, wanted) || (wanted == "full_attention" && names.empty())))
    return model.layers.front();
  throw Error(
      names.empty()
          ? fmt::format("{}: no layer type \"{}\"; its layers are all alike, so give no layer type", model.name, wanted)
          : fmt::format("{}: no layer type \"{}\", expected {}", model.name, wanted, fmt::join(names, " or ")));
}

std::string layout_reason(const Model& model) {
  switch (model.layout_source) {
  case LayoutSource::assumed: return "no model is named, and most models rotate halves";
  case LayoutSource::model_type: return fmt::format("as model_type \"{}\" does", model.model_type);
  case LayoutSource::stated: return "as the file says";
  case LayoutSource::unknown_model_type:
    return fmt::format("model_type \"{}\" is not known, and most models rotate halves", model.model_type);
  case LayoutSource::no_model_type: return "the config names no model_type, and most models rotate halves";
  case LayoutSource::architecture: return fmt::format("as llama.cpp turns architecture \"{}\"", model.architecture);
  case LayoutSource::unknown_architecture:
    return fmt::format("architecture \"{}\" is not known, and most models rotate halves", model.architecture);
  }
  return "";
}

} // namespace ropescope
